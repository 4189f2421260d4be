"""A place is tried before it is kept: a small file goes there and comes back."""

from pathlib import Path
from secrets import token_bytes, token_hex
from tempfile import TemporaryDirectory

from dosar.backups.places.addresses import FOLDER_KIND, check_address
from dosar.backups.places.place import PlaceUnreachable
from dosar.backups.places.settings import PlaceSettings, open_place
from dosar.backups.progress import keep_silent

TRIAL_BYTES = 4096


def try_place(settings: PlaceSettings) -> None:
    """Write a small file there, read it back and delete it; the folder for back-ups is made where its disk is.

    Raises :class:`~dosar.backups.places.place.PlaceUnreachable`, or ``Mistake`` for an address that cannot be used.
    """
    check_address(settings.kind, settings.address, settings.folder)
    if settings.kind == FOLDER_KIND:
        _make_folder(Path(settings.address), settings.folder)
    place, name = open_place(settings), f"dosar-trial-{token_hex(4)}"
    with TemporaryDirectory() as folder:
        sent, came = Path(folder) / "sent", Path(folder) / "came"
        sent.write_bytes(token_bytes(TRIAL_BYTES))
        place.put(sent, name, keep_silent)
        try:
            place.fetch(name, came, keep_silent)
        finally:
            place.remove(name)
        if came.read_bytes() != sent.read_bytes():
            raise PlaceUnreachable("What was written there came back changed. Choose another place.")


def _make_folder(disk: Path, name: str) -> None:
    """The folder on a disk that is there; a stick that is not there must not become a folder of the disk."""
    if not disk.is_dir():
        raise PlaceUnreachable(
            "The folder %(folder)s for back-ups is not there. Connect the disk or the stick, or name another folder.",
            folder=disk,
        )
    try:
        (disk / name).mkdir(exist_ok=True)
    except OSError as error:
        raise PlaceUnreachable(
            "The folder %(folder)s for back-ups cannot be used: %(why)s. Connect the disk or the stick again, or "
            "give this account the right to write there.",
            folder=disk,
            why=error.strerror,
        ) from None
