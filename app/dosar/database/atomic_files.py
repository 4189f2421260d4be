"""Files and folders that are there whole or not at all, also when the power goes."""

import os
import shutil
from pathlib import Path


def write_atomically(file: Path, content: str) -> None:
    """Write a new file for this account alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)  # Windows renames over no file that is there
    sync_folder(file.parent)


def copy_atomically(file: Path, copy: Path) -> None:
    """Copy a file, byte by byte."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    shutil.copy2(file, draft)
    with draft.open("r+b") as written:
        os.fsync(written.fileno())
    draft.replace(copy)
    sync_folder(copy.parent)


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
