"""A back-up takes the place of a database on a server, in one transaction: what was there moves into another schema.

The data folder goes along: its key slots open both keys from before the rows are kept until afterwards, so that a kill
in between locks nobody out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError, ProgrammingError

from dosar.backups.making.snapshot import known_tables
from dosar.backups.restoring.restore import DataThere, Restored, finish_interrupted, prepared_data, restored_of
from dosar.backups.restoring.swapping import new_stage, swap_in
from dosar.backups.working import work_errors_in_words
from dosar.database.copies.transfer import copy_database
from dosar.database.copies_folder import DATABASE_FILE
from dosar.database.keys.key_check import opens_database
from dosar.database.keys.key_slots_file import read_slots, write_slots
from dosar.database.keys.old_key import KEPT_FOR
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.progress import Progress

_KEPT_SCHEMA = re.compile(r"before_restore_(\d{4}_\d\d_\d\d_\d{6})", re.ASCII)
_MOMENT = "%Y_%m_%d_%H%M%S"
NOT_ALLOWED = "42501"
"""The server's word for a right that is missing."""


def restore_to_server(file: Path, secret: str | Path, data: Path, url: str, tell: Progress) -> Restored:
    """Put the back-up into the database at ``url`` and its folder ``data``, which nobody else works on.

    Raises :class:`~dosar.database.store_errors.StoreError`, and then nothing was changed.
    """
    finish_interrupted(data)
    moment = utc_now()
    with work_errors_in_words(data), new_stage(data) as stage:
        there = DataThere(opens_database(data, url), partial(Store.open, data, url))
        opened = prepared_data(file, secret, data, stage, tell, there)
        kept_schema = _fill(stage, data, url, opened.master_key, moment, tell)
    for left in stage.glob(f"{DATABASE_FILE}*"):
        left.unlink()
    with _folder_errors_in_words(data):
        aside = swap_in(data, f"{moment:%Y-%m-%d-%H%M%S}")
    return restored_of(opened, data, aside if kept_schema else None, kept_schema)


@contextmanager
def _folder_errors_in_words(data: Path) -> Iterator[None]:
    """The rows are there already; both keys open the folder until the files are, too."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "The database holds the back-up now, but the files beside it could not be put into %(folder)s: %(why)s. "
            "Make room there, and restore the same back-up once more.",
            folder=data,
            why=error.strerror or type(error).__name__,
        ) from None


def remove_kept_schemas(store: Store, now: datetime) -> int:
    """Drop what restores on a server kept aside, a month later as files go; how many schemas it was."""
    if isinstance(store, SqliteStore):
        return 0
    with store.snapshot() as connection:
        names = inspect(connection).get_schema_names()
    return sum([_is_dropped(store, name) for name in names if _is_over(name, now)])


def _is_over(schema: str, now: datetime) -> bool:
    found = _KEPT_SCHEMA.fullmatch(schema)
    with suppress(ValueError):  # somebody called hers by no day
        return found is not None and now - datetime.strptime(found[1], _MOMENT) > KEPT_FOR
    return False


def _is_dropped(store: Store, schema: str) -> bool:
    """One that is another account's, or from which somebody made something, stays."""
    with suppress(DatabaseError):
        with store.writing() as session:
            quote = session.connection().dialect.identifier_preparer.quote
            session.connection().exec_driver_sql(f"DROP SCHEMA {quote(schema)} CASCADE")
        return True
    return False


def _fill(stage: Path, data: Path, url: str, key: bytes, moment: datetime, tell: Progress) -> str:
    """Copy the rows; returns the schema that keeps what was there."""
    source, target = SqliteStore(stage, key), Store.open(data, url, key)
    try:
        tell("fill", 0.0)
        with target.writing() as session:
            kept = _move_aside(session.connection(), f"before_restore_{moment:{_MOMENT}}")
            copy_database(source, target, known_tables(source), before_upgrade=True)
            _let_both_open(stage, data)
        tell("fill", 1.0)
    finally:
        source.close()
        target.close()
    return kept


def _let_both_open(stage: Path, data: Path) -> None:
    before, coming = read_slots(data), read_slots(stage)
    if coming is not None:
        write_slots(data, before.current if before else coming.current, coming.current)


def _move_aside(connection: Connection, schema: str) -> str:
    tables = inspect(connection).get_table_names()
    if not tables:
        return ""
    quote = connection.dialect.identifier_preparer.quote
    try:
        connection.exec_driver_sql(f"CREATE SCHEMA {quote(schema)}")
    except ProgrammingError as error:
        if not re.search(NOT_ALLOWED, str(error)):
            raise
        raise StoreError(
            "The database is not empty, and its account may not keep aside what is there. Name an empty database in "
            "DATABASE_URL, or let the account make schemas: GRANT CREATE ON DATABASE … TO …"
        ) from None
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} SET SCHEMA {quote(schema)}")
    for sequence in inspect(connection).get_sequence_names():
        connection.exec_driver_sql(f"ALTER SEQUENCE {quote(sequence)} SET SCHEMA {quote(schema)}")
    return schema
