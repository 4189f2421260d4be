"""Files and folders that are there whole or not at all, also when the power goes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident


def write_atomically(file: Path, content: str) -> None:
    """Write a new file for this account alone."""
    with _draft_of(file) as draft:
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())


def copy_atomically(file: Path, copy: Path) -> None:
    """Copy a file, byte by byte."""
    with _draft_of(copy) as draft:
        shutil.copy2(file, draft)
        with draft.open("r+b") as written:
            os.fsync(written.fileno())


@contextmanager
def _draft_of(file: Path) -> Iterator[Path]:
    """What is written there takes the name of the file at the end; where it fails, on a full disk perhaps, it goes. It
    is nobody else's, neither another program's nor another thread's: two may write the same file at once."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}-{get_ident()}")
    try:
        yield draft
        draft.replace(file)  # Windows renames over no file that is there
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def rename_atomically(draft: Path, folder: Path) -> None:
    """Give a finished folder its name once everything in it has reached the disk."""
    sync_tree(draft)
    draft.rename(folder)
    sync_folder(folder.parent)


def sync_tree(folder: Path) -> None:
    """Let everything in a folder reach the disk, and their names."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("r+b") as written:
                os.fsync(written.fileno())
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
