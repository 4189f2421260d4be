"""A back-up is opened and looked through: every byte, every page, every table."""

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.access.organisation.settings import read_organisation
from dosar.access.tables import setting_table
from dosar.backups.file.archive import DATABASE_PART, SEALED_PART, SLOTS_PART, Archive, read_archive
from dosar.backups.file.manifest import Manifest, SealedPart, open_sealed
from dosar.backups.file.troubles import BackupDamaged, BackupNewer, ForeignBackup, WrongSecret
from dosar.backups.reading.table_contents import table_contents
from dosar.backups.working import work_folder
from dosar.database.copies_folder import DATABASE_FILE
from dosar.database.format_version import FORMAT_VERSION
from dosar.database.keys.key_file import secrets_in_file
from dosar.database.keys.key_slots import KeySlots, TamperedSlots
from dosar.database.keys.key_slots_file import read_slots, slots_file
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import StoreDamaged, StoreError, WrongKey
from dosar.long_work.progress import Progress

Look = Mapping[str, list[tuple[str]]]
"""What SQLCipher is asked of the whole file, and what it answers where nothing is wrong."""
QUICK_LOOK: Look = {"quick_check": [("ok",)]}
"""Reads every page in use, of which SQLCipher opens none whose seal is broken."""
THOROUGH_LOOK: Look = {"cipher_integrity_check": [], "integrity_check": [("ok",)]}
"""Looks at the seals of free pages, and compares the indexes with the tables, too, and takes long: whoever makes a
back-up every day leaves that to the restore, and to the one that is done monthly for practice."""


class OpenedBackup:
    """A back-up file of which every byte was read, opened by its master key."""

    def __init__(self, archive: Archive, slots: KeySlots, master_key: bytes) -> None:
        archive.require_sealed(master_key)
        self.archive, self.slots, self.master_key = archive, slots, master_key
        self.part: SealedPart = open_sealed(archive.file, archive.small_part(SEALED_PART), master_key)
        self.organisation = ""
        """Its name, once the database was extracted; empty where nobody gave one."""
        if self.manifest.format > FORMAT_VERSION:
            raise BackupNewer(archive.file)

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        return self.part.manifest

    def extract_database(self, folder: Path, tell: Progress, look: Look = THOROUGH_LOOK) -> None:
        """Put the database into the empty folder, and compare every page and table with what was written.

        Raises :class:`BackupDamaged`.
        """
        self.archive.extract(DATABASE_PART, folder / DATABASE_FILE, partial(tell, "unpack"))
        if not self._is_as_written(folder, tell, look):
            raise BackupDamaged(self.archive.file)

    def _is_as_written(self, folder: Path, tell: Progress, look: Look) -> bool:
        try:
            store = SqliteStore(folder, self.master_key)
        except (StoreDamaged, WrongKey):  # the first page: the key is right, since it opened the file around it
            return False
        try:
            with closing(store.connect_apart()) as apart:
                is_whole = True
                for done, (asked, answer) in enumerate(look.items()):
                    tell("pages", done / len(look))
                    is_whole = apart.execute(f"PRAGMA {asked}").fetchall() == answer and is_whole
                tell("pages", 1.0)
            with store.snapshot_apart() as read:
                contents = table_contents(read, partial(tell, "compare"))
                if setting_table.name in contents:
                    self.organisation = "".join(filter(str.isprintable, str(read_organisation(read).name)))
        except (DatabaseError, StoreDamaged, sqlcipher.DatabaseError):  # so damaged that it cannot even be looked at
            return False
        finally:
            store.close()
        return is_whole and contents == self.manifest.contents


def verify_backup(file: Path, master_key: bytes, tell: Progress, workplace: Path | None = None) -> Manifest:
    """Look the whole file through; ``workplace`` is a folder with room for the database, by default the file's own.

    Raises :class:`~dosar.database.store_errors.StoreError` for anything that is not as it was written.
    """
    with work_folder(workplace or file.parent) as folder:
        opened = unlock_with_key(file, master_key, folder, tell)
        opened.extract_database(folder, tell, QUICK_LOOK)
    return opened.manifest


def unlock_with_key(file: Path, master_key: bytes, folder: Path, tell: Progress) -> OpenedBackup:
    """The back-up, for who has the key already, with a folder to work in. Raises :class:`ForeignBackup`."""
    archive = read_archive(file, tell)
    slots = _slots(archive, folder)
    try:
        slots.require_untouched(master_key)
    except TamperedSlots:
        raise ForeignBackup(file) from None
    return OpenedBackup(archive, slots, master_key)


def unlock_backup(file: Path, secret: str | Path, folder: Path, tell: Progress) -> OpenedBackup:
    """The back-up, for a typed passphrase or card, or a key file, with a folder to work in, where the key slots are
    afterwards.

    Raises :class:`~dosar.backups.file.troubles.WrongSecret`; every byte is read, the database is not looked through.
    """
    archive = read_archive(file, tell)
    slots = _slots(archive, folder)
    tell("open", 0.0)
    place = MasterKeyPlace(folder, lambda _: True)
    try:
        master_key = _by_key_file(slots, folder, secret) if isinstance(secret, Path) else place.by_typing(secret)
    except TamperedSlots:
        raise BackupDamaged(file) from None
    if master_key is None:
        raise WrongSecret(file)
    tell("open", 1.0)
    return OpenedBackup(archive, slots, master_key)


def _by_key_file(slots: KeySlots, folder: Path, key_file: Path) -> bytes | None:
    for secret in secrets_in_file(folder, key_file):
        found = slots.opened_with("key_file", secret)
        if found is not None:
            return found
    return None


def _slots(archive: Archive, folder: Path) -> KeySlots:
    slots_file(folder).write_bytes(archive.small_part(SLOTS_PART))
    try:
        stored = read_slots(folder)
    except StoreError:
        raise BackupDamaged(archive.file) from None
    if stored is None:
        raise BackupDamaged(archive.file)
    return stored.current
