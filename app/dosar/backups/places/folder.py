"""A folder as the place of back-ups: a second disk, a stick, a share of the network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from dosar.backups.file.paced_writing import copy_paced, open_plain
from dosar.backups.places.fetch_limit import FetchLimit
from dosar.backups.places.folder_troubles import NOT_THERE, folder_trouble
from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.database.atomic_files import sync_folder
from dosar.long_work.progress import Progress


class FolderPlace:
    """Files in one folder. It is never made here: a stick that is not there must not become a folder of the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list(self) -> list[StoredFile]:
        with self._reaching():
            plain = (file for file in self.folder.iterdir() if file.is_file() and not file.is_symlink())
            return [StoredFile(file.name, file.stat().st_size) for file in plain]

    def put(self, source: Path, name: str, tell: Progress) -> None:
        with self._reaching():
            try:
                (self.folder / name).unlink(missing_ok=True)  # a link on the stick may lead to a file of the computer
                copy_paced(source, self.folder / name, partial(tell, "write"))
                sync_folder(self.folder)
            except OSError:
                (self.folder / name).unlink(missing_ok=True)  # half of it only takes room
                raise

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        with self._reaching():
            FetchLimit(target).require((self.folder / name).stat().st_size)
            _forget_what_was_written(self.folder / name)
            copy_paced(self.folder / name, target, partial(tell, "read"))

    def rename(self, old: str, new: str) -> None:
        with self._reaching():
            (self.folder / old).replace(self.folder / new)
            sync_folder(self.folder)

    def remove(self, name: str) -> None:
        with self._reaching():
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        if not self.folder.is_dir():
            raise PlaceUnreachable(NOT_THERE, folder=self.folder)
        try:
            yield
        except OSError as error:
            raise folder_trouble(error, self.folder) from None


def _forget_what_was_written(file: Path) -> None:
    """Let the computer read the disk: what it remembers of a file it wrote says nothing of what lies there."""
    if not hasattr(os, "posix_fadvise"):
        return
    with open_plain(file) as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
