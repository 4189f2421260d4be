"""The forms change, the answers stay.

At every start the forms are compared with the database. What only adds, names or retires is done at once,
in one transaction; a question whose answers must be written anew waits for ``dosar upgrade``. Nothing is
ever dropped: a question or form that disappears from the files keeps its column or table. A file that
cannot be used runs on as its last good version, which the database keeps.
"""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from json import dumps
from logging import getLogger
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, insert, select

from dosar.database.audit.trail import queue_events
from dosar.database.store import Store
from dosar.database.system_tables import form_version_table, utc_now
from dosar.database.writing.lasting_numbers import give_numbers_once
from dosar.language.load.definition import Definition, FormerChoices, make_definition, make_parts
from dosar.language.load.finding import FilePlace, finding, finding_from_json, finding_to_json
from dosar.language.load.folder import folder_digest
from dosar.language.text.collation import sorted_after
from dosar.language.text.message import msgid
from dosar.language.text.translations import LANGUAGES
from dosar.migrations.convert.renamed_forms import ANNOUNCEMENT_CODE
from dosar.migrations.convert.sealed_values import seal_own_values
from dosar.migrations.convert.search_index import has_index, refresh_index, refresh_sort_columns
from dosar.migrations.folder_comparison import OpenedForms, compare_forms, forms_as_deployed
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import carry_out_steps
from dosar.migrations.sealed_answers import (
    BOUND_ANSWERS_SINCE_FORMAT,
    SEALED_ANSWERS_SINCE_FORMAT,
    bind_sealed_answers,
    seal_answers,
)
from dosar.migrations.sealed_choices import SEALED_CHOICES_SINCE_FORMAT, seal_choices
from dosar.migrations.sealed_files import SEALED_SINCE_FORMAT, seal_plain_files
from dosar.migrations.system_migrations import make_own_tables, name_leaders, put_back_drafts
from dosar.migrations.upgrade_audit import last_history_entry, upgrade_events
from dosar.migrations.usable_contents import files_by_part
from dosar.records.history.deployed_forms import FOLDER_ENTRY, KeptForms, deployed_contents, read_kept_forms
from dosar.records.history.former_choices import former_from_json, former_to_json

log = getLogger(__name__)

RECORD_DEPENDENT_CODES = {"F020", "F048", "F049", "F058"}
"""Findings that may be gone although no file has changed: somebody corrected the records."""
PROGRAM = ("language", "fields", "database", "records", "migrations")
"""The packages that decide how forms are read and how their tables look."""
SEALING_ANEW = msgid("What an older Dosar kept is being encrypted as this one does it.")
READING_FORMS = msgid("The forms are being compared with the database.")


def open_forms(
    store: Store, folder: Path, converting: bool = False, tell: Callable[[str, float], None] = lambda step, done: None
) -> OpenedForms:
    """The forms of the folder, running on a database that fits them.

    Without ``converting`` a form with answers to convert runs on as its last good version. The tables of
    people who sign in must be there already. ``tell`` is called with what is done just now, for whoever waits.
    """
    digest = _digest_of(folder)
    with store.writing() as session:
        connection = session.connection()
        former = make_own_tables(connection)
        store.open_data_key()
        put_back_drafts(connection, former)
        _seal_older_values(store, connection, former.format, tell)
        tell(READING_FORMS, 0.0)
        unchanged = None if converting else _unchanged_outcome(connection, digest)
        if unchanged is not None:
            name_leaders(connection, unchanged.definition.roles)
            give_numbers_once(connection)
            return unchanged
        kept_forms, last_entry = read_kept_forms(connection), last_history_entry(connection)
        try:
            with connection.begin_nested():
                opened_forms = compare_forms(connection, folder, kept_forms, converting)
                carry_out_steps(connection, opened_forms.steps)
                name_leaders(connection, opened_forms.definition.roles)
                refresh_index(connection, opened_forms.definition.forms.values())
                refresh_sort_columns(connection, opened_forms.definition.forms.values())
        except Exception as error:
            if converting or not kept_forms.good:
                raise
            log.exception("The database could not be made to fit the changed forms")
            last_good = _last_good_forms(connection, folder, kept_forms, error)
            give_numbers_once(connection)
            return last_good
        changed = _keep_parts(connection, opened_forms, read_kept_forms(connection, only_latest=True).latest, digest)
        queue_events(session, upgrade_events(connection, last_entry, changed))
        give_numbers_once(connection)
    return opened_forms


def _seal_older_values(
    store: Store, connection: Connection, former_format: int, tell: Callable[[str, float], None]
) -> None:
    """What an older Dosar left unsealed, or sealed otherwise."""
    due: list[Callable[[], object]] = []
    if former_format < SEALED_SINCE_FORMAT:
        due.append(lambda: seal_plain_files(store, connection))
    if former_format < SEALED_ANSWERS_SINCE_FORMAT:
        due.append(lambda: seal_own_values(connection))
    if former_format < SEALED_CHOICES_SINCE_FORMAT:
        due += [lambda: seal_answers(connection), lambda: seal_choices(connection)]
    if former_format < BOUND_ANSWERS_SINCE_FORMAT:
        due.append(lambda: bind_sealed_answers(connection))
    for position, seal in enumerate(due):
        if former_format:  # a new database has nothing yet
            tell(SEALING_ANEW, position / len(due))
        seal()


