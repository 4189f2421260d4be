"""What every change of the key does on a page: who may, what is noted, and which step comes next."""

from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, url_for
from flask_babel import gettext

from dosar.access.audit.account_log import AccountAction, log_account_change
from dosar.access.authorization import current_worker, requires_page
from dosar.access.organisation.settings import declare_one_laptop, is_one_laptop_declared
from dosar.access.sealed.after_restore import note_renewed, wanted_renewal
from dosar.access.sealed.slots_serial import note_slots
from dosar.access.sealed.vault import Vault
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.backups.reading.lookup_folder import is_lookup_folder
from dosar.database.keys.key_changes import KeyChanges, KeyStatus, stored_status
from dosar.database.store_errors import StoreError

KEYS_ACCESS = requires_page("organisation")


def required_vault() -> Vault:
    """The vault in front; there is none where Dosar does not run as a program, and none for the demo."""
    vault = current_vault()
    if vault is None or access_services().is_demo():
        abort(404)
    return vault


def key_changes() -> KeyChanges:
    """The slots of the open data."""
    required_vault()
    config = current_app.config
    return KeyChanges(Path(config["DATA"]), access_services().store.master_key, config.get("KEY_FILE"))


def key_status() -> KeyStatus:
    """What opens the data, for who has no key."""
    return stored_status(Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE"))


def go_on(changes: KeyChanges) -> Any:
    """To the next step: the card, and then the end of what opens the data by itself, unless that is wanted."""
    status = changes.status()
    is_wanted = is_one_laptop_declared(access_services().session)
    if status.has_passphrase and status.has_card and status.opens_by_itself and not is_wanted:
        return stop_opening_by_itself(changes)
    return redirect(url_for("KeysPage.keys"), 303)


def stop_opening_by_itself(changes: KeyChanges) -> Any:
    """The key file goes; from now on somebody types."""
    try:
        changes.stop_opening_by_itself()
    except (StoreError, OSError) as refusal:
        flash(refusal_text(refusal), "danger")
        return redirect(url_for("KeysPage.keys"), 303)
    declare(False)
    flash(gettext("From the next start on Dosar asks for the passphrase."), "success")
    return redirect(url_for("KeysPage.keys"), 303)


def wanted_here() -> list[str]:
    """What is to be made anew after a restore; nothing in a back-up that is only looked at."""
    folder = access_services().store.data_folder
    return [] if folder is None or is_lookup_folder(folder) else wanted_renewal(access_services().session)


def refusal_text(refusal: StoreError | OSError) -> str:
    """Why nothing was changed, with a remedy."""
    if isinstance(refusal, StoreError):
        return refusal.message.say(gettext)
    return gettext(
        "%(file)s cannot be written (%(why)s). Nothing was changed: let the account that runs Dosar write there.",
        file=refusal.filename,
        why=refusal.strerror,
    )


def declare(is_one_laptop: bool) -> None:
    """Note that one computer shall open by itself, or not any more."""
    with access_services().store.writing() as session:
        declare_one_laptop(session, is_one_laptop)
        _note_change(session)


def log_key_change(action: AccountAction = "key_changed", renewed: str = "") -> None:
    """In the account history; ``renewed`` is what a restore may have asked for."""
    with access_services().store.writing() as session:
        _note_change(session, action)
        note_renewed(session, renewed)


def _note_change(session: Any, action: AccountAction = "key_changed") -> None:
    log_account_change(access_services(), current_worker(), None, action)
    note_slots(session, Path(current_app.config["DATA"]), access_services().store.master_key)
