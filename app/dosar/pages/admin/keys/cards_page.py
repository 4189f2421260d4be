"""The recovery cards: shown, printed, typed back from the paper, and only then a way to open the data.

There is one for each of two persons, and each is replaced or taken away without the other. A card that waits to be
typed back is its worker's alone, in memory alone.
"""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route
from dosar.access.i18n.languages import request_reading
from dosar.access.sealed.after_restore import CARD
from dosar.access.sealed.pending_cards import PendingCard, card_opens
from dosar.access.services import access_services
from dosar.backups.places.settings import read_places
from dosar.database.keys.key_changes import KeyStatus
from dosar.database.store_errors import StoreError
from dosar.exchange.recovery_card.card_pdf import card_pdf
from dosar.exchange.recovery_card.card_sheet import CardSheet, card_sheet
from dosar.pages.admin.keys.changing import (
    KEYS_ACCESS,
    go_on,
    key_changes,
    log_key_change,
    refusal_text,
    required_vault,
)
from dosar.pages.input.forms import CardGroupsForm
from dosar.paper.typesetting import can_make_pdf

NUMBER_BOX = "number"


class KeyCardsPage(PageView):
    """Cards on paper."""

    @page_route("/keys/card", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def card(self) -> Any:
        status = key_changes().status()
        number = _asked_number(status)
        pending = required_vault().cards.begin(current_worker().id, number, _slot_of(status, number))
        return render_template("admin/keys/card.html", sheet=_sheet(pending), makes_pdf=can_make_pdf())

    @page_route("/keys/card/pdf", KEYS_ACCESS.with_recent_proof(), ("POST",))
    def pdf(self) -> Any:
        pending = _pending()
        if pending is None or not can_make_pdf():
            return redirect(url_for("KeysPage.keys"), 303)
        shown = {"Content-Disposition": 'inline; filename="card.pdf"'}
        return Response(card_pdf(_sheet(pending)), content_type="application/pdf", headers=shown)

    @page_route("/keys/card/groups", KEYS_ACCESS.with_recent_proof(), ("GET", "POST"))
    def groups(self) -> Any:
        form, pending = CardGroupsForm(), _pending()
        if pending is None:
            return redirect(url_for("KeysPage.keys"), 303)
        if not form.is_submitted():
            return _groups_page(pending)
        typed = (form.first.data or "", form.second.data or "")
        if not all(pending.card.has_group(*each) for each in zip(pending.asked, typed, strict=True)):
            told = gettext("This is not what stands on the card. Look at the paper, or show the card once more.")
            return _groups_page(pending, told)
        return _open_with(pending)


def _pending() -> PendingCard | None:
    return required_vault().cards.of(current_worker().id)


def _asked_number(status: KeyStatus) -> int:
    """The number of a card that is there, or of one more. Where nothing else is asked for, the first."""
    asked, free = request.form.get(NUMBER_BOX, "1"), status.free_card_number
    offered = {str(number): number for number in (*status.cards, *([free] if free else []))}
    if asked not in offered:
        abort(404)
    return offered[asked]


def _slot_of(status: KeyStatus, number: int) -> str:
    return status.cards[number].id if number in status.cards else ""


def _sheet(pending: PendingCard) -> CardSheet:
    reading = request_reading()
    places = {place.kind for place in read_places(access_services().session)}
    return card_sheet(pending.card, pending.number, reading.today, reading.language, places)


def _open_with(pending: PendingCard) -> Any:
    changes = key_changes()
    try:
        if _slot_of(changes.status(), pending.number) != pending.replaced:
            raise StoreError(
                "Somebody else has changed the cards meanwhile. Nothing was changed: look at the page “Key of the "
                "data”, and make the card once more."
            )
        changes.set_card(pending.card, pending.number)
    except (StoreError, OSError) as refusal:
        return _groups_page(pending, refusal_text(refusal))
    required_vault().cards.forget(current_worker().id)
    log_key_change(renewed=CARD)
    flash(card_opens(pending.number, bool(pending.replaced)).say(gettext), "success")
    return go_on(changes)


def _groups_page(pending: PendingCard, refused: str = "") -> Any:
    page = render_template("admin/keys/card_groups.html", asked=pending.asked, number=pending.number, refused=refused)
    return Response(page, 422 if refused else 200)
