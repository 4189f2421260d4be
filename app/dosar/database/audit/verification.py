"""Whether the audit log is whole: every event sealed, in order, with none missing before a line kept outside."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, select

from dosar.database.audit.chain import (
    EVENT_OBJECT,
    FIRST_ACTION,
    PRUNED_ACTION,
    SEALED_COLUMNS,
    AuditHead,
    audit_event_table,
    read_head,
    seal_event,
)

EVENTS_AT_ONCE = 2000
ANCHOR_LETTERS = 32
"""How much of a seal an anchor has: short enough to be typed from paper, too long to be met by chance."""
ANCHOR = re.compile(r"\s*(\d{1,18})-([0-9a-f]{32})\s*", re.IGNORECASE)
_CHAIN = select(*(audit_event_table.c[name] for name in (*SEALED_COLUMNS, "prev", "mac"))).order_by(
    audit_event_table.c.seq
)
_FIRST = select(audit_event_table.c.seq, audit_event_table.c.prev).order_by(audit_event_table.c.seq).limit(1)
_ACTION, _OBJECTS, _FIELDS = (SEALED_COLUMNS.index(name) for name in ("action", "objects", "fields"))


@dataclass(frozen=True)
class AuditVerdict:
    """What a walk along the chain found."""

    head: AuditHead
    """The last event before the first that is wrong; the end of the log where none is."""
    broken_at: int | None = None
    """The number that the first wrong or missing event has or should have."""
    lacks_anchor: bool = False
    """Whether the event of the anchor is missing or another one."""
    removed: int = 0
    """So many events at the beginning were removed, as a checkpoint proves."""
    is_anchor_removed: bool = False
    """Whether the anchor is of an event among them: it proves nothing any more."""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None and not self.lacks_anchor


def anchor_line(connection: Connection) -> str:
    """The end of the log as one line without personal data, to be kept outside: on paper, in a mail."""
    head = read_head(connection)
    return f"{head.seq}-{head.mac[:ANCHOR_LETTERS]}"


def read_anchor(line: str) -> AuditHead | None:
    """The event an anchor line names, with the beginning of its seal; none for a line that is no anchor."""
    found = ANCHOR.fullmatch(line)
    return AuditHead(int(found[1]), found[2].lower()) if found else None


def verify_chain(connection: Connection, key: bytes, anchor: AuditHead | None = None) -> AuditVerdict:
    """Walk along the whole log, from its first event or from the checkpoint behind which it begins."""
    begin = _begin(connection)
    head, checkpoints, is_removed = begin, {AuditHead()}, anchor is not None and anchor.seq < begin.seq
    met = anchor is None or is_removed or (anchor.seq == begin.seq and begin.mac.startswith(anchor.mac))
    with connection.execute(_CHAIN, execution_options={"yield_per": EVENTS_AT_ONCE}) as rows:
        for *values, prev, mac in rows:
            seq = values[0]
            is_sealed = compare_digest(str(mac).encode(), seal_event(key, prev, values).encode())
            if seq != head.seq + 1 or not compare_digest(str(prev).encode(), head.mac.encode()) or not is_sealed:
                return AuditVerdict(head, head.seq + 1, not met, begin.seq)
            head = AuditHead(seq, mac)
            met = met or (anchor is not None and seq == anchor.seq and mac.startswith(anchor.mac))
            if values[_ACTION] == PRUNED_ACTION:
                checkpoints.add(_checkpoint(values))
    if begin not in checkpoints:
        return AuditVerdict(AuditHead(), 1, not met)
    return AuditVerdict(head, None, not met, begin.seq, is_removed)


def begins_with_first_start(connection: Connection) -> bool:
    """Whether the log has its first event. One that was emptied has none, or goes on with whatever happened next: no
    seal is broken then."""
    first = select(audit_event_table.c.action).order_by(audit_event_table.c.seq).limit(1)
    return connection.scalar(first) == FIRST_ACTION


def _begin(connection: Connection) -> AuditHead:
    """What the first event that is there says of the one before it."""
    first = connection.execute(_FIRST).one_or_none()
    return AuditHead(first.seq - 1, first.prev) if first else AuditHead()


def _checkpoint(values: Sequence[Any]) -> AuditHead:
    """The last event that was removed, as the sealed event tells that tells of it."""
    numbers = json.loads(values[_OBJECTS]).get(EVENT_OBJECT, [0])
    return AuditHead(int(numbers[0]), values[_FIELDS])
