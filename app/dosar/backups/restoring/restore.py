"""A back-up takes the place of the data: all of it or nothing, and what was there is kept aside."""

from collections.abc import Callable, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, inspect
from sqlalchemy.exc import DatabaseError
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.access.accounts.closed_accounts import ClosedAccount, close_again, closed_accounts
from dosar.access.sealed.after_restore import ask_for_renewal
from dosar.access.tables import backup_run_table, calendar_feed_table, session_table, setting_table
from dosar.backups.file.manifest import SealedPart
from dosar.backups.file.troubles import ForeignBackup
from dosar.backups.reading.registers import merged_registers, register_of_newer, registers_near
from dosar.backups.reading.verification import OpenedBackup, unlock_backup
from dosar.backups.restoring.swapping import (
    FORMS_FOLDER,
    finish_interrupted,
    is_interrupted,
    new_stage,
    put_back,
    swap_in,
)
from dosar.backups.working import work_errors_in_words
from dosar.database.copies_folder import COPIES_FOLDER, DATABASE_FILE, OLD_KEY_FOLDER, is_opened_by
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.installation.installation_marker import is_founded, mark_founded
from dosar.database.keys.key_file import default_key_file, has_database, secrets_in_file
from dosar.database.keys.key_file_moves import slot_of_file
from dosar.database.keys.key_slots import OPENS_BY_ITSELF, KeySlot, KeySlots, TamperedSlots
from dosar.database.keys.key_slots_file import read_slots, slots_file, write_slots
from dosar.database.keys.os_keyring import secret_in_keyring
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import deadline_state_table, utc_now
from dosar.database.writing.append_only import drop_foreign_views_and_triggers
from dosar.long_work.progress import Progress

__all__ = ["Restored", "finish_interrupted", "is_interrupted", "restore_backup", "undo_restore"]

RESTORED_ACTION = RESTORED_RUN = "restored"
"""What the audit log calls it, and what a back-up is among those that were made: the one that the data came from."""


@dataclass(frozen=True)
class Restored:
    """What is there now."""

    moment: datetime
    """When the back-up was made, UTC."""
    moment_here: datetime
    """The same by the clock of the organisation."""
    tables: dict[str, int]
    organisation: str
    kept_aside: Path | None
    """The folder with what was there before."""
    forms: Path | None
    """The forms of the organisation, where they were not those of the program."""
    kept_schema: str = ""
    """On a server: the schema with the tables that were there before."""


@dataclass(frozen=True)
class DataThere:
    """What is asked of the data of now."""

    is_key: Callable[[bytes], bool]
    """Whether a key opens the database; asked where no slots tell."""
    open_store: Callable[[bytes], Store | None]
    """The database; none where there is none for this key."""


def restore_backup(file: Path, secret: str | Path, data: Path, tell: Progress) -> Restored:
    """Put the back-up in the place of what is in the data folder, which nobody else works on, and has open.

    ``secret`` is a typed passphrase or card, or the path of a key file. Raises
    :class:`~dosar.database.store_errors.StoreError`, and then nothing was changed.
    """
    finish_interrupted(data)
    with work_errors_in_words(data):
        with new_stage(data) as stage:
            there = DataThere(partial(_is_key_of_file, data), partial(_store_in_file, data))
            opened = prepared_data(file, secret, data, stage, tell, there)
        tell("swap", 0.0)
        had_data = has_database(data)
        aside = swap_in(data, f"{utc_now():%Y-%m-%d-%H%M%S}")
    tell("swap", 1.0)
    return restored_of(opened, data, aside if had_data else None)


def restored_of(opened: OpenedBackup, data: Path, kept_aside: Path | None, kept_schema: str = "") -> Restored:
    """What is there, once the back-up lies in the data folder."""
    manifest, forms = opened.manifest, data / FORMS_FOLDER
    return Restored(
        manifest.moment,
        manifest.moment_here,
        manifest.tables,
        opened.organisation,
        kept_aside,
        forms if forms.is_dir() else None,
        kept_schema,
    )


def undo_restore(data: Path, restored: Restored) -> None:
    """Put back what was there before, where what was restored could not be opened; it is kept aside in its turn.
    Raises :class:`StoreError`, and then nothing was changed."""
    with work_errors_in_words(data):
        put_back(data, restored.kept_aside, f"{utc_now():%Y-%m-%d-%H%M%S}-undone")


def prepared_data(
    file: Path, secret: str | Path, data: Path, stage: Path, tell: Progress, there: DataThere
) -> OpenedBackup:
    """Put everything that is to lie in the data folder into the stage, verified."""
    if isinstance(secret, Path):
        secrets_in_file(data, secret)  # refuses one inside the data folder
    opened = unlock_backup(file, secret, stage, tell)
    _require_same_organisation(opened, data, there.is_key)
    slots_file(stage).unlink()
    opened.extract_database(stage, tell)
    closed = _closed_there(there, opened.master_key) if is_founded(data) else frozenset()
    _settle_data(stage, opened, closed, was_typed=isinstance(secret, str))
    write_slots(stage, _slots_here(opened, data, secret))
    registers = [opened.part.register, register_of_newer(file, opened.manifest, opened.master_key)]
    if merged := merged_registers([*registers, *registers_near(data)]):
        (stage / REGISTER_FILE).write_bytes(merged)
    if opened.manifest.has_people:
        mark_founded(stage)
    if opened.manifest.has_own_forms:
        write_forms(stage / FORMS_FOLDER, opened.part)
    return opened


