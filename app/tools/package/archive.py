"""The folder as one file to hand on, with a list of what is in it and the checksum of each."""

import stat
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from time import gmtime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LIST_NAME = "files.sha256"
"""In the form that ``sha256sum --check`` reads."""
EARLIEST = 315532800
"""1980-01-01: a ZIP knows no earlier day."""


def sha256_of(file: Path) -> str:
    """The checksum of a file, read in pieces."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def files_of(folder: Path) -> Iterator[Path]:
    """Every file and link of the folder, in an order that does not hang on the disk."""
    names = (file for file in folder.rglob("*") if file.is_symlink() or file.is_file())
    return iter(sorted(names, key=lambda file: file.relative_to(folder).as_posix()))


def write_list(folder: Path) -> None:
    """The list, put into the folder itself: an update compares what is there with it."""
    (folder / LIST_NAME).unlink(missing_ok=True)
    files = [file for file in files_of(folder) if not file.is_symlink()]
    lines = [f"{sha256_of(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / LIST_NAME).write_text("".join(lines), "utf-8", newline="\n")


def write_archive(folder: Path, archive: Path, moment: int) -> str:
    """Pack the folder, under its own name, with every file of this moment, and say the checksum, which is written
    beside it too."""
    with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files_of(folder):
            packed.writestr(_entry(folder, file, moment), _content(file))
    checksum = sha256_of(archive)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{checksum}  {archive.name}\n", "utf-8", newline="\n")
    return checksum


def _entry(folder: Path, file: Path, moment: int) -> ZipInfo:
    """A link stays one: on macOS the folder is full of them."""
    entry = ZipInfo((folder.name / file.relative_to(folder)).as_posix(), gmtime(max(moment, EARLIEST))[:6])
    mode = file.lstat().st_mode
    runs = 0o755 if mode & stat.S_IXUSR else 0o644
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777 if file.is_symlink() else stat.S_IFREG | runs) << 16
    entry.compress_type = ZIP_DEFLATED
    return entry


def _content(file: Path) -> bytes:
    return str(file.readlink()).encode() if file.is_symlink() else file.read_bytes()
