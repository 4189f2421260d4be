"""The audit log of events: a chain that nobody changes unseen.

Each event is sealed with HMAC over itself and the seal of the one before, with a key of the organisation: an event
that was edited, deleted, added or moved breaks the chain at its place; a cut-off end is told by an anchor, a line kept
outside. An event names people by their numbers and records by their numbers, never a name, an answer or a typed word.
"""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, Text, insert, select

from dosar.database.system_tables import SYSTEM_METADATA, utc_now

AUDIT_PURPOSE = "audit-mac"
FILE_OBJECT = "~file"
ACCOUNT_OBJECT = "~user"
EVENT_OBJECT = "~event"
"""What files, accounts and events are called among the objects of an event: no form is called so."""
CASE_OBJECT = "~case"
"""The cases that a list told more of than everybody may know, whatever form it was of."""
PRUNED_ACTION = "pruned"
"""The checkpoint: events up to one were removed; it is the object, its seal stands among the fields."""
FIRST_ACTION = "key_made"
"""What the first event of every log tells: the first start."""
FIRST_SEAL = "0" * 64
NO_OBJECTS: Mapping[str, Sequence[int]] = MappingProxyType({})

audit_event_table = Table(
    "dosar_audit_event",
    SYSTEM_METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, nullable=False),
    Column("actor", Integer),
    Column("roles", Text, nullable=False),
    Column("session", String(16), nullable=False),
    Column("action", String(32), nullable=False),
    Column("place", String(80), nullable=False),
    Column("case_id", Integer),
    Column("objects", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("request_id", String(16), nullable=False),
    Column("prev", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    Index("ix_dosar_audit_event_case", "case_id", "seq"),
    Index("ix_dosar_audit_event_actor", "actor", "seq"),
    Index("ix_dosar_audit_event_action", "action", "seq"),
    Index("ix_dosar_audit_event_ts", "ts"),
)
"""What happened: numbered without a gap; ``ts`` is milliseconds UTC, ``place`` the route, ``objects`` maps forms to
numbers of records, ``fields`` are names of questions only."""

SEALED_COLUMNS = tuple(column.name for column in audit_event_table.columns if column.name not in ("prev", "mac"))
_HEAD = select(audit_event_table.c.seq, audit_event_table.c.mac).order_by(audit_event_table.c.seq.desc()).limit(1)
_INSERT = insert(audit_event_table)


@dataclass(frozen=True)
class AuditEvent:
    """What somebody did, read or was refused at one moment."""

    action: str
    actor: int | None = None
    roles: str = ""
    session: str = ""
    place: str = ""
    case_id: int | None = None
    objects: Mapping[str, Sequence[int]] = field(default_factory=dict)
    fields: Sequence[str] = ()
    outcome: str = "done"
    request_id: str = ""
    at: datetime = field(default_factory=utc_now)


@dataclass(frozen=True)
class AuditHead:
    """The last event of the log and its seal: whoever knows it can tell later that nothing is missing before."""

    seq: int = 0
    mac: str = FIRST_SEAL


def case_objects(case_ids: Iterable[int]) -> dict[str, Sequence[int]]:
    """The entry among the objects of an event that tells of several cases, if there is any."""
    cases = sorted(case_ids)
    return {CASE_OBJECT: cases} if cases else {}


def read_head(connection: Connection) -> AuditHead:
    """The end of the log."""
    found = connection.execute(_HEAD).one_or_none()
    return AuditHead(found.seq, found.mac) if found else AuditHead()


def append_events(connection: Connection, key: bytes, events: Iterable[AuditEvent]) -> None:
    """Add the events to the chain. Only whoever has the turn to write may call it: numbers have no gap."""
    head = read_head(connection)
    seq, prev, rows = head.seq, head.mac, []
    for event in events:
        seq += 1
        row = _event_row(seq, event)
        mac = seal_event(key, prev, [row[name] for name in SEALED_COLUMNS])
        rows.append({**row, "prev": prev, "mac": mac})
        prev = mac
    if rows:
        connection.execute(_INSERT, rows)


def seal_event(key: bytes, prev: str, values: Sequence[Any]) -> str:
    """The seal of an event whose sealed columns hold ``values``, after the one sealed with ``prev``."""
    content = prev + json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(key, content.encode(), "sha256").hex()


def _event_row(seq: int, event: AuditEvent) -> dict[str, Any]:
    objects = {form: sorted(set(ids)) for form, ids in sorted(event.objects.items())}
    return {
        "seq": seq,
        "ts": int(event.at.replace(tzinfo=UTC).timestamp() * 1000),
        "actor": event.actor,
        "roles": event.roles,
        "session": event.session,
        "action": event.action,
        "place": event.place,
        "case_id": event.case_id,
        "objects": json.dumps(objects, separators=(",", ":")),
        "fields": ",".join(event.fields),
        "outcome": event.outcome,
        "request_id": event.request_id,
    }
