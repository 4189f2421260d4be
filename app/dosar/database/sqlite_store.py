"""One encrypted SQLite file."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock, RLock
from typing import Any, cast
from weakref import WeakSet

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.copies_folder import is_opened_by, newest_copy
from dosar.database.page_key import give_page_key
from dosar.database.store import LOCK_SECONDS, Store, database_file
from dosar.database.store_errors import (
    DiskFull,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreNotWritable,
    StoreReadOnly,
    WrongKey,
)
from dosar.database.text import collation
from dosar.database.text.folding import fold_text
from dosar.database.writing.write_queue import WriteQueue

ANALYSIS_LIMIT = 400
"""How many rows of an index are looked at: enough for an estimate, and quick in a table of a million."""
ANALYSE_EVERY_TABLE = "0x10002"
"""SQLite's word for: also tables this connection has not read."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses saved records when the power goes
    f"busy_timeout={LOCK_SECONDS * 1000}",
    "foreign_keys=ON",
    "cache_size=-65536",  # pages lie decrypted in the cache: without it, reading all is ten times slower
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)

REFUSING_WORDS: Mapping[str, Callable[[], StoreNotWritable]] = {
    "database or disk is full": DiskFull,
    "readonly database": StoreReadOnly,
    "disk I/O error": DiskFull,
    "unable to open database file": StoreReadOnly,
}
"""What SQLite says of a file that takes nothing any more; of one whose log cannot be written, it says no more."""
DAMAGED_WORD = "malformed"
"""SQLite's word for a file that holds something else than it wrote."""
UNREADABLE_WORDS = "not a database"
"""The same for its first page; the key of another database reads no other page either."""
PAGE_BYTES = 4096
"""A whole database is so many times a page."""
END_SECONDS = 5.0
"""So long it is waited for whoever still reads or writes when the store is closed, and is told to end."""
CHECKPOINT_MILLISECONDS = 1000
"""So long a checkpoint waits for readers, of another program too; its writers wait as long."""
LOOKS_FOR_DAMAGE = 3
"""A page that is written while it is looked at is not damaged: a damaged one is so at every look."""


