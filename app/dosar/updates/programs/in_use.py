"""Which versions of the store are in use: whoever runs one, or puts one there, holds a lock that says so.

Data folders of one account share the store. A program that runs reads parts of its folder late; without this the end of
a trial at one of them would take them away from another. The computer gives a lock back however its holder ends.
"""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from filelock import BaseFileLock, FileLock, Timeout

from dosar.updates.programs.store import versions_folder

RUNNING_FOLDER = "running"
"""Beside the versions, with a file for each holder: a lock that several hold at once Windows does not know."""
WAIT_SECONDS = 5.0
"""For whoever looks just then whether the file was left behind."""
_held: set[BaseFileLock] = set()
"""A lock is given back when nothing names it any more."""


def hold_version(folder: Path) -> BaseFileLock | None:
    """Keep this version in the store until :func:`release_version`, or until this program has ended. None where no
    update brought it, or where the disk takes no lock: then it runs all the same."""
    if folder.parent != versions_folder():
        return None
    lock = _lock(_leases() / f"{folder.name}-{os.getpid()}-{token_hex(4)}", WAIT_SECONDS)
    with suppress(OSError, NotImplementedError, Timeout):
        _leases().mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
        _held.add(lock)
        return lock
    return None


def release_version(lock: BaseFileLock) -> None:
    """What this lock has kept may go."""
    _held.discard(lock)
    lock.release()


def is_in_use(version: str) -> bool:
    """Whether a program holds this version; what a killed one left of its lock goes."""
    leases = sorted(_leases().glob(f"{version}-*")) if _leases().is_dir() else []
    return any([not _is_stale(each) for each in leases if each.name.rsplit("-", 2)[0] == version])


def _is_stale(lease: Path) -> bool:
    try:
        with _lock(lease):
            with suppress(OSError):  # Windows removes it when the lock is given back, and not before
                lease.unlink()
            return True
    except Timeout:
        return False
    except (OSError, NotImplementedError):  # nobody can say so
        return False


def _lock(file: Path, timeout: float = 0.0) -> BaseFileLock:
    """One that the computer does not give back by itself is none."""
    return FileLock(file, timeout=timeout, fallback_to_soft=False, thread_local=False, mode=0o600)


def _leases() -> Path:
    return versions_folder().parent / RUNNING_FOLDER
