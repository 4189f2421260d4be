"""The database: one encrypted SQLite file, or PostgreSQL, behind one session.

Reading needs nothing. Writing happens inside ``with store.writing() as session:``, one writer at a time,
on both databases alike: what is read in there is still true when it is written. The measured reasons
for every setting are in the tests beside this file (``tests/records/test_threads.py``).
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent, audit_event_table
from dosar.database.audit.trail import AuditSeal, NoAuditLog, add_event, append_at_commit, forget_events
from dosar.database.audit.writer import AuditWriter
from dosar.database.copies_folder import DATABASE_FILE, is_opened_by, newest_copy
from dosar.database.data_key import ensure_data_key, read_data_key, rewrap_data_key
from dosar.database.format_version import require_known_format
from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_columns import forget_keys, let_seal
from dosar.database.store_errors import (
    DiskFull,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreNotWritable,
    StoreReadOnly,
    WrongKey,
)
from dosar.database.text import collation
from dosar.database.text.folding import fold_text
from dosar.database.writing.append_only import close_tables, closed_tables
from dosar.database.writing.write_guard import refuse_unannounced
from dosar.database.writing.write_queue import WriteQueue

LOCK_SECONDS = 10
"""Seconds to wait for one's turn to write."""

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
LOOKS_FOR_DAMAGE = 3
"""A page that is written while it is looked at is not damaged: a damaged one is so at every look."""


def database_file(data: Path) -> Path:
    """Where the encrypted database of a data folder lies."""
    return data / DATABASE_FILE


