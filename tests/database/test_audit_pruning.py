"""Old events leave the audit log with a checkpoint; whoever cuts off anything else is found out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from dosar.database.audit.chain import PRUNED_ACTION, AuditEvent, append_events, audit_event_table
from dosar.database.audit_pruning import prune_events
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.writing.append_only import closed_tables
from tests.database.test_audit_chain import anchor_of, by_force, verdict

NEW_YEAR = datetime(2020, 1, 1)
OLD = 5
columns = audit_event_table.c


@pytest.fixture
def log(founded_store: Store) -> Store:
    """A log of old events, then of recent ones; the clock was set back once meanwhile."""
    founded_store.open_data_key()
    days = [-400, -300, -200, -100, -1, 0, 30, -2, 60]
    for number, day in enumerate(days):
        founded_store.commit_events([AuditEvent("open", actor=7, case_id=number, at=NEW_YEAR + timedelta(day))])
    return founded_store


def numbers(store: Store) -> list[int]:
    with store.snapshot() as connection:
        return list(connection.scalars(select(columns.seq).order_by(columns.seq)))


def test_what_is_left_is_whole_and_begins_behind_the_checkpoint(log: Store) -> None:
    before = numbers(log)
    assert prune_events(log, NEW_YEAR) == OLD
    assert numbers(log) == [*before[OLD:], before[-1] + 1], "what lies behind a recent one stays, also if older"
    found = verdict(log)
    assert found.is_whole and found.removed == OLD
    with log.snapshot() as connection:
        assert connection.scalar(select(columns.action).where(columns.seq == found.head.seq)) == PRUNED_ACTION
        assert audit_event_table.name in closed_tables(connection)
    log.commit_events([AuditEvent("open", actor=8)])
    assert prune_events(log, NEW_YEAR) == 0
    assert prune_events(log, NEW_YEAR + timedelta(45)) > 0
    assert verdict(log).is_whole


def test_the_last_event_stays(log: Store) -> None:
    head = numbers(log)[-1]
    assert prune_events(log, NEW_YEAR + timedelta(days=9000)) == head - 1
    assert numbers(log) == [head, head + 1] and verdict(log).is_whole


@pytest.mark.parametrize("number", [OLD + 1, OLD + 2])
def test_whoever_cuts_off_more_is_found_out(log: Store, number: int) -> None:
    prune_events(log, NEW_YEAR)
    by_force(log, delete(audit_event_table).where(columns.seq <= number))
    assert verdict(log).broken_at == 1


def test_whoever_cuts_off_without_a_checkpoint_is_found_out(log: Store) -> None:
    by_force(log, delete(audit_event_table).where(columns.seq <= OLD))
    assert verdict(log).broken_at == 1


def test_a_checkpoint_without_the_key_proves_nothing(log: Store) -> None:
    last = numbers(log)[OLD - 1]
    with log.snapshot() as connection:
        seal = connection.scalar(select(columns.mac).where(columns.seq == last))
    forged = AuditEvent(PRUNED_ACTION, objects={"~event": [last]}, fields=[str(seal)])
    with log.writing() as session:
        append_events(session.connection(), bytes(32), [forged])
    by_force(log, delete(audit_event_table).where(columns.seq <= last))
    assert not verdict(log).is_whole


def test_an_anchor_of_what_is_gone_proves_nothing_and_a_later_one_does(log: Store) -> None:
    early = f"{numbers(log)[1]}-{'0' * 32}"
    late = anchor_of(log)
    prune_events(log, NEW_YEAR)
    assert verdict(log, early).is_anchor_removed
    assert verdict(log, late).is_whole and not verdict(log, late).is_anchor_removed
    with log.snapshot() as connection:
        edge: Any = connection.execute(select(columns.seq, columns.prev).order_by(columns.seq).limit(1)).one()
    assert not verdict(log, f"{edge.seq - 1}-{edge.prev[:32]}").lacks_anchor
    assert verdict(log, f"{edge.seq - 1}-{'0' * 32}").lacks_anchor


def test_nothing_is_removed_from_a_log_that_is_not_whole(log: Store) -> None:
    by_force(log, audit_event_table.update().where(columns.seq == OLD).values(actor=99))
    with pytest.raises(StoreError, match="not whole"):
        prune_events(log, NEW_YEAR)
    with log.snapshot() as connection:
        assert connection.scalar(select(func.min(columns.seq))) == 1
