"""One run: a back-up goes to one place, older ones that nobody needs go, and how it went is noted."""

from datetime import tzinfo
from pathlib import Path

from dosar.backups.making import backup_mark, make_backup
from dosar.backups.places.place import BackupPlace
from dosar.backups.progress import Progress
from dosar.backups.retention import USUAL_RETENTION, Retention, names_to_remove
from dosar.backups.runs import BackupRun, note_run
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Message


def run_backup(
    store: Store,
    data: Path,
    forms: Path,
    key: bytes,
    place: BackupPlace,
    cause: str,
    zone: tzinfo,
    tell: Progress,
    place_id: int | None = None,
    kept: Retention = USUAL_RETENTION,
) -> BackupRun:
    """Back up to the place; what went wrong is in what comes back and is never raised."""
    begun = utc_now()
    name, size, trouble = "", 0, None
    try:
        made = make_backup(store, data, forms, key, place, begun, tell)
        name, size = made.name, made.bytes
        tidy(store, place, zone, kept)
    except StoreError as error:
        trouble = error.message
    run = BackupRun(place_id, cause, begun, utc_now(), name, size, bool(name), trouble)
    return _noted(store, run)


def tidy(store: Store, place: BackupPlace, zone: tzinfo, kept: Retention = USUAL_RETENTION) -> list[str]:
    """Remove the back-ups of this organisation that nobody needs any more; their names."""
    gone = names_to_remove((file.name for file in place.list()), kept, backup_mark(store), zone)
    for name in gone:
        place.remove(name)
    return gone


def _noted(store: Store, run: BackupRun) -> BackupRun:
    """A database that takes nothing keeps nobody from a back-up; of one of an earlier version nothing is noted."""
    try:
        with store.writing() as session:
            note_run(session, run)
    except StoreError as error:
        return BackupRun(**{**vars(run), "trouble": run.trouble or Message(error.message.text, error.message.values)})
    return run
