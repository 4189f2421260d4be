"""Whether the audit log is whole: every event sealed, in order, with none missing before a line kept outside."""

import re
from dataclasses import dataclass
from hmac import compare_digest

from sqlalchemy import Connection, select

from dosar.database.audit_chain import SEALED_COLUMNS, AuditHead, audit_event_table, read_head, seal_event

EVENTS_AT_ONCE = 2000
ANCHOR_LETTERS = 32
"""How much of a seal an anchor has: short enough to be typed from paper, too long to be met by chance."""
ANCHOR = re.compile(r"\s*(\d{1,18})-([0-9a-f]{32})\s*", re.IGNORECASE)
_CHAIN = select(*(audit_event_table.c[name] for name in (*SEALED_COLUMNS, "prev", "mac"))).order_by(
    audit_event_table.c.seq
)


@dataclass(frozen=True)
class AuditVerdict:
    """What a walk along the chain found."""

    head: AuditHead
    """The last event before the first that is wrong; the end of the log where none is."""
    broken_at: int | None = None
    """The number that the first wrong or missing event has or should have."""
    lacks_anchor: bool = False
    """Whether the event of the anchor is missing or another one."""

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
    """Walk along the whole log."""
    head, met = AuditHead(), anchor is None or (anchor.seq == 0 and AuditHead().mac.startswith(anchor.mac))
    with connection.execute(_CHAIN, execution_options={"yield_per": EVENTS_AT_ONCE}) as rows:
        for *values, prev, mac in rows:
            seq = values[0]
            is_sealed = compare_digest(str(mac).encode(), seal_event(key, prev, values).encode())
            if seq != head.seq + 1 or not compare_digest(str(prev).encode(), head.mac.encode()) or not is_sealed:
                return AuditVerdict(head, head.seq + 1, not met)
            head = AuditHead(seq, mac)
            met = met or (anchor is not None and seq == anchor.seq and mac.startswith(anchor.mac))
    return AuditVerdict(head, None, not met)