def _last_good_forms(connection: Connection, folder: Path, kept_forms: KeptForms, error: Exception) -> OpenedForms:
    """The last good version of everything: whatever happens to the files, the case workers go on working."""
    good = {part: values for part, values in kept_forms.good.items() if part != FOLDER_ENTRY}
    definition = make_definition(make_parts(good), good, _read_former(kept_forms.good.get(FOLDER_ENTRY)))
    before = deployed_contents(kept_forms)
    carry_out_steps(connection, plan_steps(connection, definition, forms_as_deployed(kept_forms, before), before))
    name_leaders(connection, definition.roles)
    if not has_index(connection):
        refresh_index(connection, definition.forms.values())
    failed = finding(
        FilePlace(folder.name, 1),
        "F050",
        "The changed files could not be put into use (%(why)s). Nothing was changed: the last good version of all "
        "files runs. Undo the last change, or show this line to whoever looks after Dosar.",
        why=_error_name(error),
    )
    return OpenedForms(definition, [failed], files=files_by_part(kept_forms.good))


def _error_name(error: Exception) -> str:
    """What kind of error it was; its words might hold answers."""
    return type(error).__name__


def preview_upgrade(store: Store, folder: Path, converting: bool = True) -> OpenedForms:
    """What :func:`open_forms` would do, by default converting too; nothing is changed."""
    store.open_kept_data_key()
    with store.snapshot() as connection:
        return compare_forms(connection, folder, read_kept_forms(connection), converting)


def has_new_forms(store: Store, folder: Path) -> bool:
    """Whether a start compares the forms with the database: the files, or what the program makes of them, changed."""
    versions = form_version_table.c
    newest = select(versions.definition).where(versions.form == FOLDER_ENTRY).order_by(versions.id.desc()).limit(1)
    with store.snapshot() as connection:
        kept = connection.scalar(newest)
    return kept is None or kept["digest"] != _digest_of(folder)


def last_good_definition(store: Store) -> Definition:
    """The forms that ran last, whatever the files say now."""
    with store.snapshot() as connection:
        good = read_kept_forms(connection, only_latest=True).good
    former = _read_former(good.pop(FOLDER_ENTRY, None))
    return make_definition(make_parts(good), good, former)


def _digest_of(folder: Path) -> str:
    """What the files say and what the program makes of it: unchanged, the last outcome still holds."""
    return sha256(f"{folder_digest(folder)} {LANGUAGES} {sorted_after()} {_program_digest()}".encode()).hexdigest()


@cache
def _program_digest() -> str:
    """The program that runs, read once: another one on the disc runs from the next start on."""
    program, digest = Path(__file__).parents[1], sha256()
    for file in (file for name in PROGRAM for file in sorted((program / name).rglob("*.py"))):
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _unchanged_outcome(connection: Connection, digest: str) -> OpenedForms | None:
    """The outcome of the last start, if nothing has changed since."""
    good = read_kept_forms(connection, only_latest=True).good
    folder = good.pop(FOLDER_ENTRY, None)
    if not isinstance(folder, dict) or folder["digest"] != digest:
        return None
    findings = [finding_from_json(found) for found in folder["findings"]]
    if any(found.code in RECORD_DEPENDENT_CODES for found in findings):
        return None
    definition = make_definition(make_parts(good), good, _read_former(folder))
    return OpenedForms(definition, findings, changed=False, files=folder["files"])


def _read_former(folder: Any) -> FormerChoices:
    """The choices that were offered once, as the last start found them."""
    return former_from_json(folder.get("former", ())) if isinstance(folder, dict) else {}


def _keep_parts(connection: Connection, opened_forms: OpenedForms, latest: Mapping[str, Any], digest: str) -> list[str]:
    """Remember every part that changed, as the last good version from now on; returns which."""
    findings = [finding_to_json(found) for found in opened_forms.findings if found.code != ANNOUNCEMENT_CODE]
    former = former_to_json(opened_forms.definition.former)
    outcome = {"digest": digest, "files": opened_forms.files, "findings": findings, "former": former}
    parts: dict[str, Any] = {**opened_forms.definition.contents, FOLDER_ENTRY: outcome}
    parts_gone = {part: None for part, values in latest.items() if part not in parts and values is not None}
    changed = {part: values for part, values in {**parts, **parts_gone}.items() if latest.get(part) != values}
    for part, values in changed.items():
        connection.execute(
            insert(form_version_table).values(
                form=part,
                version=_version_of(values),
                digest=_fingerprint(values),
                definition=values,
                since=utc_now(),
            )
        )
    return sorted(changed.keys() - {FOLDER_ENTRY})


def _version_of(values: Any) -> int:
    version = values.get("version") if isinstance(values, dict) else None
    return version if isinstance(version, int) else 1


def _fingerprint(values: Any) -> str:
    return sha256((dumps(values, sort_keys=True) + token_hex(8)).encode()).hexdigest()
