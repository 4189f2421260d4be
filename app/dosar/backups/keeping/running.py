"""A back-up to a folder that somebody named, and what goes there when a new one was made."""

from dataclasses import replace
from pathlib import Path

from dosar.access.settings import read_organisation
from dosar.backups.keeping.retention import USUAL_RETENTION, Retention, names_to_remove
from dosar.backups.keeping.runs import COMMAND, BackupRun, note_run
from dosar.backups.making.make import backup_mark, make_backup
from dosar.backups.places.place import BackupPlace
from dosar.backups.progress import Progress
from dosar.database.audit.trail import add_event
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now

MADE_ACTION = "backup_made"


def back_up_to(store: Store, data: Path, forms: Path, place: BackupPlace, tell: Progress) -> BackupRun:
    """Back up to a place that is not in the settings. Raises :class:`StoreError`; a place that cannot be tidied up,
    or a database that takes no note of it, takes nothing from a back-up that was made."""
    begun = utc_now()
    made = make_backup(store, data, forms, store.master_key, place, begun, tell)
    run = BackupRun(None, COMMAND, begun, utc_now(), made.name, made.bytes, made.checked)
    try:
        tidy(store, place)
        with store.writing() as session:
            note_run(session, run)
            add_event(session, MADE_ACTION, fields=[made.name])
    except StoreError as error:
        run = replace(run, trouble=error.message)
    return run


def tidy(store: Store, place: BackupPlace, kept: Retention = USUAL_RETENTION) -> list[str]:
    """Remove the back-ups of this organisation that nobody needs any more, by its own clock; their names."""
    with store.snapshot() as connection:
        zone = read_organisation(connection).zone
    gone = names_to_remove((file.name for file in place.list()), kept, backup_mark(store), zone)
    for name in gone:
        place.remove(name)
    return gone
