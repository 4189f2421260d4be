"""The database: one encrypted SQLite file, or PostgreSQL, behind one session.

Reading needs nothing. Writing happens inside ``with store.writing() as session:``, one writer at a time,
on both databases alike: what is read in there is still true when it is written. The measured reasons
for every setting are in the tests beside this file (``tests/records/test_threads.py``).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from dosar.database.audit.chain import AUDIT_PURPOSE, FIRST_ACTION, AuditEvent, audit_event_table
from dosar.database.audit.trail import AuditSeal, NoAuditLog, add_event, append_at_commit, forget_events
from dosar.database.audit.writer import AuditWriter
from dosar.database.copies_folder import DATABASE_FILE
from dosar.database.data_key import ensure_data_key, read_data_key, rewrap_data_key
from dosar.database.format_version import require_known_format
from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_columns import forget_keys, let_seal
from dosar.database.store_errors import (
    StoreClosed,
    StoreDamaged,
    StoreError,
)
from dosar.database.writing.append_only import close_tables, closed_tables
from dosar.database.writing.write_guard import refuse_unannounced

LOCK_SECONDS = 10
"""Seconds to wait for one's turn to write."""


_open_stores: "WeakSet[Store]" = WeakSet()


@contextmanager
def closing_stores() -> Iterator[None]:
    """Close at the end what was opened inside and nobody closed, whatever it is that ends it."""
    earlier = set(_open_stores)
    try:
        yield
    finally:
        for store in set(_open_stores) - earlier:
            store.close()


def _keep_as_it_is(_: Session) -> None:
    """Nothing hangs on what was changed."""


def database_file(data: Path) -> Path:
    """Where the encrypted database of a data folder lies."""
    return data / DATABASE_FILE


def unwritten_log(data: Path) -> Path | None:
    """What SQLite has written beside the database of a data folder and not into it, if anything."""
    log = database_file(data).with_name(f"{DATABASE_FILE}-wal")
    return log if log.is_file() and log.stat().st_size else None


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
        self._closing = threading.Lock()
        self.damage: StoreDamaged | None = None
        """What somebody met, or :meth:`look_for_damage` found."""
        self.sessions = sessionmaker(engine)
        self.session = scoped_session(self.sessions)
        refuse_unannounced(self.sessions, self._here)
        self._seal = AuditSeal()
        append_at_commit(self.sessions, self._seal)
        self._audit_writer = AuditWriter(self.writing)
        self.before_keeping: Callable[[Session], None] = _keep_as_it_is
        """What is brought in step with everything that a piece of work changed, before it is kept."""
        _open_stores.add(self)

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
        from dosar.database.sqlite_store import SqliteStore

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
                add_event(session, FIRST_ACTION)
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
        """Give back every connection and forget the keys; the store is not used again.

        Who is at work with it still, in another thread, goes no further, and nothing of that is kept.
        """
        self.closed.set()
        self.session.remove()
        with self._closing:
            if self not in _open_stores:
                return
            self.engine.dispose()
            self._leave_whole()
            _open_stores.discard(self)
            self._key = self._data_key = self._seal.key = None
            forget_keys(self.engine.dialect)

    def _leave_whole(self) -> None:
        """Let nothing of the database lie in files beside it, where it has such."""

    def update_statistics(self) -> None:
        """Let the database count anew what lies in its tables, where they have grown or are new: by that it
        chooses the index to look things up in. PostgreSQL does so by itself."""

    def look_for_damage(self) -> StoreDamaged | None:
        """Read every page of the file; what is found is remembered. PostgreSQL looks after its own pages."""
        return None

    def rewrite(self) -> None:
        """Write the whole database anew, so that its files keep nothing of what was deleted. Others wait meanwhile.

        Raises :class:`StoreBusy` where somebody reads on as of before.
        """
        raise NotImplementedError

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A piece of work that changes something: kept whole at the end, or not at all.

        ``session.commit()`` inside is allowed and keeps what is done so far; what follows waits for its
        turn anew. Pieces of work may stand within one another: the outermost keeps. Raises :class:`StoreClosed` once
        the data are closed: not even an event of the audit log is lost in silence.
        """
        if self.closed.is_set():
            raise StoreClosed
        if self.is_writing:
            yield self.session()
            return
        self._finish_reading()
        self._here.writing = True
        try:
            yield self.session()
            self.before_keeping(self.session())
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
