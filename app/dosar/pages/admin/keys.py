"""What opens the data, on a page: passphrase, recovery card, and whether they open by themselves.

The administrator's; every change asks once more who she is. While the data of a new organisation still open by
themselves, the way leads from the passphrase over the card to the end of the key file.
"""

from datetime import date
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext

from dosar.access.account_log import log_account_change
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_any_page, requires_page
from dosar.access.login.passwords import require_good_password
from dosar.access.sealed.pending_cards import PendingCard
from dosar.access.sealed.slots_serial import note_slots
from dosar.access.sealed.vault import Vault
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.access.settings import declare_one_laptop, is_one_laptop_declared
from dosar.database.keys.key_changes import KeyChanges, KeyStatus, stored_status
from dosar.database.keys.old_key import kept_until
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import CardGroupsForm, PassphraseForm

KEYS_ACCESS = requires_page("organisation")


class KeysPage(PageView):
    """The key of the data."""

    @page_route("/keys", KEYS_ACCESS)
    def keys(self) -> Any:
        return _keys_page(PassphraseForm())

    @page_route("/keys/passphrase", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def passphrase(self) -> Any:
        changes, form = _changes(), PassphraseForm()
        if not form.validate():
            return _keys_page(form)
        try:
            _set_passphrase(changes, form)
        except Mistake as mistake:
            return _keys_page(form, mistake.message.say(gettext))
        except (StoreError, OSError) as refusal:
            return _keys_page(form, _why(refusal))
        _log("key_changed")
        flash(gettext("The passphrase is set."), "success")
        return _onward(changes)

    @page_route("/keys/card", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def card(self) -> Any:
        _changes()
        pending = _vault().cards.begin(current_worker().id)
        return render_template("admin/keys_card.html", groups=pending.card.groups)

    @page_route("/keys/card/groups", KEYS_ACCESS.with_recent_proof(), ("GET", "POST"))
    def card_groups(self) -> Any:
        changes, form = _changes(), CardGroupsForm()
        pending = _vault().cards.of(current_worker().id)
        if pending is None:
            return redirect(url_for("KeysPage.keys"), 303)
        if not form.is_submitted():
            return _groups_page(pending)
        typed = (form.first.data or "", form.second.data or "")
        if not all(pending.card.has_group(*each) for each in zip(pending.asked, typed, strict=True)):
            told = gettext("This is not what stands on the card. Look at the paper, or show the card once more.")
            return _groups_page(pending, told)
        try:
            changes.set_card(pending.card)
        except (StoreError, OSError) as refusal:
            return _groups_page(pending, _why(refusal))
        _vault().cards.forget(current_worker().id)
        _log("key_changed")
        flash(gettext("The card opens the data from now on, and no other one does."), "success")
        return _onward(changes)

    @page_route("/keys/seal", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def ask_at_start(self) -> Any:
        return _stop_opening_by_itself(_changes())

    @page_route("/keys/one-laptop", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def one_laptop(self) -> Any:
        changes = _changes()
        try:
            changes.keep_in_file()
        except (StoreError, OSError) as refusal:
            return _keys_page(PassphraseForm(), _why(refusal))
        _declare(True)
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
        _log("sealed")
        vault.seal()  # this page is still made, the next one is not
        return redirect("/", 303)


def keys_need_care() -> bool:
    """Whether the administrator should look at her page: the data open by themselves and nobody said that they may, or
    nothing is on paper."""
    if current_vault() is None or access_services().is_demo():
        return False
    status = _status()
    is_declared = status.opens_by_itself and is_one_laptop_declared(access_services().session)
    return not is_declared and (status.opens_by_itself or not status.has_card)


def _vault() -> Vault:
    """The vault in front; there is none where Dosar does not run as a program, and none for the demo."""
    vault = current_vault()
    if vault is None or access_services().is_demo():
        abort(404)
    return vault


def _changes() -> KeyChanges:
    _vault()
    config = current_app.config
    return KeyChanges(Path(config["DATA"]), access_services().store.master_key, config.get("KEY_FILE"))


def _status() -> KeyStatus:
    return stored_status(Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE"))


def _set_passphrase(changes: KeyChanges, form: PassphraseForm) -> None:
    organisation = access_services().organisation().name
    require_good_password(form.password.data, form.again.data, "", organisation)
    replaced = [changes.slot_opened_by(form.current.data)] if form.current.data else []
    changes.set_passphrase(form.password.data, *replaced)


def _onward(changes: KeyChanges) -> Any:
    """To the next step: the card, and then the end of what opens the data by itself, unless that is wanted."""
    status = changes.status()
    is_wanted = is_one_laptop_declared(access_services().session)
    if status.has_passphrase and status.has_card and status.opens_by_itself and not is_wanted:
        return _stop_opening_by_itself(changes)
    return redirect(url_for("KeysPage.keys"), 303)


def _stop_opening_by_itself(changes: KeyChanges) -> Any:
    try:
        changes.stop_opening_by_itself()
    except (StoreError, OSError) as refusal:
        flash(_why(refusal), "danger")
        return redirect(url_for("KeysPage.keys"), 303)
    _declare(False)
    flash(gettext("From the next start on Dosar asks for the passphrase."), "success")
    return redirect(url_for("KeysPage.keys"), 303)


def _why(refusal: StoreError | OSError) -> str:
    """Why nothing was changed, with a remedy."""
    if isinstance(refusal, StoreError):
        return refusal.message.say(gettext)
    return gettext(
        "%(file)s cannot be written (%(why)s). Nothing was changed: let the account that runs Dosar write there.",
        file=refusal.filename,
        why=refusal.strerror,
    )


def _declare(is_one_laptop: bool) -> None:
    with access_services().store.writing() as session:
        declare_one_laptop(session, is_one_laptop)
        _note_slots(session)
        log_account_change(access_services(), current_worker(), None, "key_changed")


def _log(action: Any) -> None:
    with access_services().store.writing() as session:
        log_account_change(access_services(), current_worker(), None, action)
        _note_slots(session)


def _note_slots(session: Any) -> None:
    note_slots(session, Path(current_app.config["DATA"]), access_services().store.master_key)


def _keys_page(form: PassphraseForm, refused: str = "") -> Any:
    services, status = access_services(), _status() if current_vault() is not None else None
    return Response(
        render_template(
            "admin/keys.html",
            form=form,
            refused=refused,
            status=status,
            slots=[(slot.kind, _day_words(slot.made)) for slot in status.slots] if status else [],
            is_demo=services.is_demo(),
            is_declared=is_one_laptop_declared(services.session),
            old_key_until=_old_key_until(),
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


def _groups_page(pending: PendingCard, refused: str = "") -> Any:
    page = render_template("admin/keys_card_groups.html", asked=pending.asked, refused=refused)
    return Response(page, 422 if refused else 200)
