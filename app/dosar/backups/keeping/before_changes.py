"""A back-up before the forms or the format of the database change: what was there before can be had again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from dosar.access.tables import backup_place_table
from dosar.backups.keeping.backup_plan import read_plan
from dosar.backups.keeping.runs import BEFORE_FORMS, BEFORE_UPDATE, last_good
from dosar.backups.keeping.work import BackupWork, WorkOutcome
from dosar.database.format_version import FORMAT_VERSION, stored_format
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.system_tables import utc_now
from dosar.language.text.message import msgid
from dosar.long_work.progress import Progress, keep_silent
from dosar.migrations.upgrade import has_new_forms

BACKING_UP = msgid("A back-up is being made before anything changes.")
JUST = timedelta(minutes=30)
"""So long before the new version opens the data the back-up of an update may lie."""


def back_up_before_changes(
    store: Store, data: Path, forms: Path, is_update: bool = False, tell: Progress = keep_silent
) -> list[WorkOutcome]:
    """Make a back-up at every place, if this start changes something and somebody said where back-ups go. What goes
    wrong keeps nobody from working: it is noted, and told to whoever starts Dosar.

    An update has made one just before it stopped the version of before, and the data of this moment are kept beside
    those of now; on a server they are not.
    """
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
        is_made = is_update and isinstance(store, SqliteStore) and _was_just_made(store.session)
    finally:
        store.session.remove()
    if not is_wanted or is_made:
        return []
    tell(BACKING_UP, 0.0)
    return list(BackupWork(store, data, forms).run(BEFORE_UPDATE if is_older else BEFORE_FORMS))


def _was_just_made(session: Any) -> bool:
    newest = last_good(session)
    return newest is not None and newest.cause == BEFORE_UPDATE and abs(utc_now() - newest.ended_at) < JUST
