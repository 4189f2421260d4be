"""The places that an administrator chose for back-ups, as the database keeps them."""

from dataclasses import asdict, dataclass, field, replace
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import delete, insert, select, update

from dosar.access.tables import backup_place_table
from dosar.backups.places.addresses import (
    FOLDER_KIND,
    FOLDER_NAME,
    KIND_OF_SCHEME,
    OBJECT_STORE_KIND,
    WEBDAV_KIND,
    check_address,
    split_address,
)
from dosar.backups.places.connected_drives import connected_drives
from dosar.backups.places.folder import FolderPlace
from dosar.backups.places.known_folder import find_folder
from dosar.backups.places.place import BackupPlace, PlaceUnreachable
from dosar.backups.places.timeouts import PlaceWithTimeout
from dosar.database.audit.trail import add_event
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Mistake
from dosar.network.needed_libraries import needing_libraries


@dataclass(frozen=True)
class PlaceSettings:
    """A place for back-ups."""

    id: int | None
    """None until it is saved."""
    kind: str
    title: str
    """What people call it."""
    address: str
    """A path, ``https://…`` of a WebDAV folder, or ``s3://bucket?endpoint=…``; never with a password in it."""
    user: str = ""
    secret: str = field(default="", repr=False)
    folder: str = FOLDER_NAME
    """Inside the address; empty for the address itself."""
    mark: str = ""
    """The word in the folder that tells this disk or stick from others."""


def place_from_address(text: str, secret: str = "") -> PlaceSettings:
    """The place that one line tells: ``/mnt/stick``, ``https://cloud.exemplu.ro/remote.php/dav/files/dosar/``,
    ``s3://bucket/folder?endpoint=https://…&region=…``.

    ``secret`` is ``user:password``, or ``access key:secret key``. A folder is taken as it is and never made: below a
    stick that is not connected there is only the system's own disk. Raises ``Mistake``.
    """
    address, (user, _, password) = text.strip(), secret.strip().partition(":")
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    kind = KIND_OF_SCHEME.get(scheme, FOLDER_KIND)
    title, address, folder = _READERS[kind](address)
    check_address(kind, address, folder)
    return PlaceSettings(None, kind, title, address, user, password, folder)


def _read_folder(address: str) -> tuple[str, str, str]:
    return Path(address).name or address, address, ""


def _read_webdav(address: str) -> tuple[str, str, str]:
    return split_address(address).hostname or address, address, FOLDER_NAME


def _read_object_store(address: str) -> tuple[str, str, str]:
    parts = split_address(address)
    return parts.netloc, parts._replace(path="").geturl(), unquote(parts.path).strip("/") or FOLDER_NAME


_READERS = {FOLDER_KIND: _read_folder, WEBDAV_KIND: _read_webdav, OBJECT_STORE_KIND: _read_object_store}
"""Title, address and folder that one line tells, by the kind of place."""


def read_places(session: Any) -> list[PlaceSettings]:
    """Every place, in the order in which they were added."""
    kept = session.execute(select(backup_place_table).order_by(backup_place_table.c.id))
    return [PlaceSettings(id=row.id, **row.settings) for row in kept]


def save_place(session: Any, place: PlaceSettings, is_secret_typed: bool = False) -> PlaceSettings:
    """Keep it, inside the caller's transaction, new or in place of what was kept under its ``id``.

    Raises :class:`~dosar.language.text.message.Mistake` for an address that cannot be used, and for another address
    with the password of the former one, unless somebody typed that.
    """
    check_address(place.kind, place.address, place.folder)
    if not is_secret_typed:
        require_own_secret(session, place)
    values = {name: value for name, value in asdict(place).items() if name != "id"}
    add_event(session, "backup_place_saved", fields=[place.kind])
    if place.id is None:
        added = insert(backup_place_table).values(settings=values, added=utc_now()).returning(backup_place_table.c.id)
        return replace(place, id=session.execute(added).scalar_one())
    session.execute(update(backup_place_table).where(backup_place_table.c.id == place.id).values(settings=values))
    return place


def require_own_secret(session: Any, place: PlaceSettings) -> None:
    """Whoever sits at an open browser must not send a password that she does not know to a server of hers: to be
    asked before the place is tried, too. Raises ``Mistake``."""
    kept = next((each for each in read_places(session) if each.id == place.id and each.secret), None)
    if kept is None or (kept.kind, kept.address) == (place.kind, place.address):
        return
    if compare_digest(kept.secret.encode(), place.secret.encode()):
        raise Mistake("The address is another one now: type the password anew, so that it goes nowhere by mistake.")


def remove_place(session: Any, place_id: int) -> None:
    """Send nothing there any more, inside the caller's transaction. What lies there stays."""
    if session.execute(delete(backup_place_table).where(backup_place_table.c.id == place_id)).rowcount:
        add_event(session, "backup_place_removed")


def open_place(place: PlaceSettings) -> BackupPlace:
    """The place itself. Raises :class:`~dosar.backups.places.place.PlaceUnreachable`, or ``Mistake`` for an address
    that cannot be used."""
    check_address(place.kind, place.address, place.folder)
    return _OPENERS[place.kind](place)


def _open_folder(place: PlaceSettings) -> BackupPlace:
    def find() -> BackupPlace:
        drives = [drive.path for drive in connected_drives()]
        return FolderPlace(find_folder(Path(place.address), place.folder, place.mark, drives))

    return PlaceWithTimeout(find, place.address)


def _open_webdav(place: PlaceSettings) -> BackupPlace:
    with needing_libraries(PlaceUnreachable):
        from dosar.backups.places.servers.webdav import WebDavPlace
    return WebDavPlace(place.address, place.user, place.secret, place.folder)


def _open_object_store(place: PlaceSettings) -> BackupPlace:
    with needing_libraries(PlaceUnreachable):
        from dosar.backups.places.servers.object_store import ObjectStorePlace
    return ObjectStorePlace(place.address, place.user, place.secret, place.folder)


_OPENERS = {FOLDER_KIND: _open_folder, WEBDAV_KIND: _open_webdav, OBJECT_STORE_KIND: _open_object_store}
