"""What is in the database after the program ended in the middle: nothing lost, nothing torn, nothing twice."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from dosar.access.appbuilder.install import create_access_tables
from dosar.database.audit.chain import AUDIT_PURPOSE, AuditHead, audit_event_table
from dosar.database.audit.verification import verify_chain
from dosar.database.store import Store
from dosar.database.system_tables import history_table
from dosar.migrations.upgrade import open_forms
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.stored_answers import answers_of
from dosar.records.unsaved.drafts import DraftPlace, find_draft
from tests.rigs.cut_off.running import Office
from tests.rigs.cut_off.writers import CORRECTED, LINES, NEW, TYPED, Told

Drafts = Mapping[str, set[str]]
"""Worker → what her draft may hold."""


@dataclass
class Found:
    """What was looked for, and what is wrong."""

    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    head: AuditHead = field(default_factory=AuditHead)
    """The end of the audit log."""

    def blame(self, what: str, example: str) -> None:
        """One thing that is wrong."""
        self.wrong[what] += 1
        self.examples.append(f"{what}: {example}")

    def __iadd__(self, other: "Found") -> "Found":
        self.checked.update(other.checked)
        self.wrong.update(other.wrong)
        self.examples += other.examples
        self.head = other.head
        return self


def look(office: Office, key: bytes, told: Iterable[Told], drafts: Drafts, before: AuditHead | None = None) -> Found:
    """Open the database as the next start does, and compare it with what was acknowledged.

    ``before`` is the end of the audit log at the last look: the log must go on from there.
    """
    found = Found()
    store = Store.open(office.data, office.url, key)
    try:
        _look_at_file(store, found, before)
        with acting_as(SYSTEM_SCOPE):
            _look_at_records(store, office, list(told), drafts, found)
            store.session.remove()
    finally:
        store.close()
    return found


def _look_at_file(store: Store, found: Found, before: AuditHead | None) -> None:
    found.checked["looks"] += 1
    if store.look_for_damage() is not None:
        found.blame("damaged", "the file")
    with store.snapshot() as connection:
        if connection.dialect.name == "sqlite":
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if said != "ok":
                found.blame("damaged", str(said))
    assert store.open_kept_data_key()
    with store.snapshot() as connection:
        verdict = verify_chain(connection, store.purpose_key(AUDIT_PURPOSE), before)
    found.head = verdict.head
    if not verdict.is_whole:
        found.blame("audit log broken", str(verdict))


def _look_at_records(store: Store, office: Office, told: list[Told], drafts: Drafts, found: Found) -> None:
    with store.writing() as session:
        create_access_tables(session.connection())
    repository = Repository(store, open_forms(store, office.forms).definition)
    with acting_as(SYSTEM_SCOPE):
        visits: Any = repository.record_class("visit")
        kept = {visit.id: answers_of(repository, visit) for visit in repository.session.scalars(select(visits))}
        history = repository.session.execute(
            select(history_table.c.record_id, history_table.c.action, history_table.c.changes).where(
                history_table.c.form == "visit"
            )
        ).all()
        entries = Counter((entry.action, entry.record_id) for entry in history)
        if entries != Counter(event for event in _audited(repository) if event[1] in kept):  # not of what was erased
            found.blame("audit log broken", "it tells otherwise than the history what was written")
        written = {(entry.record_id, word) for entry in history for word in _words_in(entry.changes)}
        for record, answers in kept.items():
            if len(_words_of(answers)) != 1 or len(answers["lines"]) != LINES:
                found.blame("torn", f"{record}: {answers}")
        for one in told:
            found.checked[one.kind] += 1
            is_there = one.kind == TYPED or (one.record in kept and (one.record, one.word) in written)
            if not is_there:
                found.blame("lost", str(one))
        entered = Counter(word for record, word in written if record in kept)
        for one in told:
            if one.kind in (NEW, CORRECTED) and entered[one.word] > 1:
                found.blame("doubled", str(one))
        for worker, words in drafts.items():
            draft = find_draft(repository, office.workers[worker], DraftPlace("visit", case_id=2))
            if draft is None or dict(draft.boxes).get("note") not in words:
                found.blame("lost", f"the draft of {worker}: {draft}, and not {words}")


def _audited(repository: Repository) -> Iterable[tuple[str, int]]:
    """What the audit log says was written: (action, sheet)."""
    events = audit_event_table.c
    asked = select(events.action, events.objects).where(events.action.in_(("entered", "corrected")))
    for action, objects in repository.session.execute(asked):
        yield from ((action, record) for record in json.loads(objects).get("visit", ()))


def _words_of(answers: Mapping[str, object]) -> set[object]:
    lines: object = answers["lines"]
    rows = [row["words"] for row in lines] if isinstance(lines, list) else []
    return {answers["note"], answers["again"], *rows}


def _words_in(changes: Mapping[str, object]) -> set[str]:
    """What was written into the note."""
    change = changes.get("note")
    return {str(part) for part in (change if isinstance(change, list) else [change]) if part is not None}
