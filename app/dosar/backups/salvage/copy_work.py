"""The back-up that somebody opened for single records: one at a time, for a few hours.

Whoever looks after the back-ups opens it; what comes back is chosen by who may see the case. It is closed with the
data, after some hours, and when somebody is erased.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread

from dosar.access.sealed.guesses import Guesses
from dosar.backups.file.troubles import opening_trouble
from dosar.backups.restoring.restore_work import NOTHING_TYPED, BackupSource
from dosar.backups.salvage.open_copy import OpenCopy, open_copy
from dosar.backups.working import clear_work_folders, work_folder
from dosar.database.audit.trail import add_event
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.background_work import BackgroundWork
from dosar.records.repository import Repository

COPY_FOLDER = ".backup-open"
"""In the data folder: the database of the back-up."""
OPEN_FOR = timedelta(hours=4)
LOOK_SECONDS = 30.0
OPENED_ACTION, CLOSED_ACTION = "backup_opened", "backup_closed"


class CopyWork(BackgroundWork):
    """Opens back-ups beside the data of one running program, and lets their records be read while one is open."""

    def __init__(self, today: Repository, data: Path, forms: Path, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.today, self.data, self.forms = today, data, forms
        self._clock = clock
        self._reading = Lock()
        self._copy: OpenCopy | None = None
        self.typed: Mapping[str, str] = NOTHING_TYPED
        """What the browser sent that began it."""
        self.closes_at: datetime | None = None
        self.guesses = Guesses()
        """How often something was typed that opens nothing, by address."""
        today.forgets_on_erasure.append(self._end_reading)

    @property
    def moment(self) -> datetime | None:
        """Of when the open back-up is; None while none is open."""
        copy = self._copy
        return None if copy is None or copy.is_over else copy.moment

    def begin(
        self, source: BackupSource, secret: str | Path, actor: int | None, typed: Mapping[str, str] = NOTHING_TYPED
    ) -> bool:
        """Open a back-up in the background, in the place of one that is open. Whether that was begun."""
        if not self._take_turn():
            return False
        self.typed = typed
        self._start(lambda: self._open(source, secret, actor))
        return True

    @contextmanager
    def reading(self) -> Iterator[OpenCopy | None]:
        """The open back-up for one request; nobody closes it meanwhile. None where none is open."""
        with self._reading:
            copy = self._copy
            if copy is None or copy.is_over:
                yield None
                return
            try:
                yield copy
            finally:
                copy.repository.session.remove()

    def close(self, actor: int | None = None) -> None:
        """Close what is open, and delete it."""
        with self._reading:
            copy, self._copy, self.closes_at, self.trouble = self._copy, None, None, None
        if copy is not None:
            copy.close()
            self._tell(CLOSED_ACTION, actor, copy)

    def clear(self) -> None:
        """Delete what a program left that was killed."""
        shutil.rmtree(self.data / COPY_FOLDER, ignore_errors=True)

    def _end_reading(self) -> None:
        """Nothing is read any more: somebody was erased. Nobody is waited for, who may wait for this transaction."""
        if self._copy is not None:
            self._copy.is_over = True

    def _open(self, source: BackupSource, secret: str | Path, actor: int | None) -> None:
        self.close(actor)
        self.clear()
        clear_work_folders(self.data)
        with work_folder(self.data) as work:
            self._copy = open_copy(
                self._file(source, work),
                secret,
                self.data / COPY_FOLDER,
                self.data,
                self.forms,
                self.today,
                self.tell,
            )
        self.closes_at = self._clock() + OPEN_FOR
        self._tell(OPENED_ACTION, actor, self._copy)
        Thread(target=self._watch, args=(self._copy,), daemon=True).start()

    def _trouble_of(self, error: Exception) -> StoreError:
        return opening_trouble(error)

    def _end(self) -> None:
        self.today.session.remove()
        super()._end()

    def _file(self, source: BackupSource, work: Path) -> Path:
        if source.file is not None:
            return source.file
        assert source.place is not None
        source.place.fetch(source.name, work / source.name, self.tell)
        return work / source.name

    def _watch(self, copy: OpenCopy) -> None:
        """Close it once its time is over, when nobody may read it any more, and with the data."""
        store = self.today.store
        while not store.closed.wait(LOOK_SECONDS) and self._copy is copy:
            if copy.is_over or self._clock() >= (self.closes_at or self._clock()):
                break
        if self._copy is copy:
            self.close()

    def _tell(self, action: str, actor: int | None, copy: OpenCopy) -> None:
        if self.today.store.closed.is_set():
            return
        with self.today.writing() as session:
            add_event(session, action, actor=actor, fields=[copy.name])
