"""The program of an update is unpacked into its place in the store: whole, or not at all."""

import os
import shutil
from hashlib import file_digest
from hmac import compare_digest
from pathlib import Path
from zipfile import ZipFile

from dosar.backups.file.archive import UNREADABLE
from dosar.database.atomic_files import sync_folder
from dosar.long_work.disk_room import has_room
from dosar.long_work.progress import Progress
from dosar.updates.file.archive import UpdateFile, stream_parts
from dosar.updates.file.troubles import NoRoomForUpdate, UpdateDamaged
from dosar.updates.programs.store import UNPACKING_PREFIX


def is_unpacked(place: Path, update: UpdateFile) -> bool:
    """Whether an earlier try has brought so far that every file is there as it was signed."""
    if not place.is_dir():
        return False
    for name, part in update.facts.files.items():
        file = place / name
        if not file.is_file() or file.stat().st_size != part.bytes:
            return False
        with file.open("rb") as content:
            if not compare_digest(file_digest(content, "sha256").hexdigest(), part.sha256):
                return False
    return True


def unpack(update: UpdateFile, place: Path, tell: Progress) -> None:
    """Write every file of the program and compare it with what was signed. Raises
    :class:`~dosar.database.store_errors.StoreError` and :class:`OSError`, and then no half version is there."""
    if not has_room(place.parent, update.bytes):
        raise NoRoomForUpdate(place.parent, update.bytes)
    draft = place.with_name(f"{UNPACKING_PREFIX}{update.version}")
    try:
        _fill_draft(update, draft, tell)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    if place.exists():  # of a version that was damaged since
        shutil.rmtree(place)
    draft.rename(place)
    sync_folder(place.parent)


def _fill_draft(update: UpdateFile, draft: Path, tell: Progress) -> None:
    draft.mkdir(mode=0o700)
    try:
        with ZipFile(update.file) as packed:
            _write_parts(packed, update, draft, tell)
    except UNREADABLE:
        raise UpdateDamaged(update.file) from None
    for folder in sorted((each for each in draft.rglob("*") if each.is_dir()), reverse=True):
        sync_folder(folder)
    sync_folder(draft)


def _write_parts(packed: ZipFile, update: UpdateFile, draft: Path, tell: Progress) -> None:
    """Every piece as it comes; a file reaches the disk before the next one is begun."""
    opened: dict[str, int] = {}
    try:
        for name, part, piece in stream_parts(packed, update, tell, "unpack"):
            if name not in opened:
                target = draft / name
                make_private(target.parent)
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
                opened[name] = os.open(target, flags, 0o700 if part.runs else 0o600)
            if piece is not None:
                _write_all(opened[name], piece)
            else:
                os.fsync(opened[name])
                os.close(opened.pop(name))
    finally:
        for descriptor in opened.values():
            os.close(descriptor)


def make_private(folder: Path) -> None:
    """Each folder that is missing on the way, too, for this account alone; their names reach the disk."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def _write_all(descriptor: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]
