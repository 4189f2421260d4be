"""What was prepared takes the place of what a data folder holds: whatever ends the program, it is the old or the new.

Everything is prepared in a folder inside the data folder. A journal is written once all of it has reached the disk:
from then on the new data are meant, and whoever comes next finishes what was begun. Each file is moved by one renaming,
the old one aside and the new one to its place, so that no step is ever half done, and doing it again changes nothing.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dosar.backups.working import clear_work_folders
from dosar.database.atomic_files import sync_folder, sync_tree, write_atomically
from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER, DATABASE_FILE
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.installation.installation_marker import FOUNDED_FILE
from dosar.database.installation.owed_rewrite import OWED_FILE
from dosar.database.keys.key_file import SALT_FILE
from dosar.database.keys.key_slots_file import SLOTS_FILE
from dosar.database.keys.opening_log import WRONG_GUESSES_FILE
from dosar.database.store_errors import StoreError

JOURNAL_FILE = "restore-begun.json"
STAGE_FOLDER = ".restoring"
FORMS_FOLDER = "forms"
"""The forms of an organisation that came with its back-up."""
CHANGED = (
    DATABASE_FILE,
    *(f"{DATABASE_FILE}{end}" for end in ("-wal", "-shm", "-journal")),
    SLOTS_FILE,
    SALT_FILE,
    REGISTER_FILE,
    FOUNDED_FILE,
    OWED_FILE,
    WRONG_GUESSES_FILE,
    FORMS_FOLDER,
)
"""What belongs to the data; everything else in the folder belongs to the computer."""


_ASIDE = re.compile(r"[\w-]{1,80}", re.ASCII)
"""A name, and no way out of the folder."""


@contextmanager
def new_stage(data: Path) -> Iterator[Path]:
    """An empty folder in which the new data are prepared; gone, unless all of it was."""
    stage = data / STAGE_FOLDER
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700, parents=True)
    try:
        yield stage
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def swap_in(data: Path, moment: str) -> Path:
    """Put what was prepared in the place of what is there; returns the folder that keeps what was there. Raises
    :class:`OSError` where the disk takes nothing more, and then nothing was changed."""
    stage, journal = data / STAGE_FOLDER, data / JOURNAL_FILE
    aside = _unused_name(data, moment)
    coming = sorted(name for name in CHANGED if (stage / name).exists())
    try:
        sync_tree(stage)
        _kept_in(data, aside).mkdir(mode=0o700, parents=True)  # what is meant from then on needs no more room
        write_atomically(journal, json.dumps({"aside": aside, "coming": coming}))
    except BaseException:
        journal.unlink(missing_ok=True)
        _remove_empty(_kept_in(data, aside))
        shutil.rmtree(stage, ignore_errors=True)
        raise
    _finish(data, aside, coming)
    return _kept_in(data, aside)


def finish_interrupted(data: Path) -> None:
    """To be called at each start by whoever has the folder, before anything is opened: a restore that was killed is
    finished, or forgotten where it had not come so far. Raises :class:`StoreError`."""
    clear_work_folders(data)
    journal = data / JOURNAL_FILE
    if not journal.exists():
        shutil.rmtree(data / STAGE_FOLDER, ignore_errors=True)
        return
    try:
        told = json.loads(journal.read_text("utf-8"))
        aside, coming = str(told["aside"]), [str(name) for name in told["coming"]]
        if not _ASIDE.fullmatch(aside):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise StoreError(
            "The file %(file)s is damaged, so a restore that was interrupted cannot be finished. Restore the back-up "
            "into another folder (--data).",
            file=journal,
        ) from None
    _finish(data, aside, coming)


def is_interrupted(data: Path) -> bool:
    """Whether a restore has to be finished before anything can be said of the folder."""
    return (data / JOURNAL_FILE).exists()


def put_back(data: Path, kept_aside: Path | None, moment: str) -> None:
    """Undo a restore: what was kept aside takes its place again, and what was restored is kept in its stead."""
    with new_stage(data) as stage:
        for file in kept_aside.iterdir() if kept_aside is not None else ():
            link_or_copy(file, stage / file.name)
    swap_in(data, moment)


def link_or_copy(file: Path, copy: Path) -> None:
    """Give a file that nobody writes into any more another name, or a folder to each of its files; on a disk that
    knows no such thing, it is copied."""
    if file.is_dir():
        shutil.copytree(file, copy)
        return
    try:
        os.link(file, copy)
    except OSError:  # a disk without links
        shutil.copy2(file, copy)


def _finish(data: Path, aside_name: str, coming: Iterable[str]) -> None:
    stage, aside = data / STAGE_FOLDER, _kept_in(data, aside_name)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in CHANGED:
        is_coming = (stage / name).exists()
        if (is_coming or name not in coming) and (data / name).exists() and not (aside / name).exists():
            os.replace(data / name, aside / name)
        if is_coming:
            os.replace(stage / name, data / name)
    sync_folder(aside)
    sync_folder(data)
    (data / JOURNAL_FILE).unlink(missing_ok=True)
    sync_folder(data)
    shutil.rmtree(stage, ignore_errors=True)


def _kept_in(data: Path, aside: str) -> Path:
    return data / BEFORE_RESTORE_FOLDER / aside


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def _unused_name(data: Path, moment: str) -> str:
    names = (moment, *(f"{moment}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not _kept_in(data, name).exists())
