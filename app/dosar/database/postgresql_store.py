"""PostgreSQL, for an organisation that outgrew one file."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError

from dosar.database.store import LOCK_SECONDS, Store
from dosar.database.store_errors import (
    DiskFull,
    StoreBusy,
    StoreError,
    StoreNotWritable,
    StoreReadOnly,
    StoreUnreachable,
)
from dosar.database.text import collation

PROVEN_SERVER = {"sslmode": "verify-full", "sslrootcert": "system"}
"""The certificate of the server is for its name and of an authority that this computer trusts; libpq 16 knows both."""
POSTGRESQL_DRIVERS = {"postgres", "postgresql", "postgresql+psycopg"}
WRITER_LOCK_ID = 0x646F736172
"""The advisory lock of PostgreSQL that whoever writes holds."""
TOO_BUSY_STATES = {"55P03", "40P01", "40001"}
REFUSING_STATES: Mapping[str, Callable[[], StoreNotWritable]] = {"53100": DiskFull, "25006": StoreReadOnly}
"""PostgreSQL's words for a database that takes nothing any more."""
OLDER_SECONDS = 10.0
"""So long it is waited for those who began before an erasure."""
NEXT_TRANSACTION = "SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)"
OLDER_ONES = """
    SELECT pg_snapshot_xmin(pg_current_snapshot()) < CAST(%(now)s AS xid8) OR EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_xmin IS NOT NULL AND age(backend_xmin) > age(CAST(CAST(%(now)s AS xid8) AS xid))
    )
"""
"""Whether anybody on the server still writes, or anybody in this database reads as of before, a transaction."""
SAMPLED_AND_EMPTY = """
    SELECT quote_ident(tablename), quote_ident(stats.attname), format_type(atttypid, atttypmod) FROM pg_stats AS stats
    JOIN pg_class ON relname = tablename AND relnamespace = to_regnamespace(quote_ident(schemaname))
    JOIN pg_attribute AS attribute ON attrelid = pg_class.oid AND attribute.attname = stats.attname
    WHERE schemaname = current_schema() AND pg_relation_size(pg_class.oid) = 0
"""
"""The columns of empty tables of which samples are kept, and their types."""
INDEXES_BY_ALPHABET = """
    SELECT CAST(CAST(objid AS regclass) AS text) FROM pg_depend JOIN pg_index ON indexrelid = objid
    WHERE classid = CAST('pg_class' AS regclass) AND refclassid = CAST('pg_proc' AS regclass)
    AND refobjid = to_regprocedure('sort_key(text)')
"""
"""What lies in the order of the function's earlier body."""


class PostgresStore(Store):
    """A database on a server, where whoever writes holds an advisory lock."""

    _unchanging = {"isolation_level": "REPEATABLE READ"}

    def __init__(self, url: str, key: bytes | None = None) -> None:
        engine = create_engine(
            postgresql_address(url), pool_size=8, max_overflow=4, pool_pre_ping=True, hide_parameters=True
        )
        super().__init__(engine, key)
        event.listen(engine, "connect", _use_utc)
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", _without_values)
        for ended in ("commit", "rollback"):
            event.listen(engine, ended, self._leave)
        for ended in ("reset", "invalidate"):  # the second where the server went away
            event.listen(engine.pool, ended, self._forget)
        self._require_known_format()
        self._teach_alphabet()

    def _begin(self, connection: Connection) -> None:
        if not self.is_writing or getattr(self._here, "connection", None) is not None:
            return
        ours: Any = connection.connection.driver_connection
        try:
            ours.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SELECT pg_advisory_xact_lock({WRITER_LOCK_ID})")
        except ours.Error as error:
            if ours.closed:
                connection.invalidate()
                raise StoreUnreachable from None
            ours.rollback()
            if error.sqlstate in TOO_BUSY_STATES:
                raise StoreBusy from None
            raise
        self._here.connection = ours

    def rewrite(self) -> None:
        self.session.remove()
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _wait_for_older_ones(connection)
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            try:
                connection.exec_driver_sql("VACUUM FULL")
                _sample_anew(connection)
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def _leave(self, connection: Connection) -> None:
        if not connection.invalidated:
            self._forget(connection.connection.driver_connection)

    def _forget(self, ended: Any, *_: Any) -> None:
        if getattr(self._here, "connection", None) is ended:
            self._here.connection = None

    def _teach_alphabet(self) -> None:
        with self.engine.begin() as connection:
            statement, body = collation.sort_key_function()
            known = connection.exec_driver_sql(
                "SELECT prosrc FROM pg_proc WHERE oid = to_regprocedure('sort_key(text)')"
            ).scalar()
            if known != body:
                connection.exec_driver_sql(statement.replace("%", "%%"))
                for (index,) in connection.exec_driver_sql(INDEXES_BY_ALPHABET).all():
                    connection.exec_driver_sql(f"REINDEX INDEX {index}")


