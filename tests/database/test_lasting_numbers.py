"""No record gets the number of one that was erased: who looks at its history or at the audit log sees only its own."""

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, func, insert, inspect, select, update

from dosar.cli.runtime import prepare_database
from dosar.database.audit.chain import AuditEvent
from dosar.database.copies.transfer import copy_database
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA, draft_table, erasure_request_table, utc_now
from dosar.database.writing.append_only import closed_tables
from dosar.database.writing.lasting_numbers import LASTING_KEY, PLAIN_KEY, give_numbers_once, numbers_given
from tests.databases import DATABASES, fresh_store
from tests.organisations import CASE, MENU, ROLES

own = MetaData()
case = Table("case", own, Column("id", Integer, primary_key=True), Column("code", Text))


@pytest.fixture
def counting(founded_store: Store) -> Store:
    """Three cases, of which the last is erased."""
    with founded_store.writing() as session:
        connection = session.connection()
        own.create_all(connection)
        give_numbers_once(connection)
        connection.execute(insert(case), [{"code": letter} for letter in "abc"])
        connection.execute(delete(case).where(case.c.code == "c"))
    return founded_store


def next_number(store: Store, table: Table = case) -> int:
    with store.writing() as session:
        return int(session.execute(insert(table).values(code="next").returning(table.c.id)).scalar_one())


def test_the_number_of_an_erased_case_is_not_given_again(counting: Store) -> None:
    assert next_number(counting) == 4


def test_not_after_all_of_them_are_erased_and_the_file_is_written_anew(counting: Store) -> None:
    with counting.writing() as session:
        session.execute(delete(case))
    counting.rewrite()
    assert next_number(counting) == 4


@pytest.mark.parametrize("target", DATABASES)
def test_not_in_a_copy_either(counting: Store, target: str, tmp_path: Path) -> None:
    with fresh_store(target, tmp_path) as other:
        copy_database(counting, other, [case, *SYSTEM_METADATA.tables.values()])
        with other.snapshot() as connection:
            assert numbers_given(connection)["case"] == 3
        assert next_number(other) == 4


def test_a_database_of_before_is_told_so_without_losing_a_row(founded_store: Store) -> None:
    with founded_store.writing() as session:
        connection = session.connection()
        own.create_all(connection)
        connection.execute(insert(case), [{"code": letter} for letter in "abc"])
        founded_store.open_data_key()
    founded_store.commit_events([AuditEvent("erase", actor=7, case_id=9)])
    with founded_store.writing() as session:
        connection = session.connection()
        closed = closed_tables(connection)
        give_numbers_once(connection)
        assert closed_tables(connection) == closed
        assert connection.scalars(select(case.c.code).order_by(case.c.id)).all() == ["a", "b", "c"]
        connection.execute(update(case).where(case.c.id == 1).values(code="A"))
    if founded_store.engine.dialect.name == "sqlite":
        assert next_number(founded_store) == 10, "the audit log names a case 9 that is no more"
        with founded_store.snapshot() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_every_table_with_numbers_of_its_own_gives_them_once(founded_store: Store, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    prepare_database(founded_store, forms)
    with founded_store.snapshot() as connection:
        tables = set(inspect(connection).get_table_names())
        assert {"case", "ab_user", draft_table.name, erasure_request_table.name} <= tables
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
            by_lot = {name for name, sql in found if PLAIN_KEY in sql}
            drawn = {f"dosar_{name}" for name in ("invitation", "session", "recovery_code", "passkey", "calendar_feed")}
            assert by_lot == drawn, "these draw theirs by lot, or make a digest"
            assert {"case", "ab_user", draft_table.name} <= {name for name, sql in found if LASTING_KEY in sql}


def test_a_page_left_open_does_not_decide_about_another_request(founded_store: Store) -> None:
    asked = {"kind": "erase", "ground": "asked", "asked_by": 1, "asked_at": utc_now()}
    with founded_store.writing() as session:
        SYSTEM_METADATA.create_all(session.connection())
        give_numbers_once(session.connection())
        session.execute(insert(erasure_request_table).values(case_id=1, **asked))
        session.execute(delete(erasure_request_table))
        session.execute(insert(erasure_request_table).values(case_id=2, **asked))
        assert session.scalar(select(func.max(erasure_request_table.c.id))) == 2
