"""What a request reads, noted where it is read, and what a transaction changes, noted where it is changed.

The trail is opened by the edge for each request (:mod:`dosar.access.audit.request_audit`); whatever reads records below
adds to it, so that no page can forget it. Events of changes wait with their session and are appended to the audit log
right before it commits: in the same transaction, or not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session, sessionmaker

from dosar.database.audit.chain import NO_OBJECTS, AuditEvent, append_events

WAITING_EVENTS = "audit_events"
"""Where a session keeps the events that go along with its transaction."""


@dataclass
class AuditTrail:
    """Who acts, from where, and what she has read so far."""

    actor: int | None = None
    roles: str = ""
    session: str = ""
    place: str = ""
    request_id: str = ""
    opened: dict[tuple[str, int], int | None] = field(default_factory=dict)
    """(form, record) → its case: what was opened itself."""
    listed: dict[str, set[int]] = field(default_factory=dict)
    """Form → records that were named among others."""
    named: set[int] = field(default_factory=set)
    """Cases of which answers that ask for a clearance were shown among others."""
    forms: set[str] = field(default_factory=set)
    """Forms whose records were read in any way."""
    matched: dict[str, set[int]] = field(default_factory=dict)
    """Form → records that what was typed was found to be like."""
    noted: list[AuditEvent] = field(default_factory=list)
    """What else leaves with the answer, and is told in words of its own."""
    told: bool = False
    """Whether an event of this request tells already what leaves with the answer."""

    def event(self, action: str, **values: Any) -> AuditEvent:
        """An event of this request."""
        known = {
            "actor": self.actor,
            "roles": self.roles,
            "session": self.session,
            "place": self.place,
            "request_id": self.request_id,
        }
        return AuditEvent(action, **{**known, **values})


current_trail: ContextVar[AuditTrail | None] = ContextVar("current_trail", default=None)


class NoAuditLog(RuntimeError):
    """The audit log cannot be written: nothing is read or changed by anybody."""


@dataclass
class AuditSeal:
    """The key of the chain; none until the database is made ready: what is changed until then is told nowhere."""

    key: bytes | None = None


def note_opened(form: str, record_id: int, case_id: int | None) -> None:
    """A record is read by itself."""
    if (trail := current_trail.get()) is not None:
        trail.opened[form, record_id] = case_id


def note_listed(form: str, ids: Iterable[int]) -> None:
    """Records are read among others."""
    if (trail := current_trail.get()) is not None:
        trail.listed.setdefault(form, set()).update(ids)


def note_named(case_ids: Iterable[int | None]) -> None:
    """Names, or other answers that not everybody may know, are shown of these cases among others."""
    if (trail := current_trail.get()) is not None:
        trail.named.update(case_id for case_id in case_ids if case_id is not None)


def note_matched(form: str, ids: Iterable[int]) -> None:
    """What was typed was compared with all records, her own or not, and these are like it; none is told, too."""
    if (trail := current_trail.get()) is not None:
        trail.matched.setdefault(form, set()).update(ids)


def note_event(
    action: str,
    case_id: int | None = None,
    objects: Mapping[str, Sequence[int]] = NO_OBJECTS,
    tells_answer: bool = False,
) -> None:
    """What leaves with the answer is told as this, beside what is read for it; with ``tells_answer`` in its place."""
    if (trail := current_trail.get()) is not None:
        trail.told = trail.told or tells_answer
        trail.noted.append(trail.event(action, case_id=case_id, objects=objects))


def note_forms(forms: Iterable[str]) -> None:
    """Something of the records of these forms is read."""
    if (trail := current_trail.get()) is not None:
        trail.forms.update(forms)


def add_event(
    session: Any,
    action: str,
    *,
    actor: int | None = None,
    case_id: int | None = None,
    objects: Mapping[str, Sequence[int]] = NO_OBJECTS,
    fields: Sequence[str] = (),
    outcome: str = "done",
    tells_answer: bool = False,
) -> None:
    """Let the audit log tell this, in the transaction that the session is writing.

    ``tells_answer``: what leaves with the answer is told by this event; the reading is not told once more.
    """
    trail = current_trail.get() or AuditTrail()
    trail.told = trail.told or tells_answer
    values: dict[str, Any] = {"case_id": case_id, "objects": objects, "fields": fields, "outcome": outcome}
    if actor is not None:
        values["actor"] = actor
    queue_events(session, [trail.event(action, **values)])


def queue_events(session: Any, events: Iterable[AuditEvent]) -> None:
    """Append these to the audit log when the session commits."""
    ours: Session = session() if isinstance(session, scoped_session) else session
    savepoint = ours.get_nested_transaction()
    ours.info.setdefault(WAITING_EVENTS, []).extend((event, savepoint) for event in events)


def forget_events(session: Any, undone: SessionTransaction | None = None) -> None:
    """What was changed is undone, by default all of it: there is nothing to tell."""
    waiting = session.info.pop(WAITING_EVENTS, [])
    if undone is not None and undone.nested:
        session.info[WAITING_EVENTS] = [(told, within) for told, within in waiting if not _is_within(within, undone)]


def _is_within(savepoint: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while savepoint is not None and savepoint is not outer:
        savepoint = savepoint.parent
    return savepoint is not None


def append_at_commit(sessions: sessionmaker[Session], seal: AuditSeal) -> None:
    """Let these sessions commit nothing without the events that tell of it."""

    @event.listens_for(sessions, "before_commit")
    def append(session: Session) -> None:
        if session.in_nested_transaction():
            return
        waiting = session.info.pop(WAITING_EVENTS, None)
        if not waiting:
            return
        if seal.key is not None:
            append_events(session.connection(), seal.key, [told for told, _ in waiting])
        elif current_trail.get() is not None:
            raise NoAuditLog

    @event.listens_for(sessions, "after_soft_rollback")
    def forget(session: Session, undone: SessionTransaction) -> None:
        forget_events(session, undone)
