"""Reading the audit log: what happened, to whose file and by whom, the newest first."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from dosar.database.audit.chain import ACCOUNT_OBJECT, CASE_OBJECT, EVENT_OBJECT, PRUNED_ACTION, audit_event_table
from dosar.database.audit.verification import ANCHOR_LETTERS

ANCHORED_ACTION = "anchored"
OPENING_ACTIONS = ("open", "draft_opened", "print")
NAMING_ACTIONS = ("list", "match", "export")
"""What tells of several cases at once, each among the objects (:data:`CASE_OBJECT`)."""
ANCHOR_LIFETIME = timedelta(days=31)
"""After so long the end of the log is to be kept on paper once more."""
EPOCH = datetime(1970, 1, 1)
_column = audit_event_table.c


@dataclass(frozen=True)
class AuditFilter:
    """Which events are wanted; what is not said narrows nothing."""

    actor: int | None = None
    """A worker: what she did, and what was done to her account."""
    case_id: int | None = None
    """What was of this case alone, and what told of it among others."""
    actions: Collection[str] = ()
    since: datetime | None = None
    before: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a statement asks for."""
        hers = (_column.actor == self.actor) | _names_account(self.actor) if self.actor is not None else None
        every = (
            hers,
            _is_about(self.case_id) if self.case_id is not None else None,
            _column.action.in_(sorted(self.actions)) if self.actions else None,
            _column.ts >= stamp_of(self.since) if self.since else None,
            _column.ts < stamp_of(self.before) if self.before else None,
        )
        return [condition for condition in every if condition is not None]


@dataclass(frozen=True)
class AuditLine:
    """One event as it is shown."""

    at: datetime
    actor: int | None
    action: str
    case_id: int | None
    objects: Mapping[str, Sequence[int]]
    fields: Sequence[str]
    outcome: str


@dataclass(frozen=True)
class CaseReader:
    """How often somebody opened something of a case, or read of it among others, and when for the last time."""

    actor: int | None
    opened: int
    listed: int
    last: datetime


@dataclass(frozen=True)
class KeptAnchor:
    """The last line that was taken to be kept outside."""

    line: str
    at: datetime


def stamp_of(moment: datetime) -> int:
    """A moment as the log keeps it: milliseconds UTC."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(stamp: int) -> datetime:
    """A stamp of the log as a moment, UTC without its zone."""
    return EPOCH + timedelta(milliseconds=stamp)


def audit_lines(session: Any, wanted: AuditFilter, most: int, skipped: int = 0) -> list[AuditLine]:
    """The events, the newest first: ``most`` after those ``skipped``."""
    query = select(audit_event_table).where(*wanted.conditions()).order_by(_column.seq.desc())
    return [
        AuditLine(
            moment_of(row.ts),
            row.actor,
            row.action,
            row.case_id,
            json.loads(row.objects),
            [name for name in row.fields.split(",") if name],
            row.outcome,
        )
        for row in session.execute(query.limit(most).offset(skipped))
    ]


def case_readers(session: Any, case_id: int) -> list[CaseReader]:
    """Who opened something of this case or read of it among others, the latest first."""
    last, times = func.max(_column.ts), func.count().filter(_column.action.in_(OPENING_ACTIONS))
    query = (
        select(_column.actor, times, func.count() - times, last)
        .where(or_(and_(_column.case_id == case_id, _column.action.in_(OPENING_ACTIONS)), _names_case(case_id)))
        .group_by(_column.actor)
        .order_by(last.desc())
    )
    return [
        CaseReader(actor, opened, listed, moment_of(stamp)) for actor, opened, listed, stamp in session.execute(query)
    ]


def last_anchor(session: Any) -> KeptAnchor | None:
    """The last anchor that was taken."""
    taken = select(audit_event_table).where(_column.action == ANCHORED_ACTION).order_by(_column.seq.desc()).limit(1)
    row = session.execute(taken).one_or_none()
    return None if row is None else KeptAnchor(f"{row.seq}-{row.mac[:ANCHOR_LETTERS]}", moment_of(row.ts))


def is_anchor_due(session: Any, last: KeptAnchor | None, now: datetime) -> bool:
    """Whether the last anchor, or without one the first event, is older than a month."""
    if last is not None:
        return now - last.at > ANCHOR_LIFETIME
    first = session.scalar(select(_column.ts).order_by(_column.seq).limit(1))
    return first is not None and now - moment_of(first) > ANCHOR_LIFETIME


def first_moment(session: Any) -> datetime | None:
    """Since when the log goes."""
    stamp = session.scalar(select(_column.ts).order_by(_column.seq).limit(1))
    return None if stamp is None else moment_of(stamp)


def removals(session: Any, most: int = 10) -> list[tuple[int, datetime]]:
    """Up to which event the oldest ones were removed, and when; the latest removal first."""
    told = select(_column.objects, _column.ts).where(_column.action == PRUNED_ACTION).order_by(_column.seq.desc())
    rows = session.execute(told.limit(most))
    return [(json.loads(objects)[EVENT_OBJECT][0], moment_of(stamp)) for objects, stamp in rows]


def _is_about(case_id: int) -> ColumnElement[bool]:
    return or_(_column.case_id == case_id, _names_case(case_id))


def _names_case(case_id: int) -> ColumnElement[bool]:
    """Whether an event names the case among others; their numbers are in order, and the last of the objects."""
    begin = f'%"{CASE_OBJECT}":['
    alike = [f"{begin}{before}{case_id}{behind}" for before in ("", "%,") for behind in (",%", "]}")]
    return and_(_column.action.in_(NAMING_ACTIONS), or_(*[_column.objects.like(pattern) for pattern in alike]))


def _names_account(user_id: int | None) -> ColumnElement[bool]:
    return _column.objects.like(f'{{"{ACCOUNT_OBJECT}":[{user_id}]}}')
