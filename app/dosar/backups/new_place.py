"""A place is chosen: looked at, tried once with a small file, and marked so that it is known again."""

import os
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes, token_hex

from dosar.backups.places.addresses import FOLDER_KIND, FOLDER_NAME, check_address
from dosar.backups.places.folder_troubles import folder_trouble
from dosar.backups.places.known_folder import mark_folder
from dosar.backups.places.patience import within
from dosar.backups.places.place import BackupPlace, PlaceUnreachable
from dosar.backups.places.settings import PlaceSettings, open_place
from dosar.backups.progress import keep_silent
from dosar.backups.working import work_folder
from dosar.language.text.message import Message, Mistake

MARKING_SECONDS = 15.0
TRIAL_BYTES = 64
DISKS_OF_LINUX = Path("/sys/dev/block")


def prepare_place(place: PlaceSettings, organisation: str, data: Path) -> PlaceSettings:
    """The place as it is to be saved, once a file went there and came back.

    ``organisation`` is the mark of its back-ups. Raises ``Mistake`` for an address that cannot be used and
    :class:`~dosar.backups.places.place.PlaceUnreachable` for a place that takes nothing.
    """
    check_address(place.kind, place.address, place.folder)
    prepared = _prepared_folder(place, organisation, data) if place.kind == FOLDER_KIND else place
    try_place(open_place(prepared), data)
    return prepared


def place_warnings(place: PlaceSettings, data: Path) -> list[Message]:
    """What somebody should know of a place that can be used."""
    if place.kind != FOLDER_KIND or not is_same_disk(Path(place.address), data):
        return []
    return [
        Message(
            "This back-up lies only on the same disk as the data: it is gone together with this computer. Choose a "
            "stick, another disk or a server as well."
        )
    ]


def try_place(place: BackupPlace, data: Path) -> None:
    """Write a small file there, read it back, rename and delete it. Raises
    :class:`~dosar.backups.places.place.PlaceUnreachable`."""
    trial, renamed = (f"dosar-{word}-{token_hex(4)}" for word in ("trial", "tried"))
    content = token_bytes(TRIAL_BYTES)
    with work_folder(data) as work:
        (work / trial).write_bytes(content)
        place.put(work / trial, trial, keep_silent)
        place.fetch(trial, work / renamed, keep_silent)
        place.rename(trial, renamed)
        is_whole = (work / renamed).read_bytes() == content and renamed in {file.name for file in place.list()}
        place.remove(renamed)
    if not is_whole:
        raise PlaceUnreachable("What was written there on trial did not come back as it was. Choose another place.")


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether both lie on one disk, as far as the system tells; a folder that is not there is on none."""
    try:
        return _disk_of(one) == _disk_of(other)
    except OSError:
        return False


def _disk_of(folder: Path) -> object:
    """The disk, where the system tells of which one a part is; the part itself elsewhere."""
    number = folder.stat().st_dev
    if not DISKS_OF_LINUX.exists():
        return number
    part = DISKS_OF_LINUX / f"{os.major(number)}:{os.minor(number)}"
    if not (part / "partition").exists():
        return number
    return part.resolve().parent.name


def _prepared_folder(place: PlaceSettings, organisation: str, data: Path) -> PlaceSettings:
    address = Path(place.address)
    if address.name == FOLDER_NAME:
        place = replace(place, folder="")
    try:
        mark = within(MARKING_SECONDS, lambda _: _marked(address, place.folder, organisation, data))
    except TimeoutError:
        raise PlaceUnreachable(
            "%(place)s does not answer. Connect the disk again, or look whether the other computer and the network "
            "are there.",
            place=address,
        ) from None
    except OSError as error:
        raise folder_trouble(error, address) from None
    return replace(place, mark=mark)


def _marked(address: Path, inside: str, organisation: str, data: Path) -> str:
    if not address.is_dir():
        raise PlaceUnreachable(
            "The folder %(folder)s for back-ups is not there. Connect the disk or the stick, or name another folder.",
            folder=address,
        )
    if (address / inside).resolve().is_relative_to(data.resolve()):
        raise Mistake(
            "Choose a folder outside of the data folder: whoever loses that one would lose the back-ups as well."
        )
    return mark_folder(address / inside, organisation)
