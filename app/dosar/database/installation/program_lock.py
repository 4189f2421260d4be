"""One program at a time on a PostgreSQL database: two with different forms would change each other's tables.

The data folder's own lock does not see the other computer. So a connection of its own holds an advisory lock for
as long as the program runs, and PostgreSQL gives it back when the program ends, however it ends.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from dosar.database.postgresql_store import postgresql_address
from dosar.database.store_errors import StoreError, StoreUnreachable

PROGRAM_LOCK_ID = 0x646F736173
"""Another one than writers take, which they hold for the length of a transaction."""
TAKE_SECONDS = 2.0
"""Seconds until it is believed that the database is in use: one that was just stopped may be leaving."""
WATCH_SECONDS = 20.0
"""Seconds between two looks whether the lock is still held."""
SETTINGS = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
"""A computer that vanished without a word has given the lock back after a minute."""
HOLDER = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32 | objid::bigint) = :lock"
)


class DatabaseInUse(StoreError):
    """Another program has the database."""

    def __init__(self) -> None:
        super().__init__(
            "Another Dosar is working on this database (DATABASE_URL or --to), perhaps from another folder or another "
            "computer. Only one may: stop that one first, or name another database."
        )


class _ProgramLock:
    """The lock, and the connection that holds it."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            postgresql_address(url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"connect_timeout": 10},
        )
        self._connection: Connection | None = None
        self._own_pid: int | None = None

    def try_to_take(self) -> bool:
        """Whether it is held now, on a new connection."""
        self.close()
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql(SETTINGS)
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": PROGRAM_LOCK_ID}):
                holder = connection.scalar(HOLDER, {"lock": PROGRAM_LOCK_ID})
                if self._own_pid is not None and holder not in (None, self._own_pid):  # given back just now: None
                    raise DatabaseInUse
                connection.close()
                return False
            self._own_pid = connection.scalar(text("SELECT pg_backend_pid()"))
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return True

    def keep(self) -> None:
        """Take it again if its connection was lost. Raises :class:`DatabaseInUse` if another program was faster; a
        database that does not answer is asked again at the next look, and so is one that has not missed us yet."""
        try:
            if self._connection is not None:
                self._connection.exec_driver_sql("SELECT 1")
                return
        except DBAPIError:
            pass
        with suppress(DBAPIError):
            self.try_to_take()

    def close(self) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


@contextmanager
def lock_database(url: str | None, on_lost: Callable[[StoreError], None]) -> Iterator[None]:
    """Keep the PostgreSQL database at ``url`` to this program until the end; nothing to do where there is none.

    Raises :class:`DatabaseInUse` while another has it. ``on_lost`` is called when another took it while the server
    was away.
    """
    if not url:
        yield
        return
    lock, ended = _ProgramLock(url), Event()
    _take(lock)
    watching = Thread(target=_watch, args=(lock, ended, on_lost), daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join(15)
        lock.close()


def _take(lock: _ProgramLock) -> None:
    until = monotonic() + TAKE_SECONDS
    try:
        while not lock.try_to_take():
            if monotonic() > until:
                raise DatabaseInUse
            sleep(0.2)
    except OperationalError:
        raise StoreUnreachable from None


def _watch(lock: _ProgramLock, ended: Event, on_lost: Callable[[StoreError], None]) -> None:
    while not ended.wait(WATCH_SECONDS):
        try:
            lock.keep()
        except DatabaseInUse as trouble:
            on_lost(trouble)
            return
