"""A back-up is made: one moment of the running database, at a place, read back from there and verified."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import inspect

from dosar.access.organisation.settings import Organisation, read_organisation
from dosar.access.tables import setting_table
from dosar.backups.file.archive import DATABASE_PART, README_PART, SEALED_PART, SLOTS_PART, write_archive
from dosar.backups.file.manifest import Manifest, SealedPart
from dosar.backups.file.names import MARK_PURPOSE, UNFINISHED_END, BackupName, mark_of_key, read_name
from dosar.backups.file.readme import readme_text
from dosar.backups.file.troubles import BackupDamaged
from dosar.backups.making.last_backup import tell_last_backup
from dosar.backups.making.snapshot import Snapshot, take_snapshot
from dosar.backups.places.place import BackupPlace
from dosar.backups.reading.lookup_folder import refuse_lookup_folder
from dosar.backups.reading.verification import verify_backup
from dosar.backups.working import LONGEST_WORK, clear_work_folders, work_folder
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.installation.installation_marker import has_people
from dosar.database.keys.key_slots import KeySlots, TamperedSlots
from dosar.database.keys.key_slots_file import read_slots, slots_file, write_slots
from dosar.database.keys.master_key import made_today
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.language.load.shipped_folder import shipped_folder
from dosar.long_work.progress import Progress

FORM_FILES_BYTES = 32 * 2**20
"""A folder of forms is a tenth of a megabyte; whatever else somebody keeps in there is left out."""


@dataclass(frozen=True)
class MadeBackup:
    """What lies at the place now."""

    name: str
    bytes: int
    tables: dict[str, int]
    """Rows in each."""
    seconds: float


def make_backup(
    store: Store, data: Path, forms: Path, place: BackupPlace, moment: datetime, tell: Progress
) -> MadeBackup:
    """Make a back-up of everything as it is now, while others work on; ``moment`` is UTC and names it.

    It carries the name of a back-up only once it was read back from the place and verified. Raises
    :class:`~dosar.database.store_errors.StoreError`; nothing is written into the database.
    """
    refuse_lookup_folder(data)
    begun = time.monotonic()
    mark = backup_mark(store)
    name = str(BackupName(mark, moment))
    unfinished = f"{name}{UNFINISHED_END}"
    _clear_unfinished(place, mark, moment)
    clear_work_folders(data)
    with work_folder(data) as work:
        file = work / name
        snapshot = _write_file(store, data, forms, file, moment, partial(_require_open, store, tell))
        size = file.stat().st_size
        with _removed_on_failure(store, place, unfinished):
            place.put(file, unfinished, tell)
            file.unlink()
            place.fetch(unfinished, file, tell)
            verified = verify_backup(file, store.master_key, partial(_require_open, store, tell), work)
            if verified.contents != snapshot.contents or file.stat().st_size != size:
                raise StoreError("The back-up that was read back is another one. Try again, or choose another place.")
            place.rename(unfinished, name)
    tell_last_backup(data)
    return MadeBackup(name, size, verified.tables, time.monotonic() - begun)


@contextmanager
def _removed_on_failure(store: Store, place: BackupPlace, unfinished: str) -> Iterator[None]:
    """Half a back-up does not stay at the place; one that came back damaged may tell of a damage of the data."""
    try:
        yield
    except BaseException as error:
        _remove_quietly(place, unfinished)
        if isinstance(error, BackupDamaged):
            raise store.look_for_damage() or error from None
        raise


def backup_mark(store: Store) -> str:
    """What the names of this organisation's back-ups have in common."""
    return mark_of_key(store.purpose_key(MARK_PURPOSE))


def _require_open(store: Store, tell: Progress, step: str, done: float) -> None:
    if store.closed.is_set():
        raise StoreError(
            "The data were locked while the back-up was made, so it was given up. Unlock them, and try again."
        )
    tell(step, done)


def _write_file(store: Store, data: Path, forms: Path, file: Path, moment: datetime, tell: Progress) -> Snapshot:
    """Write the back-up; the snapshot beside it is gone afterwards."""
    key = store.master_key
    with work_folder(file.parent) as folder:
        snapshot = take_snapshot(store, key, folder, tell)
        manifest = Manifest(
            moment,
            program=version("dosar"),
            format=snapshot.format,
            contents=snapshot.contents,
            anchor=snapshot.anchor,
            has_people=has_people(store),
            zone=_zone(store),
            has_own_forms=forms.resolve() != shipped_folder("forms").resolve(),
        )
        sealed = SealedPart(manifest, _form_files(forms), _register(data)).sealed(key)
        parts: dict[str, bytes | Path] = {
            README_PART: readme_text().encode(),
            SLOTS_PART: _slots_text(data, key, folder),
            SEALED_PART: sealed,
            DATABASE_PART: snapshot.file,
        }
        write_archive(file, parts, key, moment, tell)
    return snapshot


def _zone(store: Store) -> str:
    with store.snapshot() as connection:
        is_there = inspect(connection).has_table(setting_table.name)
        return (read_organisation(connection) if is_there else Organisation()).zone.key


def _form_files(forms: Path) -> dict[str, bytes]:
    files = sorted(file for file in forms.rglob("*") if file.is_file() and not file.is_symlink())
    sizes = sum(file.stat().st_size for file in files)
    if sizes > FORM_FILES_BYTES:
        files = [file for file in files if file.suffix in (".yaml", ".yml")]
    return {file.relative_to(forms).as_posix(): file.read_bytes() for file in files}


def _register(data: Path) -> bytes:
    file = data / REGISTER_FILE
    return file.read_bytes() if file.is_file() else b""


def _slots_text(data: Path, key: bytes, folder: Path) -> bytes:
    """The slots that open this key, as a data folder has them; where there are none, the key file itself is one."""
    write_slots(folder, _slots(data, key))
    return slots_file(folder).read_bytes()


def _slots(data: Path, key: bytes) -> KeySlots:
    stored = read_slots(data)
    for slots in stored.sets if stored else []:
        try:
            slots.require_untouched(key)
        except TamperedSlots:
            continue
        return slots
    return KeySlots().with_slot(key, "key_file", key, made_today())


def _clear_unfinished(place: BackupPlace, mark: str, now: datetime) -> None:
    """What a kill or a pulled stick left of earlier ones of this organisation; a newer one may be another program's."""
    for left in place.list():
        name = read_name(left.name.removesuffix(UNFINISHED_END)) if left.name.endswith(UNFINISHED_END) else None
        if name is not None and name.mark == mark and now - name.moment > LONGEST_WORK:
            place.remove(left.name)


def _remove_quietly(place: BackupPlace, name: str) -> None:
    try:
        place.remove(name)
    except StoreError:
        return  # the place is gone; the next back-up there removes it
