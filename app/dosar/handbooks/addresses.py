"""Where the pages and pictures of the handbooks are found: ``/help/administrator/restore#anchor``."""

import posixpath
import re
from pathlib import Path

BOOKS_FOLDER = Path(__file__).with_name("books")
PICTURES_FOLDER = BOOKS_FOLDER / "pictures"
CHAPTER_FILE = re.compile(r"(?P<number>\d+)-(?P<key>[a-z0-9-]+)\.(?P<language>[A-Za-z-]+)\.md")
_LINKED_FILE = re.compile(rf"(?P<book>[a-z]+)/{CHAPTER_FILE.pattern}")
PICTURE_PATH = re.compile(r"(?P<language>[A-Za-z-]+)/(?P<name>[a-z0-9-]+\.png)")
PICTURES_ADDRESS = "/help/pictures/"
PNG_SIZE = slice(16, 24)
"""Where a PNG says how wide and how high it is."""


def link_address(link: str, book: str) -> str:
    """The address that a link in a chapter of this book leads to; one to another site stays what it is."""
    path, mark, anchor = link.partition("#")
    found = _LINKED_FILE.fullmatch(posixpath.normpath(posixpath.join(book, path)))
    return f"/help/{found['book']}/{found['key']}{mark}{anchor}" if found else link


def picture_address(path: str) -> str:
    """The address of a picture, by its path inside the books."""
    return f"/help/{posixpath.normpath(path)}"


def picture_file(address: str) -> Path | None:
    """The file that a picture's address names, where it is there."""
    named = PICTURE_PATH.fullmatch(address.removeprefix(PICTURES_ADDRESS))
    file = PICTURES_FOLDER / named["language"] / named["name"] if named else None
    return file if file is not None and file.is_file() else None


def picture_size(file: Path) -> tuple[int, int]:
    """Width and height of a PNG."""
    numbers = file.read_bytes()[PNG_SIZE]
    return int.from_bytes(numbers[:4]), int.from_bytes(numbers[4:])
