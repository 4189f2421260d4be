"""A back-up is made at a place, what nobody needs there any more goes, and how it went is noted: in one way, whoever
asked for it."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dosar.access.organisation.settings import read_organisation
from dosar.backups.keeping.retention import USUAL_RETENTION, Retention, names_to_remove
from dosar.backups.keeping.runs import COMMAND, BackupRun, last_try, note_run
from dosar.backups.making.make import MadeBackup, backup_mark, make_backup
from dosar.backups.places.known_folder import is_absence
from dosar.backups.places.place import BackupPlace
from dosar.database.audit.trail import add_event
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.progress import Progress

MADE_ACTION, FAILED_ACTION = "backup_made", "backup_failed"


def back_up_and_prune(
    store: Store, data: Path, forms: Path, place: BackupPlace, kept: Retention, moment: datetime, tell: Progress
) -> tuple[MadeBackup, StoreError | None]:
    """Make a back-up, and remove what nobody needs any more; a place that cannot be pruned takes nothing from what
    was made, and the next run tries again. Raises :class:`StoreError` where none was made."""
    made = make_backup(store, data, forms, place, moment, tell)
    try:
        prune_backups(store, place, kept, moment)
    except StoreError as untidy:
        return made, untidy
    return made, None


def log_run(store: Store, run: BackupRun, actor: int | None = None) -> None:
    """Keep how it went, and tell it in the audit log; that a stick is still where it was is told there once."""
    with store.writing() as session:
        is_told = actor is None and _is_still_away(session, run)
        note_run(session, run)
        if is_told:
            return
        action, fields = (MADE_ACTION, [run.name]) if run.name else (FAILED_ACTION, [])
        add_event(session, action, actor=actor, fields=fields)


def _is_still_away(session: Any, run: BackupRun) -> bool:
    """Whether the place was not connected now, nor the time before."""
    if run.place_id is None or run.trouble is None or not is_absence(run.trouble):
        return False
    before = last_try(session, run.place_id)
    return before is not None and before.trouble is not None and is_absence(before.trouble)


def back_up_to(store: Store, data: Path, forms: Path, place: BackupPlace, tell: Progress) -> BackupRun:
    """Back up to a place that is not in the settings. Raises :class:`StoreError`; a database that takes no note of it
    takes nothing from a back-up that was made."""
    begun = utc_now()
    made, trouble = back_up_and_prune(store, data, forms, place, USUAL_RETENTION, begun, tell)
    run = BackupRun(None, COMMAND, begun, utc_now(), name=made.name, bytes=made.bytes, verified=True)
    if trouble is not None:
        run = replace(run, trouble=trouble.message)
    try:
        log_run(store, run)
    except StoreError as error:
        run = replace(run, trouble=error.message)
    return run


def prune_backups(store: Store, place: BackupPlace, kept: Retention, moment: datetime) -> list[str]:
    """Remove the back-ups of this organisation that nobody needs any more, by its own clock; their names. ``moment``,
    UTC, is that of the one that was just made: it is the last."""
    with store.snapshot() as connection:
        zone = read_organisation(connection).zone
    gone = names_to_remove((file.name for file in place.list()), kept, backup_mark(store), zone, moment)
    for name in gone:
        place.remove(name)
    return gone
