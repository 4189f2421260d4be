"""A stick is known again, wherever it is connected, and another one in its place is not filled.

A small file in the folder for back-ups says which place it is: a stick is ``E:`` today and ``F:`` tomorrow.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex

from dosar.backups.places.place import PlaceUnreachable
from dosar.language.text.message import Message, msgid

MARKER_PREFIX = "dosar-"
MARKER_END = ".place.txt"
NOT_CONNECTED = msgid(
    "The disk or stick for back-ups is not there (last at %(folder)s). Connect it, or choose another place."
)
ANOTHER_CONNECTED = msgid(
    "At %(folder)s there is another disk or stick than the one that was chosen. Connect that one, or choose this one "
    "as a new place."
)
MARKER_TEXT = """\
Aici ajung copii de siguranță ale programului Dosar. Nu ștergeți acest fișier: după el este recunoscut locul.
Dosar keeps back-ups here. Do not delete this file: the place is known by it.
"""


def mark_folder(folder: Path, organisation: str) -> str:
    """Make the folder, and say in it whose back-ups it holds; the word by which it is known from now on.

    ``organisation`` is the mark of its back-ups. A folder that this organisation chose before keeps its word. Raises
    :class:`OSError`.
    """
    folder.mkdir(exist_ok=True)
    for marker in folder.glob(f"{MARKER_PREFIX}{organisation}-*{MARKER_END}"):
        return marker.name.removeprefix(MARKER_PREFIX).removesuffix(MARKER_END)
    mark = f"{organisation}-{token_hex(4)}"
    _marker(folder, mark).write_text(MARKER_TEXT, encoding="utf-8")
    return mark


def find_folder(address: Path, inside: str, mark: str, drives: Iterable[Path] = ()) -> Path:
    """The folder with this mark: where it was, or at the same place of another drive; without a mark, where it is said
    to be.

    Raises :class:`PlaceUnreachable` where the stick is not connected, and where another one is.
    """
    folder = address / inside
    if not mark or _marker(folder, mark).exists():
        return folder
    for elsewhere in _elsewhere(address, inside, drives):
        if _marker(elsewhere, mark).exists():
            return elsewhere
    if folder.is_dir() or (address.is_dir() and address.is_mount()):
        raise PlaceUnreachable(ANOTHER_CONNECTED, folder=address)
    raise PlaceUnreachable(NOT_CONNECTED, folder=address)


def is_absence(trouble: Message) -> bool:
    """Whether nothing is wrong with the disk or stick but that it is elsewhere."""
    return trouble.text in (NOT_CONNECTED, ANOTHER_CONNECTED)


def _elsewhere(address: Path, inside: str, drives: Iterable[Path]) -> Iterator[Path]:
    """Where the folder lies on a drive that got another letter or name: nobody knows how much of the address was the
    drive's."""
    steps = address.parts[1:]
    for drive in drives:
        for begin in range(len(steps) + 1):
            yield drive.joinpath(*steps[begin:], inside)


def _marker(folder: Path, mark: str) -> Path:
    return folder / f"{MARKER_PREFIX}{mark}{MARKER_END}"
