"""The recipe of the operations guide: on PostgreSQL Dosar's own role adds events to the audit log, and no more."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent
from dosar.database.audit.verification import verify_chain
from dosar.database.audit_pruning import prune_events
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import SYSTEM_METADATA
from tests.databases import KEY, fresh_place, postgresql

GUIDE = Path(__file__).parents[2] / "app/docs/operations.md"


def recipe(program: str, database: str) -> str:
    """The lines of the guide, for these names."""
    found = next(block for block in re.findall(r"```sql\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
    named = re.sub(r"DATABASE dosar\b", f"DATABASE {database}", found)
    return re.sub(r"(TO|, |FROM) ?dosar\b", rf"\1 {program}", named).replace("dosar_keeper", f"{program}_keeper")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database of a role like that of the guide, after the first start and the recipe."""
    with fresh_place("postgresql", tmp_path_factory.mktemp("data")) as place:
        address = make_url(str(place.url))
        database = str(address.database)
        program = f"program_{database}"
        as_administrator(f"CREATE ROLE {program} LOGIN; ALTER DATABASE {database} OWNER TO {program}", database)
        opened = Store.open(url=address.set(username=program).render_as_string(hide_password=False), key=KEY)
        start(opened)
        as_administrator(recipe(program, database), database)
        yield opened
        opened.close()
    as_administrator(f"DROP ROLE {program}, {program}_keeper", "postgres")


def as_administrator(statements: str, database: str) -> None:
    url = make_url(postgresql()).set(database=database).render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement.encode())


def start(store: Store) -> None:
    with store.writing() as session:
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()


def test_the_program_goes_on_adding_and_reading(store: Store) -> None:
    start(store)
    store.commit_events([AuditEvent("open", actor=7, case_id=1)])
    with store.snapshot() as connection:
        assert verify_chain(connection, store.purpose_key(AUDIT_PURPOSE)).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dosar_audit_event SET actor = 1",
        "DELETE FROM dosar_audit_event",
        "TRUNCATE dosar_audit_event",
        "DROP TRIGGER dosar_closed_delete ON dosar_audit_event",
        "ALTER TABLE dosar_audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE dosar_audit_event RENAME TO other",
        "DROP TABLE dosar_audit_event",
        "DROP SCHEMA public CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_it_changes_and_takes_away_nothing(store: Store, statement: str) -> None:
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_old_events_are_removed_only_by_who_owns_them(store: Store) -> None:
    start(store)
    store.commit_events([AuditEvent("open", actor=7, case_id=1)] * 2)
    with pytest.raises(StoreError, match="may not remove events"):
        prune_events(store, datetime(2100, 1, 1))
    with store.snapshot() as connection:
        verdict = verify_chain(connection, store.purpose_key(AUDIT_PURPOSE))
        assert verdict.is_whole and not verdict.removed
