"""The gate's tables come along with the program: a database of the version before opens and loses nothing."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, delete, insert, inspect, select, table, text, update

from dosar.access.appbuilder.install import create_access_tables
from dosar.access.framework import Model
from dosar.access.migrations import VERSION_TABLE, VERSIONS, migrate, revision
from dosar.access.tables import ACCESS_TABLES, account_history_table, session_table, setting_table, user_table
from dosar.database.copies.transfer import copy_database
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from tests.databases import fresh_store

NEWEST = max(file.stem.partition("_")[0] for file in VERSIONS.glob("*_*.py"))
LATER_COLUMN = '''"""Users have one column more."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("ab_user", sa.Column("later_column", sa.String(32), nullable=True))
    {more}
'''
users: Any = table("ab_user", column("id"), column("username"), column("later_column"))
DAY = datetime(2026, 11, 22, 8)
Columns = dict[str, list[str]]
"""The columns of each table."""


@pytest.fixture
def next_version(tmp_path: Path) -> Callable[..., Path]:
    """The steps of a later version: those of this one, and users with one column more."""

    def made(more: str = "") -> Path:
        folder = tmp_path / "100% later" / "versions"
        shutil.copytree(VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        step = LATER_COLUMN.format(revision="900", before=NEWEST, more=more)
        (folder / "900_later_column.py").write_text(step, encoding="utf-8")
        return folder

    return made


SIGNED_OUT: dict[str, list[Any]] = {session_table.name: []}
"""Sessions lay in clear once; they end."""


def as_before_there_were_steps(connection: Connection, first_step: Path) -> None:
    """The tables as Dosar 0.1 made them, with somebody in them, and no step noted."""
    migrate(connection, first_step)
    connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")
    user = {"username": "ana", "first_name": "Ana", "last_name": "Pop", "email": "ana", "active": True, "locale": "ro"}
    connection.execute(insert(user_table).values(**user))
    user_id = connection.scalar(select(user_table.c.id))
    connection.execute(
        insert(session_table).values(
            id="digest",
            user_id=user_id,
            contents="{}",
            created=DAY,
            seen=DAY,
        )
    )
    connection.execute(insert(setting_table).values(key="organisation.name", value="Asociația"))
    connection.execute(
        insert(account_history_table).values(
            at=DAY,
            by_id=None,
            user_id=user_id,
            action="added",
            changes={"user_name": ["", "ana"]},
        )
    )


def columns_in(connection: Connection) -> Columns:
    found = inspect(connection)
    there = [table.name for table in ACCESS_TABLES if found.has_table(table.name)]
    return {name: [column["name"] for column in found.get_columns(name)] for name in there}


def kept_in(connection: Connection, columns: Columns) -> dict[str, list[Any]]:
    """What stands in these columns of the tables: later steps may have added others."""
    return {
        name: [tuple(row) for row in connection.execute(select(*map(column, names)).select_from(table(name)))]
        for name, names in columns.items()
    }


def test_a_new_database_has_the_tables_that_the_program_knows(store: Store) -> None:
    ours = {table.name for table in ACCESS_TABLES}
    with store.writing() as session:
        create_access_tables(session.connection())
    with store.writing() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={
                "include_object": lambda thing, name, kind, *_: kind != "table" or name in ours,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, Model.metadata) == [], "what changed needs a migration"


def test_a_database_from_before_there_were_steps_loses_nothing(store: Store, first_step: Path) -> None:
    with store.writing() as session:
        as_before_there_were_steps(session.connection(), first_step)
        columns = columns_in(session.connection())
        before = kept_in(session.connection(), columns)
    with store.writing() as session:
        create_access_tables(session.connection())
        assert revision(session.connection()) == NEWEST
        assert kept_in(session.connection(), columns) == {**before, **SIGNED_OUT}


def test_sessions_that_lay_in_clear_are_in_no_file_any_more(store: Store, first_step: Path) -> None:
    """PostgreSQL keeps a deleted row in its file; this one is new."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("the file is encrypted as a whole")
    file_of = text(f"SELECT pg_relation_filenode('{session_table.name}')")
    with store.writing() as session:
        as_before_there_were_steps(session.connection(), first_step)
        before = session.scalar(file_of)
    with store.writing() as session:
        create_access_tables(session.connection())
        assert session.scalar(file_of) != before


def test_users_get_a_column(store: Store, first_step: Path, next_version: Callable[..., Path]) -> None:
    """One class and one file, as docs and the module say."""
    versions = next_version()
    with store.writing() as session:
        as_before_there_were_steps(session.connection(), first_step)
        columns = columns_in(session.connection())
        before = kept_in(session.connection(), columns)
    for _ in range(2):
        with store.writing() as session:
            migrate(session.connection(), versions)
            assert kept_in(session.connection(), columns) == {**before, **SIGNED_OUT}
    with store.writing() as session:
        session.execute(update(users).values(later_column="kept"))
        assert session.execute(select(users.c.username, users.c.later_column)).all() == [("ana", "kept")]


def test_a_step_that_breaks_leaves_everything_as_it_was(
    store: Store, first_step: Path, next_version: Callable[..., Path]
) -> None:
    with store.writing() as session:
        as_before_there_were_steps(session.connection(), first_step)
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        migrate(session.connection(), next_version("1 / 0"))
    with store.writing() as session:
        assert revision(session.connection()) is None
        assert "later_column" not in {column["name"] for column in inspect(session.connection()).get_columns("ab_user")}
        create_access_tables(session.connection())
        assert revision(session.connection()) == NEWEST


def test_a_database_of_a_newer_version_is_refused(store: Store, next_version: Callable[..., Path]) -> None:
    versions = next_version()
    with store.writing() as session:
        migrate(session.connection(), versions)
    with (
        pytest.raises(StoreError, match="A newer version of Dosar has worked with this database"),
        store.writing() as session,
    ):
        create_access_tables(session.connection())


def test_a_copy_stands_at_the_same_step(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        create_access_tables(session.connection())
    with fresh_store("sqlite", tmp_path) as other:
        copy_database(store, other, ACCESS_TABLES)
        with other.writing() as session:
            create_access_tables(session.connection())
            assert revision(session.connection()) == NEWEST
            assert session.execute(delete(user_table)).rowcount == 0
