"""A place is chosen: looked at, tried once with a small file, and marked so that it is known again."""

from dataclasses import replace
from pathlib import Path
from secrets import token_bytes, token_hex

from dosar.backups.places.addresses import FOLDER_KIND, FOLDER_NAME, check_address
from dosar.backups.places.folder_troubles import NOT_ANSWERING, NOT_THERE, folder_trouble
from dosar.backups.places.known_folder import mark_folder
from dosar.backups.places.place import BackupPlace, PlaceUnreachable
from dosar.backups.places.settings import PlaceSettings, open_place
from dosar.backups.places.timeouts import run_with_timeout
from dosar.backups.working import work_folder
from dosar.language.text.message import Mistake
from dosar.long_work.progress import keep_silent

MARKING_SECONDS = 15.0
TRIAL_BYTES = 64


def prepare_place(place: PlaceSettings, organisation: str, data: Path) -> PlaceSettings:
    """The place as it is to be saved, once a file went there and came back.

    ``organisation`` is the mark of its back-ups. Raises ``Mistake`` for an address that cannot be used and
    :class:`~dosar.backups.places.place.PlaceUnreachable` for a place that takes nothing.
    """
    check_address(place.kind, place.address, place.folder)
    prepared = _prepared_folder(place, organisation, data) if place.kind == FOLDER_KIND else place
    try_place(open_place(prepared), data)
    return prepared


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


def _prepared_folder(place: PlaceSettings, organisation: str, data: Path) -> PlaceSettings:
    address = Path(place.address)
    if address.name == FOLDER_NAME:
        place = replace(place, folder="")
    try:
        mark = run_with_timeout(MARKING_SECONDS, lambda _: _marked(address, place.folder, organisation, data))
    except TimeoutError:
        raise PlaceUnreachable(NOT_ANSWERING, place=address) from None
    except OSError as error:
        raise folder_trouble(error, address) from None
    return replace(place, mark=mark)


def _marked(address: Path, inside: str, organisation: str, data: Path) -> str:
    if not address.is_dir():
        raise PlaceUnreachable(NOT_THERE, folder=address)
    if (address / inside).resolve().is_relative_to(data.resolve()):
        raise Mistake(
            "Choose a folder outside of the data folder: whoever loses that one would lose the back-ups as well."
        )
    return mark_folder(address / inside, organisation)
