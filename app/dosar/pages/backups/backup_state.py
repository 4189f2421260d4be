"""What is known of the back-ups of the running application, for whatever page tells it."""

from pathlib import Path

from flask import abort, current_app

from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.backups.keeping.runs import last_good, last_try
from dosar.backups.keeping.warnings import PlaceState
from dosar.backups.keeping.work import BackupWork
from dosar.backups.places.known_folder import is_absence
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.backups.salvage.copy_work import CopyWork
from dosar.database.keys.key_changes import stored_status

WORK, RESTORE, COPY = "dosar_backups", "dosar_restore", "dosar_copy"


def current_work() -> BackupWork:
    """Whoever makes the back-ups of this application; there is nobody where it does not run as a program."""
    work: BackupWork | None = current_app.extensions.get(WORK)
    if work is None:
        abort(404)
    return work


def current_restore() -> RestoreWork:
    """Whoever brings data back in this program."""
    work: RestoreWork | None = current_app.extensions.get(RESTORE)
    if work is None or current_vault() is None:
        abort(404)
    return work


def current_copy() -> CopyWork:
    """Whoever opens back-ups beside the data of this application."""
    work: CopyWork | None = current_app.extensions.get(COPY)
    if work is None:
        abort(404)
    return work


def place_states() -> list[PlaceState]:
    """Every place, as the last runs left it."""
    work, session = current_work(), access_services().session
    states = []
    for place in work.places():
        good, last = last_good(session, place.id), last_try(session, place.id)
        trouble = last.trouble if last and not last.verified else None
        states.append(
            PlaceState(
                place.title,
                good.begun_at if good else None,
                trouble,
                work.is_on_this_disk(place),
                trouble is not None and is_absence(trouble),
            )
        )
    return states


def has_card() -> bool:
    """Whether a card on paper opens the data, or nothing needs one: in the demo, and where nothing stands in front."""
    if current_vault() is None or access_services().is_demo():
        return True
    return stored_status(Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE")).has_card
