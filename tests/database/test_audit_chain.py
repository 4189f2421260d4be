"""The audit log: nobody changes, deletes, adds or cuts off an event unseen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent, audit_event_table
from dosar.database.audit.reading import EPOCH, AuditFilter, audit_lines, case_readers
from dosar.database.audit.trail import NoAuditLog, add_event
from dosar.database.audit.verification import AuditVerdict, anchor_line, read_anchor, verify_chain
from dosar.database.store import Store
from dosar.database.writing.append_only import close_tables, open_for_good

EVENTS = 6
columns = audit_event_table.c


@pytest.fixture
def log(founded_store: Store) -> Store:
    """A log of a few readings."""
    founded_store.open_data_key()
    founded_store.commit_events([AuditEvent("open", actor=7, case_id=n, objects={"case": [n]}) for n in range(EVENTS)])
    return founded_store


def verdict(store: Store, anchor: str = "") -> AuditVerdict:
    with store.snapshot() as connection:
        return verify_chain(connection, store.purpose_key(AUDIT_PURPOSE), read_anchor(anchor))


def anchor_of(store: Store) -> str:
    with store.snapshot() as connection:
        return anchor_line(connection)


def by_force(store: Store, *statements: Any) -> None:
    """As somebody who has the database and takes the triggers away."""
    with store.writing() as session:
        open_for_good(session.connection(), audit_event_table.name)
        for statement in statements:
            session.connection().execute(statement)
        close_tables(session.connection(), [audit_event_table.name])


def test_a_log_that_nobody_touched_is_whole(log: Store) -> None:
    assert verdict(log).is_whole and verdict(log).head.seq == EVENTS
    assert verdict(log, anchor_of(log)).is_whole


CHANGES = {
    "actor": 8,
    "ts": 1,
    "roles": "administrator",
    "session": "x",
    "action": "list",
    "place": "x",
    "case_id": 99,
    "objects": "{}",
    "fields": "x",
    "outcome": "denied",
    "request_id": "x",
    "prev": "0" * 64,
    "mac": "0" * 64,
}


def test_every_column_is_sealed(log: Store) -> None:
    assert {*CHANGES, "seq"} == {column.name for column in columns}
    with log.snapshot() as connection:
        before = connection.execute(select(audit_event_table).where(columns.seq == 3)).one()._asdict()
    for name, value in CHANGES.items():
        by_force(log, update(audit_event_table).where(columns.seq == 3).values({name: value}))
        assert verdict(log).broken_at == 3, name
        by_force(log, update(audit_event_table).where(columns.seq == 3).values(before))
    assert verdict(log).is_whole


def test_what_is_deleted_moved_or_added_is_missed_at_its_place(log: Store) -> None:
    with log.snapshot() as connection:
        second = connection.execute(select(audit_event_table).where(columns.seq == 2)).one()._asdict()
    by_force(log, delete(audit_event_table).where(columns.seq == 2))
    assert verdict(log).broken_at == 2
    by_force(log, insert(audit_event_table).values({**second, "seq": EVENTS + 1}))
    assert verdict(log).broken_at == 2
    by_force(log, delete(audit_event_table).where(columns.seq > EVENTS), insert(audit_event_table).values(second))
    assert verdict(log).is_whole


def test_a_cut_off_end_is_told_by_the_anchor(log: Store) -> None:
    anchor = anchor_of(log)
    by_force(log, delete(audit_event_table).where(columns.seq > 3))
    assert verdict(log).is_whole, "nothing inside tells it"
    assert verdict(log, anchor).lacks_anchor
    log.commit_events([AuditEvent("list")] * EVENTS)
    assert verdict(log, anchor).lacks_anchor, "nor do later events hide it"


def test_without_the_key_nobody_seals(log: Store) -> None:
    with log.snapshot() as connection:
        assert verify_chain(connection, bytes(32)).broken_at == 1


@pytest.mark.parametrize(
    "statement",
    [update(audit_event_table).values(actor=1), delete(audit_event_table).where(columns.seq == EVENTS)],
)
def test_the_database_itself_refuses_changes(log: Store, statement: Any) -> None:
    with pytest.raises(DatabaseError), log.writing() as session:
        session.connection().execute(statement)
    assert verdict(log).is_whole


def test_many_at_once_leave_no_gap(log: Store) -> None:
    with ThreadPoolExecutor(8) as many:
        list(many.map(lambda n: log.commit_events([AuditEvent("open", actor=n)]), range(40)))
    assert verdict(log).is_whole and verdict(log).head.seq == EVENTS + 40


def test_a_change_that_is_undone_is_not_told(log: Store) -> None:
    with pytest.raises(ZeroDivisionError), log.writing() as session:
        add_event(session, "edited")
        raise ZeroDivisionError
    with log.writing() as session:
        add_event(session, "entered", actor=7)
    with log.snapshot() as connection:
        assert connection.scalar(select(func.count()).select_from(audit_event_table)) == EVENTS + 1
    assert verdict(log).is_whole


def test_what_a_savepoint_undoes_is_not_told(log: Store) -> None:
    with log.writing() as session:
        add_event(session, "entered", actor=7)
        undone = session.begin_nested()
        add_event(session, "edited")
        with session.begin_nested():
            add_event(session, "deleted")
        undone.rollback()
        with session.begin_nested():
            add_event(session, "restored")
    with log.snapshot() as connection:
        told = connection.scalars(select(columns.action).where(columns.seq > EVENTS).order_by(columns.seq)).all()
    assert told == ["entered", "restored"]


def test_before_the_key_is_there_no_reading_is_kept(sqlite_store: Store) -> None:
    with pytest.raises(NoAuditLog):
        sqlite_store.commit_events([AuditEvent("open")])


@pytest.mark.parametrize("line", ["", "12", "12-abc", "x-" + "0" * 32, "1-" + "g" * 32])
def test_what_is_no_anchor_is_not_taken_for_one(line: str) -> None:
    assert read_anchor(line) is None


def test_a_later_start_goes_on_with_the_same_chain(log: Store, tmp_path: Path) -> None:
    assert log.open_kept_data_key()
    log.commit_events([AuditEvent("open")])
    assert verdict(log).is_whole


def test_what_told_of_a_case_among_others_is_found_by_its_number(log: Store) -> None:
    told = [AuditEvent("list", objects={"visit": [2, 30], "~case": cases}) for cases in ([5], [1, 12, 123], [1, 5])]
    log.commit_events([*told, AuditEvent("open", case_id=12), AuditEvent("list", objects={"case": [2]})])

    def found(case_id: int) -> list[str]:
        with log.snapshot() as connection:
            return [line.action for line in audit_lines(connection, AuditFilter(case_id=case_id, since=EPOCH), 9)]

    assert [len(found(case_id)) for case_id in (12, 123, 23, 30)] == [2, 1, 0, 0]
    assert [found(1).count("list"), found(5).count("list"), found(2).count("list")] == [2, 2, 0]
    with log.snapshot() as connection:
        assert [(reader.opened, reader.listed) for reader in case_readers(connection, 12)] == [(1, 1)]
