"""A new version is put beside the one that runs: whole, or not at all."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

from filelock import FileLock, Timeout

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.long_work.disk_room import disk_errors_in_words
from dosar.long_work.progress import Progress, keep_silent
from dosar.updates.file.archive import UpdateFile, read_update
from dosar.updates.file.troubles import (
    DamagedButRunning,
    DoesNotStartHere,
    InstalledByPip,
    NoRoomForUpdate,
    UpdateDamaged,
)
from dosar.updates.programs.choice import choice_file, choose, read_choice
from dosar.updates.programs.hand_over import STAY
from dosar.updates.programs.in_use import hold_version, is_in_use, release_version
from dosar.updates.programs.program import Program, own_program, program_in
from dosar.updates.programs.removal import remove_others
from dosar.updates.programs.store import version_folder
from dosar.updates.unpacking import is_unpacked, make_private, unpack

TRIAL_SECONDS = 180.0
"""A slow computer with a protection program that looks at every file takes long the first time."""
LOCK_FILE = "installing"
NO_ROOM_TO_CHOOSE = msgid(
    "There is no room left in %(folder)s, so the present version goes on. Make room, and begin the update again."
)


@dataclass(frozen=True)
class Installed:
    """A version that lies in the store, and starts here."""

    program: Program

    @property
    def version(self) -> str:
        """Its number."""
        return self.program.version


def install_update(file: Path, tell: Progress = keep_silent) -> Installed:
    """Unpack the update, compare every file with what was signed, and try whether it starts. It is not chosen yet.

    Raises :class:`~dosar.database.store_errors.StoreError`, and then nothing was changed.
    """
    own = own_program()
    if own is None:
        raise InstalledByPip
    update = read_update(file, tell=tell)
    place = version_folder(update.version)
    with _disk_errors_in_words(place, update), _alone(place):
        _clear_store(own)
        is_used = is_in_use(update.version)
        with _held(place):
            if not is_unpacked(place, update):
                if is_used:
                    raise DamagedButRunning(update.version)
                unpack(update, place, tell)
            program = program_in(place)
            if program is None or program.version != update.version:
                if not is_used:
                    shutil.rmtree(place, ignore_errors=True)
                raise UpdateDamaged(file)
            tell("try", 0.0)
            _try(program)
            tell("try", 1.0)
    return Installed(program)


def choose_installed(installed: Installed, before: Program | None, moment: str) -> None:
    """From the next start on it runs. Raises :class:`~dosar.database.store_errors.StoreError`, and then the present
    one goes on; the new one stays where it is, for whoever tries again."""
    with disk_errors_in_words(choice_file().parent, NO_ROOM_TO_CHOOSE):
        choose(installed.program, before, moment)


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """Nobody clears away what is being put there, nor before this program goes on as it; where it failed, anybody."""
    lock = hold_version(place)
    try:
        yield
    except BaseException:
        if lock is not None:
            release_version(lock)
        raise


def _clear_store(own: Program) -> None:
    choice = read_choice()
    remove_others(own, *(() if choice is None else (choice.runs, choice.before)))


def _try(program: Program) -> None:
    """Have it say what it can do: where it does not even come so far, it is for another computer."""
    try:
        tried = subprocess.run(  # noqa: S603 - a program that was signed
            [program.file(), "--help"],
            env=os.environ | {STAY: "1", "PYINSTALLER_RESET_ENVIRONMENT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRIAL_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        raise DoesNotStartHere(program.version) from None
    if tried.returncode:
        raise DoesNotStartHere(program.version)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One installation at a time, whichever data folder asks for it."""
    make_private(place.parent)
    lock = FileLock(place.parent.parent / LOCK_FILE, blocking=False, fallback_to_soft=False, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError("An update is being installed already. Wait until it is done.") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors_in_words(place: Path, update: UpdateFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == ENOSPC:
            raise NoRoomForUpdate(place.parent, update.bytes) from None
        raise StoreError(
            "The new version cannot be put into %(folder)s: %(why)s. Give this account the right to write there, and "
            "try again.",
            folder=place.parent,
            why=error.strerror or type(error).__name__,
        ) from None