class SqliteStore(Store):
    """SQLite, every page of it encrypted by SQLCipher with a raw key."""

    def __init__(self, data: Path, key: bytes) -> None:
        self._file = database_file(data)
        self._turns = WriteQueue()
        self._was_opened = False
        self._connections: WeakSet[_SqliteConnection] = WeakSet()
        self._opening = Lock()
        _make_private(self._file)
        engine = create_engine(
            URL.create("sqlite", database=str(self._file)),
            module=sqlcipher,
            creator=self._connect,  # so the key stands in no address and no setting
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=0,
            hide_parameters=True,
        )
        super().__init__(engine, key)
        self.data_folder = data
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", self._in_words)
        self._require_right_key()
        self._require_known_format()

    def connect_apart(self) -> Any:
        """A connection of its own, outside of every session, for work on the whole file."""
        return self._connect()

    @contextmanager
    def snapshot_apart(self) -> Iterator[Connection]:
        """As :meth:`snapshot`, for minutes: nobody else waits for the connection."""
        apart = create_engine("sqlite://", module=sqlcipher, creator=self._connect, poolclass=NullPool)
        with apart.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()  # the moment begins here
            yield connection

    def _connect(self) -> "_SqliteConnection":
        with self._opening:
            if self.closed.is_set():
                raise StoreClosed
            opened = self._connect_to_file()
            self._connections.add(opened)
            return opened

    def _connect_to_file(self) -> "_SqliteConnection":
        opened = sqlcipher.connect(
            str(self._file),
            timeout=LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_SqliteConnection,
        )
        give_page_key(opened, self._folder_key)
        for pragma in PRAGMAS:
            opened.execute(f"PRAGMA {pragma}")
        opened.create_function("fold", 1, fold_text, deterministic=True)
        opened.create_collation(collation.ALPHABETICAL, collation.compare_texts)
        return cast(_SqliteConnection, opened)

    def _leave_whole(self) -> None:
        """Write the log into the file. SQLite does so too when its last connection is closed, but says nothing where it
        cannot, and the last one may be that of a page which hangs."""
        if not self._was_opened or self._key is None:
            return
        until = time.monotonic() + END_SECONDS
        if self._opening.acquire(timeout=END_SECONDS):  # one that is being opened just now is ended with the others
            self._opening.release()
        for connection in list(self._connections):
            connection.end(max(until - time.monotonic(), 0))
        with suppress(sqlcipher.DatabaseError), closing(self._connect_to_file()) as last:
            _empty_log(last)

    def update_statistics(self) -> None:
        with self.writing() as session:
            connection = session.connection()
            connection.exec_driver_sql(f"PRAGMA analysis_limit={ANALYSIS_LIMIT}")
            connection.exec_driver_sql(f"PRAGMA optimize({ANALYSE_EVERY_TABLE})")

    def rewrite(self) -> None:
        self.session.remove()
        if not self._turns.take(LOCK_SECONDS):
            raise StoreBusy
        try:
            with closing(self._connect()) as apart:
                apart.execute("VACUUM")
                is_held = apart.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if is_held:  # by somebody who reads as of before
                    raise StoreBusy
        except sqlcipher.Error as error:
            if self.closed.is_set():
                raise StoreClosed from None
            raise _refusal_of_error(error) or (StoreBusy() if _is_locked(error) else error) from None
        finally:
            self._turns.leave()

    def copy_into(self, other: "SqliteStore") -> None:
        """Write every page into the empty database of ``other``, which has the same key."""
        with self.snapshot() as read, other.engine.connect() as write:
            source: Any = read.connection.driver_connection
            source.backup(write.connection.driver_connection)

    def _require_right_key(self) -> None:
        try:
            self.engine.connect().close()
        except (sqlcipher.DatabaseError, DatabaseError) as error:
            self.engine.dispose()
            if UNREADABLE_WORDS not in str(error):
                raise
            raise self._unreadable() from None
        self._was_opened = True

    def _unreadable(self) -> StoreError:
        """The first page tells nothing: of another key, or damaged. Sometimes it can be told."""
        copy = newest_copy(self._file.parent)
        was_cut_off = self._file.stat().st_size % PAGE_BYTES != 0
        if was_cut_off or (copy is not None and is_opened_by(copy, self._folder_key)):
            return StoreDamaged(self._file, copy)
        return WrongKey(
            "The key does not open the database %(file)s. Use the key the database was made with; if it is the right "
            "one, the beginning of the file is damaged: put your last copy of the data folder in its place.",
            file=self._file,
        )

    def _damaged(self) -> StoreDamaged:
        self.damage = StoreDamaged(self._file, newest_copy(self._file.parent))
        return self.damage

    def _tells_damage(self, error: BaseException) -> bool:
        return DAMAGED_WORD in str(error) or (self._was_opened and UNREADABLE_WORDS in str(error))

    def _in_words(self, context: ExceptionContext) -> None:
        """Another program holds the file for too long, nothing can be written to it, or it is not whole any more."""
        error = context.original_exception
        if self.closed.is_set():
            raise StoreClosed from None
        if _is_locked(error):
            raise StoreBusy from None
        if self._tells_damage(error):
            # a connection that met a damaged page reads nothing any more; others read the pages that are whole
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False
            raise self._damaged() from None
        if (refusal := _refusal_of_error(error)) is not None:
            raise refusal from None

    def look_for_damage(self) -> StoreDamaged | None:
        found = self._damaged_pages()
        for _ in range(LOOKS_FOR_DAMAGE - 1):
            if found:
                found &= self._damaged_pages()
        return self._damaged() if found else None

    def _damaged_pages(self) -> set[str]:
        """What is said of them. Until the log is written into the file, its first page may be good in the log only."""
        try:
            with closing(self._connect()) as apart:
                if not _empty_log(apart):
                    raise StoreBusy
                return {said for (said,) in apart.execute("PRAGMA cipher_integrity_check")}
        except sqlcipher.Error as error:
            if self.closed.is_set():
                raise StoreClosed from None
            if _is_locked(error):
                raise StoreBusy from None
            if self._tells_damage(error):
                return {DAMAGED_WORD}
            raise _refusal_of_error(error) or error from None

    def _begin(self, connection: Connection) -> None:
        ours = cast(_SqliteConnection, connection.connection.driver_connection)
        if not self.is_writing or self._turns.mine():
            ours.execute("BEGIN")
            return
        if not self._turns.take(LOCK_SECONDS):
            raise StoreBusy
        ours.turns = self._turns
        try:
            ours.execute("BEGIN IMMEDIATE")
        except sqlcipher.DatabaseError as error:
            ours.leave()
            if _is_locked(error):
                raise StoreBusy from None
            if self._tells_damage(error):
                connection.invalidate()
                raise self._damaged() from None
            if (refusal := _refusal_of_error(error)) is not None:
                raise refusal from None
            raise


