"""One program at a time on a data folder: two would not know of each other's writing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.records.trouble import Trouble

FILE = "in-use"


@contextmanager
def alone_with(data: Path) -> Iterator[None]:
    """Keep the data folder to this program until the end. Raises :class:`Trouble` while another has it.

    The computer itself gives the folder back when the program ends, however it ends.
    """
    with (data / FILE).open("a") as file:
        try:
            _take(file)
        except OSError:
            raise Trouble(
                "Dosar is running on the data folder %(folder)s already. Stop it first (Ctrl+C in its window).",
                folder=data,
            ) from None
        yield


def _take(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
