"""A large file that a browser sends in pieces: none of them is large, and what has come need not be sent again."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.long_work.disk_room import disk_errors_in_words, has_room

PIECE_BYTES = 8 * 2**20
"""As many as a browser sends at once."""
NO_ROOM_FOR_FILE = msgid("There is no room for the file on the disk of the data. Make room and try again.")
LONGEST_PAUSE = timedelta(hours=6)
"""Whoever has sent nothing more for so long has gone away."""
LONGEST_NAME = 200
"""Bytes; most disks take 255."""


def has_file_length(name: str) -> bool:
    """Whether disks take a name of this length."""
    return len(name.encode()) <= LONGEST_NAME


class Uploads:
    """One file at a time, in a folder of its own; ``nameless`` where it does not bear a good name."""

    def __init__(self, folder: Path, nameless: str, is_good_name: Callable[[str], bool]) -> None:
        self.folder = folder
        self._nameless, self._is_good_name = nameless, is_good_name
        self._adding = Lock()

    def begin(self, name: str = "") -> str:
        """The word by which the pieces of a new file find together, which is called as it was if that is a good
        name; what came before goes. Raises :class:`StoreError`."""
        self.clear()
        word = token_urlsafe(18)
        folder = self.prepared_folder() / word
        with disk_errors_in_words(self.folder, NO_ROOM_FOR_FILE):
            folder.mkdir(mode=0o700)
            (folder / (name if self._is_good_name(name) else self._nameless)).touch(mode=0o600)
        return word

    def add(self, word: str, at: int, piece: bytes) -> int:
        """Add a piece that begins ``at`` so many bytes; how many there are then. A piece that does not follow changes
        nothing. Raises :class:`StoreError`."""
        with self._adding:  # a piece may come twice at once
            file = self.whole(word)
            size = file.stat().st_size
            if at != size:
                return size
            if not has_room(self.folder, len(piece)):
                raise StoreError(NO_ROOM_FOR_FILE, folder=self.folder)
            with disk_errors_in_words(self.folder, NO_ROOM_FOR_FILE), file.open("ab") as opened:
                opened.write(piece)
            return size + len(piece)

    def whole(self, word: str) -> Path:
        """The file that has come. Raises :class:`StoreError`."""
        for file in self.folder.glob("*/*"):
            if file.parent.name == word:
                return file
        raise StoreError("What was sent is not here any more. Choose the file and send it once more.")

    def prepared_folder(self) -> Path:
        """The folder, which is for nobody else's eyes. Raises :class:`StoreError`."""
        with disk_errors_in_words(self.folder, NO_ROOM_FOR_FILE):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    def clear(self) -> None:
        """Keep nothing of what was sent."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_abandoned(self) -> bool:
        """Whether something lies here with which nobody has gone on for hours."""
        lying = [self.folder, *self.folder.rglob("*")]
        with suppress(OSError):  # it went meanwhile
            return time.time() - max(each.stat().st_mtime for each in lying) > LONGEST_PAUSE.total_seconds()
        return False