class _SqliteConnection(sqlcipher.Connection):  # type: ignore[misc]
    """A connection that lets the next one write once its own transaction has really ended."""

    turns: WriteQueue | None = None
    was_ended = False
    """Whoever worked with it has nothing to put away any more."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.in_use = RLock()
        """Held while SQLite works for it: whoever ended it in the middle of that would end the whole program."""

    def cursor(self, *_: Any) -> Any:
        return super().cursor(_SqliteCursor)

    def commit(self) -> None:
        with self.in_use:
            super().commit()
        self.leave()

    def rollback(self) -> None:
        try:
            with self.in_use:
                if not self.was_ended:
                    super().rollback()
        finally:
            self.leave()

    def backup(self, *arguments: Any, **options: Any) -> None:
        with self.in_use:
            super().backup(*arguments, **options)

    def close(self) -> None:
        try:
            with self.in_use:
                super().close()
        finally:
            self.leave()

    def end(self, seconds: float) -> None:
        """Close it, whoever works with it in another thread: what she has not finished is not kept. Where SQLite works
        on and on, it stays open."""
        with suppress(sqlcipher.Error):
            self.interrupt()
        if not self.in_use.acquire(timeout=seconds):
            return
        try:
            with suppress(sqlcipher.Error):
                self.rollback()
            with suppress(sqlcipher.Error):
                self.close()
            self.was_ended = True
        finally:
            self.in_use.release()

    def leave(self) -> None:
        turns, self.turns = self.turns, None
        if turns is not None:
            turns.leave()


class _SqliteCursor(sqlcipher.Cursor):  # type: ignore[misc]
    """Says that its connection is in use while it is."""

    def execute(self, *arguments: Any) -> Any:
        with self.connection.in_use:
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        with self.connection.in_use:
            return super().executemany(*arguments)

    def fetchone(self) -> Any:
        with self.connection.in_use:
            return super().fetchone()

    def fetchmany(self, *arguments: Any, **options: Any) -> Any:
        with self.connection.in_use:
            return super().fetchmany(*arguments, **options)

    def fetchall(self) -> Any:
        with self.connection.in_use:
            return super().fetchall()

    def __next__(self) -> Any:
        with self.connection.in_use:
            return super().__next__()

    def close(self) -> None:
        with self.connection.in_use:
            if not self.connection.was_ended:
                super().close()


def _make_private(file: Path) -> None:
    """Only the account that runs Dosar reads its folder and its database."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _empty_log(connection: _SqliteConnection) -> bool:
    """Write the log into the file; whether nobody holds it, so that it is empty now."""
    connection.execute(f"PRAGMA busy_timeout={CHECKPOINT_MILLISECONDS}")
    is_held = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not is_held


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """What SQLite refuses to a connection outside of every session is told as in one. Raises
    :class:`StoreNotWritable`, such as where the disk is full."""
    try:
        yield
    except (sqlcipher.DatabaseError, DatabaseError) as error:
        raise _refusal_of_error(error) or error from None


def _is_locked(error: BaseException) -> bool:
    return "database is locked" in str(error)


def _refusal_of_error(error: BaseException) -> StoreNotWritable | None:
    return next((refusal() for words, refusal in REFUSING_WORDS.items() if words in str(error)), None)
