"""Old events leave the audit log, and the rest still proves itself.

Whoever has the key of the organisation removes the beginning of the chain up to a day. An event of the chain itself,
the checkpoint, says up to which number and with which seal it ended: what is left begins right behind it, and whoever
cuts off more, or without the key, has no such event (:func:`dosar.database.audit.verification.verify_chain`).
"""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import ProgrammingError

from dosar.database.audit.chain import AUDIT_PURPOSE, EVENT_OBJECT, PRUNED_ACTION, audit_event_table, read_head
from dosar.database.audit.reading import stamp_of
from dosar.database.audit.trail import add_event
from dosar.database.audit.verification import verify_chain
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.writing.append_only import table_opened

LEAST_YEARS = 6
"""For so long the events are kept at least. No law names a term for such a log; who was harmed by what somebody read
has three years from when she learned of it, and often learns of it late."""
_column = audit_event_table.c


def prune_events(store: Store, before: datetime) -> int:
    """Remove the events of before this moment, in one transaction with the checkpoint; how many it was.

    The last event always stays. Raises :class:`StoreError` where the log is not whole, or the database lets nobody
    remove anything: then nothing is changed.
    """
    try:
        with store.writing() as session:
            connection = session.connection()
            if not verify_chain(connection, store.purpose_key(AUDIT_PURPOSE)).is_whole:
                raise StoreError("The audit log is not whole, so nothing is removed from it: see dosar audit verify.")
            kept_from = _first_kept(connection, before)
            last = session.execute(
                select(_column.seq, _column.mac).where(_column.seq < kept_from).order_by(_column.seq.desc()).limit(1)
            ).one_or_none()
            if last is None:
                return 0
            add_event(session, PRUNED_ACTION, objects={EVENT_OBJECT: [last.seq]}, fields=[last.mac])
            with table_opened(connection, audit_event_table.name):
                removed = connection.execute(delete(audit_event_table).where(_column.seq <= last.seq)).rowcount
    except ProgrammingError as error:
        raise StoreError(
            "The role Dosar signs in with may not remove events. Give it the table for this command "
            "(ALTER TABLE dosar_audit_event OWNER TO dosar), and take it away again afterwards."
        ) from error
    return removed


def _first_kept(connection: Connection, before: datetime) -> int:
    """The first event that is not older; clocks are set back now and then, so what follows it may be."""
    first = connection.scalar(select(func.min(_column.seq)).where(_column.ts >= stamp_of(before)))
    head = read_head(connection).seq
    return head if first is None else min(first, head)