def _closed_there(there: DataThere, key: bytes) -> frozenset[ClosedAccount]:
    """Nothing is known of data that cannot be read: that is why they are replaced."""
    with suppress(StoreError, DatabaseError, sqlcipher.DatabaseError):
        store = there.open_store(key)
        if store is not None:
            try:
                with store.snapshot() as connection:
                    return closed_accounts(connection)
            finally:
                store.close()
    return frozenset()


def _store_in_file(data: Path, key: bytes) -> Store | None:
    return SqliteStore(data, key) if _is_key_of_file(data, key) else None


def _is_key_of_file(data: Path, key: bytes) -> bool:
    return (data / DATABASE_FILE).is_file() and is_opened_by(data / DATABASE_FILE, key)


def _require_same_organisation(opened: OpenedBackup, data: Path, is_key: Callable[[bytes], bool]) -> None:
    """Raises :class:`ForeignBackup` where the folder has an organisation, and the back-up is of another key."""
    if not is_founded(data) or any(_has_key(folder, opened.master_key) for folder in _folders_with_slots(data)):
        return
    if slots_file(data).is_file() or not is_key(opened.master_key):
        raise ForeignBackup(opened.archive.file)


def _folders_with_slots(data: Path) -> list[Path]:
    kept = (data / name for name in (COPIES_FOLDER, OLD_KEY_FOLDER))
    return [data, *(folder for each in kept if each.is_dir() for folder in each.iterdir())]


def _has_key(folder: Path, master_key: bytes) -> bool:
    with suppress(StoreError):
        stored = read_slots(folder)
        for slots in stored.sets if stored else []:
            with suppress(TamperedSlots):
                slots.require_untouched(master_key)
                return True
    return False


def _slots_here(opened: OpenedBackup, data: Path, secret: str | Path) -> KeySlots:
    """The slots of that day without those that hang on a computer that is not here."""
    slots, key = opened.slots, opened.master_key
    if isinstance(secret, Path):
        found = slot_of_file(data, slots, secret)
        if found is not None:
            slots = slots.with_place(key, found[0].id, found[1], str(secret.resolve()))
    gone = [slot.id for slot in slots.of_kind(*OPENS_BY_ITSELF) if not _opens_here(data, slot)]
    return slots.without(key, *gone) if gone else slots


def _opens_here(data: Path, slot: KeySlot) -> bool:
    if slot.kind == "keyring":
        kept = secret_in_keyring(slot.place)
        return kept is not None and slot.opened_with(kept) is not None
    for file in (default_key_file(data), *([Path(slot.place)] if slot.place else [])):
        with suppress(StoreError, OSError):
            if slot_of_file(data, KeySlots((slot,)), file) is not None:
                return True
    return False


def write_forms(folder: Path, part: SealedPart) -> None:
    """Put the forms of the back-up into this folder, and nothing outside of it."""
    for name, content in part.forms.items():
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()):
            continue
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(content)


def _settle_data(stage: Path, opened: OpenedBackup, closed: Set[ClosedAccount], was_typed: bool) -> None:
    """Nothing stays in the data that Dosar never makes; of which moment they are is told in the audit log that goes on
    from here, and among the back-ups.

    Nobody comes in by it: neither by a session of that day nor by an account that was closed since. What was typed to
    open it is asked for anew.
    """
    store, moment = SqliteStore(stage, opened.master_key), opened.manifest.moment
    try:
        with store.writing() as session:
            drop_foreign_views_and_triggers(session.connection())
        if not store.open_kept_data_key():
            return
        with store.writing() as session:
            known = inspect(session.connection())
            if known.has_table(backup_run_table.name):
                session.execute(insert(backup_run_table).values(_run_of(opened)))
            for table in (session_table, calendar_feed_table, deadline_state_table):
                if known.has_table(table.name):  # an ended address stays ended; what is due is reckoned anew
                    session.execute(delete(table))
            close_again(session, closed)
            if was_typed and known.has_table(setting_table.name):
                ask_for_renewal(session)
        store.tell(RESTORED_ACTION, [f"{moment:%Y-%m-%d %H:%M}"])
    finally:
        store.close()


def _run_of(opened: OpenedBackup) -> dict[str, Any]:
    """The file knows nothing of itself: it was made before anybody could note it."""
    file, moment = opened.archive.file, opened.manifest.moment
    values = {"cause": RESTORED_RUN, "name": file.name, "bytes": file.stat().st_size, "verified": True}
    return {**values, "place_id": None, "begun_at": moment, "ended_at": moment}
