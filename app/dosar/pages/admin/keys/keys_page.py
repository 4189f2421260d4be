"""What opens the data, on a page: passphrase, recovery cards, and whether they open by themselves.

The administrator's; every change asks once more who she is. While the data of a new organisation still open by
themselves, the way leads from the passphrase over the card to the end of the key file, and on to a second card.
"""

from datetime import date
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_any_page
from dosar.access.login.passwords import require_good_password
from dosar.access.organisation.settings import is_one_laptop_declared
from dosar.access.sealed.after_restore import PASSPHRASE, leave_as_it_is
from dosar.access.sealed.pending_cards import slot_removed
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.old_key import kept_until
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.pages.admin.keys.changing import (
    KEYS_ACCESS,
    declare,
    go_on,
    key_changes,
    key_status,
    log_key_change,
    refusal_text,
    stop_opening_by_itself,
    wanted_here,
)
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import CardGroupsForm, PassphraseForm

BACKUPS_ENDPOINT = "BackupsPage.backups"
REMOVED_HERE = ("passphrase", "card")
"""What a key file or the keyring opens ends with *Ask at every start*."""


class KeysPage(PageView):
    """The key of the data."""

    @page_route("/keys", KEYS_ACCESS)
    def keys(self) -> Any:
        return _keys_page(PassphraseForm())

    @page_route("/keys/passphrase", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def passphrase(self) -> Any:
        changes, form = key_changes(), PassphraseForm()
        if not form.validate():
            return _keys_page(form)
        try:
            _set_passphrase(changes, form)
        except Mistake as mistake:
            return _keys_page(form, mistake.message.say(gettext))
        except (StoreError, OSError) as refusal:
            return _keys_page(form, refusal_text(refusal))
        log_key_change(renewed=PASSPHRASE)
        flash(gettext("The passphrase is set."), "success")
        return go_on(changes)

    @page_route("/keys/remove", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def remove(self) -> Any:
        changes = key_changes()
        removed = {slot.id: slot for slot in changes.status().slots if slot.kind in REMOVED_HERE}
        slot = removed.get(request.form.get("slot", ""))
        if slot is None:
            abort(404)
        try:
            if sum(other.kind == slot.kind for other in removed.values()) == 1:
                raise StoreError("It is the only one of its kind. Make another one first.")
            changes.remove(slot.id)
        except (StoreError, OSError) as refusal:
            return _keys_page(PassphraseForm(), refusal_text(refusal))
        log_key_change()
        flash(slot_removed(slot).say(gettext), "success")
        return redirect(url_for("KeysPage.keys"), 303)

    @page_route("/keys/after-restore", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def leave_after_restore(self) -> Any:
        with access_services().store.writing() as session:
            leave_as_it_is(session)
        flash(gettext("The passphrase and the cards stay as they are."), "success")
        return redirect(url_for("KeysPage.keys"), 303)

    @page_route("/keys/seal", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def ask_at_start(self) -> Any:
        return stop_opening_by_itself(key_changes())

    @page_route("/keys/one-laptop", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def one_laptop(self) -> Any:
        changes = key_changes()
        try:
            changes.keep_in_file()
        except (StoreError, OSError) as refusal:
            return _keys_page(PassphraseForm(), refusal_text(refusal))
        declare(True)
        flash(gettext("The data open by themselves on this computer."), "success")
        return redirect(url_for("KeysPage.keys"), 303)


class SealPage(PageView):
    """Everything locked at once: for when somebody stands at the door."""

    @page_route("/lock-everything", requires_any_page("organisation", "recycle").with_recent_proof(), ("GET", "POST"))
    def seal(self) -> Any:
        vault = current_vault()
        can_seal = vault is not None and vault.can_be_unsealed()
        if vault is None or not can_seal or not CardGroupsForm().is_submitted():
            return render_template("admin/seal.html", can_seal=can_seal, is_demo=access_services().is_demo())
        log_key_change("sealed")
        vault.seal()  # this page is still made, the next one is not
        return redirect("/", 303)


def keys_need_care() -> bool:
    """Whether the administrator should look at her page: the data open by themselves and nobody said that they may, or
    nothing is on paper."""
    if current_vault() is None or access_services().is_demo():
        return False
    status = key_status()
    is_declared = status.opens_by_itself and is_one_laptop_declared(access_services().session)
    return not is_declared and (status.opens_by_itself or not status.has_card)


def has_card_on_paper() -> bool:
    """Whether a card was typed back from its paper: what opens the data is then in a second place."""
    return current_vault() is not None and not access_services().is_demo() and key_status().has_card


def _set_passphrase(changes: KeyChanges, form: PassphraseForm) -> None:
    organisation = access_services().organisation().name
    require_good_password(form.password.data, form.again.data, "", organisation)
    replaced = [changes.slot_opened_by(form.current.data)] if form.current.data else []
    changes.set_passphrase(form.password.data, *replaced)


def _keys_page(form: PassphraseForm, refused: str = "") -> Any:
    services, status = access_services(), key_status() if current_vault() is not None else None
    return Response(
        render_template(
            "admin/keys/keys.html",
            form=form,
            refused=refused,
            status=status,
            slots=[(slot, _day_words(slot.made)) for slot in status.slots] if status else [],
            wanted=wanted_here() if status else [],
            is_demo=services.is_demo(),
            is_declared=is_one_laptop_declared(services.session),
            old_key_until=_old_key_until(),
            backups_url=url_for(BACKUPS_ENDPOINT) if BACKUPS_ENDPOINT in current_app.view_functions else "",
        ),
        422 if refused or form.errors else 200,
    )


def _old_key_until() -> str:
    """When the database with the former key goes by itself; empty where there is none."""
    folder = access_services().store.data_folder
    until = kept_until(folder) if folder is not None else None
    return day_text(until.date()) if until else ""


def _day_words(day: str) -> str:
    try:
        return day_text(date.fromisoformat(day))
    except ValueError:  # of a folder without slots
        return ""
