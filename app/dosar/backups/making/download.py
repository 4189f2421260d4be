"""A back-up that somebody takes along from the place where it lies: encrypted as it is, and of any size."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dosar.backups.places.place import BackupPlace
from dosar.backups.working import work_folder
from dosar.long_work.progress import keep_silent

PIECE_BYTES = 2**20
DOWNLOAD_FOLDER = ".taking"
"""In the data folder, apart from those in which back-ups are made: whoever makes one clears them."""


@dataclass(frozen=True)
class BackupDownload:
    """A copy that goes out piece by piece; it is gone afterwards."""

    size: int
    pieces: Iterator[bytes]
    close: Callable[[], None]
    """To be called when the answer is over, however it ended: of one that nobody reads no piece is ever asked for."""


def prepare_download(place: BackupPlace, name: str, data: Path) -> BackupDownload:
    """Fetch the back-up into the data folder. Raises :class:`~dosar.database.store_errors.StoreError`."""
    with ExitStack() as stack:
        folder = data / DOWNLOAD_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        file = stack.enter_context(work_folder(folder)) / name
        place.fetch(name, file, keep_silent)
        return BackupDownload(file.stat().st_size, _pieces(file), stack.pop_all().close)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece
