"""A restore for practice: into a temporary folder, opened by the program's own readers, and removed again."""

from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from dosar.access.appbuilder.install import create_access_tables
from dosar.backups.file.manifest import Manifest
from dosar.backups.file.troubles import BackupDamaged
from dosar.backups.reading.verification import unlock_with_key
from dosar.backups.restoring.restore import write_forms
from dosar.backups.working import work_folder
from dosar.database.audit.chain import AUDIT_PURPOSE, audit_event_table
from dosar.database.audit.verification import read_anchor, verify_chain
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.long_work.progress import Progress
from dosar.migrations.upgrade import open_forms
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.stored_answers import open_sheet

SHEETS_OF_EACH_FORM = 50
"""The newest are opened, with every answer that is sealed in them."""


def rehearse(file: Path, master_key: bytes, tell: Progress, workplace: Path | None = None) -> Manifest:
    """Restore the back-up to nowhere, and work with it as a start would: the forms are made to fit, the audit log is
    walked along, sheets are opened; ``workplace`` is a folder with room for it, by default the file's own.

    Raises :class:`~dosar.database.store_errors.StoreError` for one that nobody could work with.
    """
    with work_folder(workplace or file.parent) as folder:
        opened = unlock_with_key(file, master_key, folder, tell)
        opened.extract_database(folder, tell)
        forms = folder / "forms"
        forms.mkdir()
        write_forms(forms, opened.part)
        store = SqliteStore(folder, master_key)
        try:
            store.require_right_key()
            tell("audit", 0.0)
            if not _has_whole_log(store, opened.manifest.anchor):
                raise BackupDamaged(file)
            tell("audit", 1.0)
            _work_with(store, forms, tell)
        finally:
            store.close()
    return opened.manifest


def _has_whole_log(store: Store, anchor: str) -> bool:
    if not store.open_kept_data_key():
        return True
    with store.snapshot() as connection:
        has_log = inspect(connection).has_table(audit_event_table.name)
        return not has_log or verify_chain(connection, store.purpose_key(AUDIT_PURPOSE), read_anchor(anchor)).is_whole


def _work_with(store: Store, forms: Path, tell: Progress) -> None:
    with store.writing() as session:
        create_access_tables(session.connection())
        definition = open_forms(store, forms).definition
    repository = Repository(store, definition)
    with acting_as(SYSTEM_SCOPE):
        for number, key in enumerate(repository.forms, start=1):
            record: Any = repository.record_class(key)
            for each in repository.session.scalars(
                select(record.id).order_by(record.id.desc()).limit(SHEETS_OF_EACH_FORM)
            ).all():
                open_sheet(repository, key, each, with_deleted=True)
            tell("sheets", number / len(repository.forms))
        repository.session.remove()
