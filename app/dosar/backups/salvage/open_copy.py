"""A back-up beside the data: opened in a temporary place, made to fit the forms of today, and only read.

It knows who was erased since: she is erased in it before anybody looks.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dosar.access.appbuilder.install import create_access_tables
from dosar.backups.file.troubles import ForeignBackup
from dosar.backups.making.make import backup_mark
from dosar.backups.reading.registers import merged_registers, register_of_newer, registers_near
from dosar.backups.reading.verification import QUICK_LOOK, OpenedBackup, unlock_backup
from dosar.backups.salvage.gone_records import gone_records
from dosar.backups.working import work_errors_in_words
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import StoreError
from dosar.database.writing.append_only import drop_foreign_views_and_triggers
from dosar.long_work.progress import Progress
from dosar.migrations.upgrade import open_forms
from dosar.records.erasure.erased_again import erase_again
from dosar.records.repository import Repository

COMPARED_PARTS = ("form:", "choices:")
"""What makes answers of one database fit another one."""


@dataclass
class OpenCopy:
    """A back-up that is open; its records are reached as those of the data are, within the reader's scope."""

    repository: Repository
    moment: datetime
    """When it was made, UTC."""
    name: str
    """Of the file."""
    folder: Path
    gone: Mapping[str, list[int]] = field(default_factory=dict)
    """Form → the numbers of its records that the data had no trace of when it was opened."""
    is_over: bool = False
    """Nothing is read of it any more, whatever else there is to do before it is closed."""

    def close(self) -> None:
        """Forget its keys, and delete it."""
        self.is_over = True
        self.repository.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def open_copy(
    file: Path, secret: str | Path, folder: Path, data: Path, forms: Path, today: Repository, tell: Progress
) -> OpenCopy:
    """Open the back-up in the empty folder; ``today`` are the data that it is a back-up of.

    Raises :class:`~dosar.database.store_errors.StoreError`, and nothing is left in the folder.
    """
    try:
        with work_errors_in_words(folder.parent):
            folder.mkdir(mode=0o700)
            opened = unlock_backup(file, secret, folder, tell)
            opened.extract_database(folder, tell, QUICK_LOOK)
            registers = [opened.part.register, register_of_newer(file, opened.manifest, opened.master_key)]
            (folder / REGISTER_FILE).write_bytes(merged_registers([*registers, *registers_near(data)]))
            return _fitted(opened, folder, forms, today, tell)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _fitted(opened: OpenedBackup, folder: Path, forms: Path, today: Repository, tell: Progress) -> OpenCopy:
    store = SqliteStore(folder, opened.master_key)
    try:
        store.require_right_key()
        if not store.open_kept_data_key() or backup_mark(store) != backup_mark(today.store):
            raise ForeignBackup(opened.archive.file)
        tell("fit", 0.0)
        with store.writing() as session:
            drop_foreign_views_and_triggers(session.connection())
            create_access_tables(session.connection())
            definition = open_forms(store, forms, converting=True).definition
        if _compared(definition.contents) != _compared(today.definition.contents):
            raise StoreError(
                "The forms in their folder are other ones than those that run, so the back-up cannot be compared with "
                "today's records. Put the forms in order, start Dosar anew, and try again."
            )
        repository = Repository(store, definition)
        tell("fit", 0.5)
        erase_again(repository, folder)
        gone = gone_records(repository, today)
        tell("fit", 1.0)
        return OpenCopy(repository, opened.manifest.moment, opened.archive.file.name, folder, gone)
    except BaseException:
        store.close()
        raise


def _compared(contents: Mapping[str, Any]) -> dict[str, Any]:
    return {part: values for part, values in contents.items() if part.startswith(COMPARED_PARTS)}
