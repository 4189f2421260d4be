"""What is known of the back-ups of the running application, for whatever page tells it."""

from dataclasses import replace
from pathlib import Path

from flask import abort, current_app

from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.backups.keeping.states import states_of
from dosar.backups.keeping.warnings import PlaceState, waits_for_its_turn
from dosar.backups.keeping.work import BackupWork
from dosar.backups.places.known_folder import is_absence
from dosar.backups.places.settings import PlaceSettings
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.backups.salvage.copy_work import CopyWork
from dosar.database.keys.key_changes import stored_status
from dosar.language.text.message import Message

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
    return states_of(access_services().session, current_work())


def place_waits(place: PlaceSettings, trouble: Message) -> bool:
    """Whether nothing is wrong at a place but that its turn has not come."""
    states = {known.id: state for known, state in zip(current_work().places(), place_states(), strict=True)}
    now = replace(states.pop(place.id), trouble=trouble, is_absent=is_absence(trouble))
    return waits_for_its_turn(now, [*states.values()], access_services().clock())


def has_card() -> bool:
    """Whether a card on paper opens the data, or nothing needs one: in the demo, and where nothing stands in front."""
    if current_vault() is None or access_services().is_demo():
        return True
    return stored_status(Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE")).has_card