def _wait_for_older_ones(connection: Connection) -> None:
    """Whoever began to read before a row was erased, be it PostgreSQL's own analysis, keeps it in the new file, too. So
    does whoever began to write, even in another database of the server: every look since goes back to before her end.

    Raises :class:`StoreBusy` where somebody goes on and on.
    """
    now = connection.exec_driver_sql(NEXT_TRANSACTION).scalar_one()
    until = time.monotonic() + OLDER_SECONDS
    while connection.exec_driver_sql(OLDER_ONES, {"now": now}).scalar_one():
        if time.monotonic() > until:
            raise StoreBusy
        time.sleep(0.05)


def _sample_anew(connection: Connection) -> None:
    """The server keeps some values of every column, by which it plans; those of who was erased would stay there."""
    for table, column, kind in connection.exec_driver_sql(SAMPLED_AND_EMPTY).all():
        # as it is already; for that the samples are let go of, which looking at an empty table does not
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
    connection.exec_driver_sql("ANALYZE")
    _wait_for_older_ones(connection)
    connection.exec_driver_sql("VACUUM FULL pg_statistic")


def postgresql_address(url: str) -> URL:
    """The address with the driver that is installed. Raises :class:`StoreError` for one of something else.

    Another computer must prove by a certificate that it is the server, unless the address says another ``sslmode``:
    libpq itself would take whoever answers, and speak in clear where that is all it is offered.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        address = None
    if address is None or address.drivername not in POSTGRESQL_DRIVERS:
        raise StoreError("DATABASE_URL must begin with postgresql:// and name the server and the database.")
    _require_driver()
    address = address.set(drivername="postgresql+psycopg")
    is_said = "sslmode" in address.query or "PGSSLMODE" in os.environ
    return address if is_said or not _is_elsewhere(address) else address.update_query_dict(PROVEN_SERVER)


def _require_driver() -> None:
    """Raises :class:`StoreError` where it was not installed: most organisations need none, and it is large."""
    try:
        import psycopg  # noqa: F401 - also finds the library of PostgreSQL, which it may not bring
    except ImportError:
        raise StoreError(
            "DATABASE_URL or --to names a PostgreSQL database, and what speaks with one is not installed. Install it "
            "where Dosar is: pip install 'dosar[postgresql]', or in a clone: pip install '.[postgresql]'"
        ) from None


def _is_elsewhere(address: URL) -> bool:
    """Whether a network lies between: neither a socket of this computer nor its own address."""
    asked = address.host or address.query.get("host") or os.environ.get("PGHOST", "")
    hosts = asked.split(",") if isinstance(asked, str) else asked
    return not all(host in ("", "localhost") or host.startswith(("/", "@")) or _is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def _use_utc(connection: Any, _: Any) -> None:
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes what was typed in its errors; logs must not."""
    error: Any = context.original_exception
    if context.is_pre_ping:
        return  # a connection of before a restart is replaced, and nobody notices
    if context.is_disconnect or context.connection is None:
        raise StoreUnreachable from None
    state = getattr(error, "sqlstate", None)
    if state in TOO_BUSY_STATES:
        raise StoreBusy from None
    if state is None:
        return
    if state in REFUSING_STATES:
        raise REFUSING_STATES[state]() from None
    quotes_values = state.startswith("22")
    words = f"{state}" if quotes_values else f"{error.diag.message_primary} ({state})"
    error.args = (words,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(error).__module__}.{type(error).__name__}) {words}",)
