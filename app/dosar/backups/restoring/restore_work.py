"""A restore that somebody asks for in the browser: fetched, opened and counted first, put in place when she says so.

Until then nothing of the data is touched. All of it is remembered by this program alone: on a new computer there is
no database yet that could.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from dosar.access.sealed.guesses import Guesses
from dosar.access.sealed.vault import DataExchange
from dosar.backups.file.manifest import Manifest
from dosar.backups.file.names import NAME_END, read_name
from dosar.backups.file.troubles import WrongSecret, opening_trouble, with_file_name
from dosar.backups.places.place import BackupPlace
from dosar.backups.reading.verification import QUICK_LOOK, unlock_backup
from dosar.backups.restoring.restore import Restored, restore_backup, undo_restore
from dosar.backups.working import work_folder
from dosar.database.keys.master_key import CardMistyped
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.long_work.background_work import BackgroundWork
from dosar.long_work.progress import Progress
from dosar.long_work.uploads import Uploads

FETCHED_FOLDER = ".restore-fetched"
"""In the data folder: what was sent or fetched; it goes when the restore is over."""
PUTTING_IN_PLACE = msgid("The back-up is being put in the place of the data.")
SHARES: Mapping[str, tuple[float, float]] = {
    "check": (0.0, 0.3),
    "unpack": (0.3, 0.6),
    "pages": (0.6, 0.8),
    "compare": (0.8, 1.0),
}
"""Between which parts of it each step of a restore lies."""
SECRET_TROUBLES = (WrongSecret, CardMistyped)
"""What was typed was no secret of the back-up: a guess."""
NOTHING_TYPED: Mapping[str, str] = {}


@dataclass(frozen=True)
class BackupSource:
    """Where the back-up lies."""

    name: str
    """As whoever asks for it calls it."""
    file: Path | None = None
    """On a disk of this computer."""
    place: BackupPlace | None = None
    """Or at a place, from which it is fetched."""


@dataclass(frozen=True)
class FoundBackup:
    """A back-up that was opened and looked through."""

    file: Path
    manifest: Manifest
    organisation: str = field(repr=False)
    """Its name."""
    secret: str | Path = field(repr=False)
    master_key: bytes = field(repr=False)
    word: str = field(default_factory=token_urlsafe)
    """What the page sends along that told of it: what somebody says yes to is what she has read."""


class RestoreBusy(StoreError):
    """Somebody else's back-up is being looked through: what is found there is told to nobody but her."""

    def __init__(self) -> None:
        super().__init__("Another back-up is being looked through just now. Wait until that is done, and try again.")


class RestoreWork(BackgroundWork):
    """One restore at a time."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self.data = data
        self.token = ""
        """What the browser shows that began it."""
        self.found: FoundBackup | None = None
        self._source: BackupSource | None = None
        self._is_wanted = False
        self.typed: Mapping[str, str] = {}
        """What was typed, to be shown again where something was wrong."""
        self.uploads = Uploads(data / FETCHED_FOLDER, f"back-up{NAME_END}", lambda name: read_name(name) is not None)
        self.guesses = Guesses()
        """How often something was typed that opens nothing, by address."""

    def begin(self, source: BackupSource, secret: str | Path, typed: Mapping[str, str] = NOTHING_TYPED) -> None:
        """Fetch, open and count the back-up in the background: one at a time. Raises :class:`RestoreBusy`."""
        with self._change:
            if not self._take_turn():
                raise RestoreBusy
            self._is_wanted = True
            self.token, self.typed, self.found = token_urlsafe(24), typed, None
            self._source = source
        self._start(lambda: self._look(source, secret))

    def forget(self) -> None:
        """It is over, or not wanted any more: nothing of it is kept. What is looked through just now goes as soon as
        that ends; nobody waits for it."""
        with self._change:
            self._is_wanted, self.token = False, ""
            if not self.is_running:
                self._drop()

    def _end(self) -> None:
        with self._change:
            if not self._is_wanted:
                self._drop()
            super()._end()

    def _drop(self) -> None:
        self.found, self.trouble, self.token, self.typed = None, None, "", NOTHING_TYPED
        self._source = None
        self.uploads.clear()

    def discard_abandoned(self) -> None:
        """What somebody sent or fetched hours ago, and went away from."""
        if self.progress is None and self.uploads.is_abandoned():
            self.forget()

    def exchange(self, key_before: bytes) -> DataExchange:
        """What puts the back-up that was found in the place of the open data."""
        found = self.found
        assert found is not None
        self.trouble = None
        done: list[Restored] = []

        def put_in_place(tell: Progress) -> bytes:
            done.append(restore_backup(found.file, found.secret, self.data, partial(_tell_in_place, tell)))
            return found.master_key

        def settle(_: Any) -> None:
            self.forget()

        def take_back() -> None:
            undo_restore(self.data, done[-1])

        def note_failure(trouble: StoreError) -> None:
            self.trouble = trouble  # what was found stays: once there is room, it is done

        return DataExchange(put_in_place, take_back, key_before, settle, note_failure)

    def _look(self, source: BackupSource, secret: str | Path) -> None:
        try:
            file = source.file or self._fetched(source)
            self.found = find_backup(file, secret, self.uploads.prepared_folder(), self.tell)
        except SECRET_TROUBLES:
            raise  # another secret may open it
        except BaseException:
            self.uploads.clear()
            raise

    def _trouble_of(self, error: Exception) -> StoreError:
        trouble, source = opening_trouble(error), self._source
        if source and source.file and trouble.message.values.get("file") == source.file.name:
            return with_file_name(trouble, source.name)
        return trouble

    def _fetched(self, source: BackupSource) -> Path:
        assert source.place is not None
        file = self.uploads.whole(self.uploads.begin(source.name))
        source.place.fetch(source.name, file, self.tell)
        return file


def _tell_in_place(tell: Progress, step: str, fraction: float) -> None:
    begins, ends = SHARES.get(step, (0.0, 0.0))
    if ends:
        tell(PUTTING_IN_PLACE, begins + (ends - begins) * min(max(fraction, 0.0), 1.0))


def require_idle(work: RestoreWork) -> None:
    """Raises :class:`RestoreBusy` while a back-up is looked through: what somebody else sends would take its place."""
    if work.is_running:
        raise RestoreBusy


def require_own_database(store: Store) -> None:
    """Raises :class:`StoreError` where the data lie at a database server: nothing here puts a back-up there."""
    if not isinstance(store, SqliteStore):
        raise StoreError(
            "The data lie in PostgreSQL, and this page does not restore there. Whoever looks after the server does so: "
            "dosar restore (see Operations)."
        )


def find_backup(file: Path, secret: str | Path, folder: Path, tell: Progress) -> FoundBackup:
    """Open the back-up and look all of it through, in the folder: the stick is only read. Raises :class:`StoreError`,
    and nothing was changed."""
    with work_folder(folder) as work:
        opened = unlock_backup(file, secret, work, tell)
        opened.extract_database(work, tell, QUICK_LOOK)
    return FoundBackup(file, opened.manifest, opened.organisation, secret, opened.master_key)
