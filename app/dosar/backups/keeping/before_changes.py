"""A back-up before the forms or the format of the database change: what was there before can be had again."""

from pathlib import Path

from sqlalchemy import inspect

from dosar.access.tables import backup_place_table
from dosar.backups.keeping.backup_plan import read_plan
from dosar.backups.keeping.runs import BEFORE_FORMS, BEFORE_UPDATE
from dosar.backups.keeping.work import BackupWork, WorkOutcome
from dosar.database.format_version import FORMAT_VERSION, stored_format
from dosar.database.store import Store
from dosar.migrations.upgrade import has_new_forms


def back_up_before_changes(store: Store, data: Path, forms: Path) -> list[WorkOutcome]:
    """Make a back-up at every place, if this start changes something and somebody said where back-ups go. What goes
    wrong keeps nobody from working: it is noted, and told to whoever starts Dosar."""
    with store.snapshot() as connection:
        if not inspect(connection).has_table(backup_place_table.name):
            return []
        is_older = stored_format(connection) < FORMAT_VERSION
    if not is_older and not has_new_forms(store, forms):
        return []
    if not store.open_kept_data_key():
        return []
    try:
        is_wanted = read_plan(store.session).is_daily
    finally:
        store.session.remove()
    return list(BackupWork(store, data, forms).run(BEFORE_UPDATE if is_older else BEFORE_FORMS)) if is_wanted else []
