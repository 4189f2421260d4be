"""One program at a time on a data folder: two would not know of each other's writing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from dosar.database.store_errors import StoreError

IN_USE_FILE = "in-use"
"""Locked and empty: on Windows nobody else can read what is locked, so the address stands in a file of its own."""
IN_USE_ADDRESS_FILE = "in-use-at"


class FolderInUse(StoreError):
    """Another program has the data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "Dosar is running on the data folder %(folder)s already. Stop it first (Ctrl+C in its window).",
            folder=folder,
        )


@dataclass(frozen=True)
class RunningInstance:
    """A running program that shows the pages of a data folder."""

    address: str
    token: str
    """What it answers when asked who it is: made at each start, and no secret."""


@contextmanager
def lock_folder(data: Path) -> Iterator[None]:
    """Keep the data folder to this program until the end. Raises :class:`FolderInUse` while another has it.

    The computer itself gives the folder back when the program ends, however it ends.
    """
    # a lock that the computer does not give back by itself, which filelock falls back to, is none
    lock = FileLock(data / IN_USE_FILE, blocking=False, fallback_to_soft=False, preserve_lock_file=True)
    try:
        lock.acquire()
    except Timeout:
        raise FolderInUse(data) from None
    try:
        _write_address(data, "")  # of a program that was killed
        yield
    finally:
        _write_address(data, "")
        lock.release()


def publish_instance(data: Path, instance: RunningInstance) -> None:
    """Say where this program shows its pages, to whoever starts another one on the folder."""
    _write_address(data, f"{instance.address}\n{instance.token}\n")


def published_instance(data: Path) -> RunningInstance | None:
    """What the program that has the folder says of itself; it may be dead by now, so ask it."""
    with suppress(OSError, ValueError):
        address, token = (data / IN_USE_ADDRESS_FILE).read_text("utf-8").splitlines()
        return RunningInstance(address, token)
    return None


def _write_address(data: Path, text: str) -> None:
    """Written in place: on Windows a file that somebody reads is neither replaced nor removed."""
    with suppress(OSError):  # a full disk is no reason not to start
        (data / IN_USE_ADDRESS_FILE).write_text(text, "utf-8")
