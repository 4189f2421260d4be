"""Who read of which cases, as the pages by hand note it: an event of the audit log, kept before the page leaves."""

from collections.abc import Collection
from secrets import token_hex

from flask import g, request

from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent, append_events, case_objects
from dosar.database.store import Store


class ReadingLog:
    """Writes into the log of the store, as the same chain: who changes it is found out on both sides."""

    def __init__(self, store: Store) -> None:
        self.store, self.key = store, store.purpose_key(AUDIT_PURPOSE)

    def note_reading(self, cases: Collection[int]) -> None:
        """Keep that the visitor reads of these cases; of none nothing is told."""
        if not cases:
            return
        visitor, place = g.visitor, request.endpoint or ""
        told = {"actor": visitor.id, "roles": visitor.role, "session": visitor.session_id[:16], "place": place}
        event = AuditEvent("list", objects=case_objects(cases), request_id=token_hex(8), **told)
        g.pop("connection").close()  # whoever writes takes it, and what SQLite holds of the file in memory with it
        with self.store.writing() as session:
            append_events(session.connection(), self.key, [event])