class Store:
    """An open database.

    ``session`` is one session per thread; the edge calls ``session.remove()`` when a request ends.
    """

    _unchanging: ClassVar[Mapping[str, Any]] = {}
    """Execution options under which a transaction sees one moment only."""

    def __init__(self, engine: Engine, key: bytes | None) -> None:
        self.engine = engine
        self._key = key
        self._data_key: bytes | None = None
        self._here = threading.local()
        self.data_folder: Path | None = None
        """What else is kept of the organisation lies there."""
        self.closed = threading.Event()
        self.damage: StoreDamaged | None = None
        """What somebody met, or :meth:`look_for_damage` found."""
        self.sessions = sessionmaker(engine)
        self.session = scoped_session(self.sessions)
        refuse_unannounced(self.sessions, self._here)
        self._seal = AuditSeal()
        append_at_commit(self.sessions, self._seal)
        self._audit_writer = AuditWriter(self.writing)

    @classmethod
    def open(cls, data: Path | None = None, url: str | None = None, key: bytes | None = None) -> "Store":
        """The database at ``url``, or the encrypted one in the folder ``data``; ``key`` is the folder's, 32 bytes."""
        if url is not None:
            from dosar.database.postgresql_store import PostgresStore

            opened = PostgresStore(url, key)
            opened.data_folder = data
            return opened
        if data is None or key is None:
            raise StoreError("Say where the data is kept: a data folder with its key, or DATABASE_URL.")
        return SqliteStore(data, key)

    def purpose_key(self, purpose: str) -> bytes:
        """The organisation's key for one purpose, 32 bytes; see :mod:`dosar.database.data_key`."""
        if self._data_key is None:
            raise RuntimeError("The data key is read when the database is made ready (open_forms).")
        return derive_key(self._data_key, purpose)

    def open_data_key(self) -> None:
        """Read the data key, or make it in a new database. Raises :class:`WrongKey`."""
        with self.writing() as session:
            connection = session.connection()
            is_new = read_data_key(connection, self._folder_key) is None
            self._data_key = ensure_data_key(connection, self._folder_key)
            if is_new:
                add_event(session, "key_made")
            if audit_event_table.name not in closed_tables(connection):
                close_tables(connection, [audit_event_table.name])
        let_seal(self.engine.dialect, self._data_key)
        self._seal.key = self.purpose_key(AUDIT_PURPOSE)

    def open_kept_data_key(self) -> bool:
        """For a command on a database that was made ready before: read the data key, and let the audit log tell what
        the command changes. Whether there is such a log. Raises :class:`WrongKey`."""
        with self.snapshot() as connection:
            self._data_key = read_data_key(connection, self._folder_key)
            has_log = self._data_key is not None and inspect(connection).has_table(audit_event_table.name)
        if self._data_key is not None:
            let_seal(self.engine.dialect, self._data_key)
        self._seal.key = self.purpose_key(AUDIT_PURPOSE) if has_log else None
        return has_log

    def commit_events(self, events: Sequence[AuditEvent]) -> None:
        """Keep what this thread's session has read in the audit log, for good; its transaction ends.

        Raises :class:`NoAuditLog` before the database is made ready.
        """
        if self._seal.key is None:
            raise NoAuditLog
        self.session.rollback()  # and gives its connection back to whoever commits
        self._audit_writer.commit(events)

    def tell(self, action: str, fields: Sequence[str] = ()) -> None:
        """Let the audit log tell what Dosar itself did, at a start or by a command; nothing where there is no log."""
        with self.writing() as session:
            add_event(session, action, fields=fields)

    def require_right_key(self) -> None:
        """Raises :class:`WrongKey` for the key of another organisation."""
        with self.snapshot() as connection:
            read_data_key(connection, self._folder_key)

    def rewrap_data_key(self, connection: Connection, old_key: bytes) -> None:
        """Let this store's own key open the data key, which another one opened so far. Raises :class:`WrongKey`."""
        rewrap_data_key(connection, old_key, self._folder_key)

    def wrap_data_key_for(self, connection: Connection, new_key: bytes) -> None:
        """Let another key open the data key from now on."""
        rewrap_data_key(connection, self._folder_key, new_key)

    def take_over_data_key(self, source: "Store") -> None:
        """After everything was copied from ``source``: let this one's own key open the data key."""
        with self.writing() as session:
            rewrap_data_key(session.connection(), source._folder_key, self._folder_key)
            add_event(session, "key_rewrapped")
            self._seal.key = source._seal.key

    @property
    def master_key(self) -> bytes:
        """The key of the data folder, for who changes what opens it."""
        return self._folder_key

    @property
    def _folder_key(self) -> bytes:
        if self._key is None:
            raise StoreError("Say where the key is: name the data folder with --data, or the file with --key-file.")
        return self._key

    def _require_known_format(self) -> None:
        try:
            with self.engine.connect() as connection:
                require_known_format(connection)
        except StoreError:
            self.engine.dispose()
            raise

    def close(self) -> None:
        """Give back every connection and forget the keys; the store is not used again."""
        self.closed.set()
        self.session.remove()
        self.engine.dispose()
        self._key = self._data_key = self._seal.key = None
        forget_keys(self.engine.dialect)

    def update_statistics(self) -> None:
        """Let the database count anew what lies in its tables, where they have grown or are new: by that it
        chooses the index to look things up in. PostgreSQL does so by itself."""

    def look_for_damage(self) -> StoreDamaged | None:
        """Read every page of the file; what is found is remembered. PostgreSQL looks after its own pages."""
        return None

    def rewrite(self) -> None:
        """Write the whole database anew, so that its files keep nothing of what was deleted. Others wait meanwhile."""
        raise NotImplementedError

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A piece of work that changes something: kept whole at the end, or not at all.

        ``session.commit()`` inside is allowed and keeps what is done so far; what follows waits for its
        turn anew. Pieces of work may stand within one another: the outermost keeps.
        """
        if self.is_writing:
            yield self.session()
            return
        self._finish_reading()
        self._here.writing = True
        try:
            yield self.session()
            self.session.commit()
        except BaseException:
            self.session.rollback()
            forget_events(self.session)  # also where the database was not asked yet
            raise
        finally:
            self._here.writing = False

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The database as it is at this moment, for reading all of it while others write on."""
        with self.engine.connect().execution_options(**self._unchanging) as connection, connection.begin():
            yield connection

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside :meth:`writing`."""
        return getattr(self._here, "writing", False)

    def _finish_reading(self) -> None:
        """What was read before the turn came may be old; it is read again when asked for."""
        session = self.session()
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("Change records inside `with store.writing():`, not before it.")
        if session.in_transaction():
            session.commit()


class SqliteStore(Store):
    """SQLite, every page of it encrypted by SQLCipher with a raw key."""

    def __init__(self, data: Path, key: bytes) -> None:
        self._file = database_file(data)
        self._turns = WriteQueue()
        self._was_opened = False
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

    def _connect(self) -> "_SqliteConnection":
        opened = sqlcipher.connect(
            str(self._file),
            timeout=LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_SqliteConnection,
        )
        opened.execute("PRAGMA cipher_log_level=NONE")
        opened.execute(f"PRAGMA key=\"x'{self._folder_key.hex()}'\"")
        for pragma in PRAGMAS:
            opened.execute(f"PRAGMA {pragma}")
        opened.create_function("fold", 1, fold_text, deterministic=True)
        opened.create_collation(collation.ALPHABETICAL, collation.compare_texts)
        return cast(_SqliteConnection, opened)

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
                apart.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlcipher.DatabaseError as error:
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
                apart.execute("PRAGMA busy_timeout=1000")  # writers wait as long
                is_held = apart.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if is_held:
                    raise StoreBusy
                return {said for (said,) in apart.execute("PRAGMA cipher_integrity_check")}
        except sqlcipher.DatabaseError as error:
            if _is_locked(error):
                raise StoreBusy from None
            if self._tells_damage(error):
                return {DAMAGED_WORD}
            raise

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

    def commit(self) -> None:
        super().commit()
        self.leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.leave()

    def leave(self) -> None:
        turns, self.turns = self.turns, None
        if turns is not None:
            turns.leave()


def _make_private(file: Path) -> None:
    """Only the account that runs Dosar reads its folder and its database."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _is_locked(error: BaseException) -> bool:
    return "database is locked" in str(error)


def _refusal_of_error(error: BaseException) -> StoreNotWritable | None:
    return next((refusal() for words, refusal in REFUSING_WORDS.items() if words in str(error)), None)
