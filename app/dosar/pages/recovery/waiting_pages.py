"""What a worker typed on pages whose session was over before she sent them: to be sent now, or discarded."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route
from dosar.language.text.texts import text_in_language
from dosar.pages.context import page_context
from dosar.pages.formatting import moment_text
from dosar.pages.input.posted_boxes import TOKEN_BOXES
from dosar.pages.recovery.expired_session import SHEET_ENDPOINTS
from dosar.pages.recovery.kept_pages import texts_of_page
from dosar.pages.recovery.text_forms import TEXT_PAGES
from dosar.pages.urls import place_at, sheet_page_url
from dosar.records.repository import Repository
from dosar.records.unsaved import drafts, expired_sessions
from dosar.records.unsaved.expired_sessions import ExpiredPage


@dataclass(frozen=True)
class TextBox:
    """A box for text, and what stands in it."""

    name: str
    label: str
    text: str
    is_long: bool


@dataclass(frozen=True)
class WaitingPage:
    """One page as it was typed: its boxes for text, and what else goes along."""

    id: int
    title: str
    when: str
    action: str
    opens: str
    """The page itself, where it has an address of its own."""
    boxes: list[TextBox]
    hidden: list[tuple[str, str]]


@dataclass(frozen=True)
class StrangePage:
    """One page of which she says whether it is hers, to be looked at."""

    id: int
    title: str
    when: str
    texts: list[tuple[str, str]]


class WaitingPages(PageView):
    """A worker's own, and nobody else's."""

    @page_route("/unsent", SIGNED_IN_ACCESS)
    def waiting(self) -> str:
        found = expired_sessions.expired_pages_of(page_context().repository, current_worker().id)
        return render_template(
            "recovery/waiting_pages.html",
            title=gettext("Typed and not sent yet"),
            pages=[_waiting_page(page) for page in found if page.confirmed and page.endpoint in TEXT_PAGES],
            strange=[_strange_page(page) for page in found if _is_asked_about(page)],
        )

    @page_route("/unsent/<int:unsent_id>/mine", SIGNED_IN_ACCESS, methods=("POST",))
    def take(self, unsent_id: int) -> Response:
        """She says that it is hers: a sheet is a draft again, anything else waits to be sent."""
        repository, worker_id = page_context().repository, current_worker().id
        found = expired_sessions.expired_pages_of(repository, worker_id)
        page = next((page for page in found if page.id == unsent_id and _is_asked_about(page)), None)
        if page is None:
            abort(404)
        if page.endpoint in SHEET_ENDPOINTS:
            return _take_sheet(repository, worker_id, page)
        expired_sessions.confirm_expired_page(repository, worker_id, page)
        return redirect(url_for("WaitingPages.waiting"), 303)

    @page_route("/unsent/<int:unsent_id>/discard", SIGNED_IN_ACCESS, methods=("POST",))
    def discard(self, unsent_id: int) -> Response:
        expired_sessions.discard_expired_page(page_context().repository, current_worker().id, unsent_id)
        flash(gettext("It was discarded."), "success")
        return redirect(url_for("WaitingPages.waiting"), 303)


def _is_asked_about(page: ExpiredPage) -> bool:
    """A sheet waits here only where its draft is another."""
    return not page.confirmed or page.endpoint in SHEET_ENDPOINTS


def _take_sheet(repository: Repository, worker_id: int, page: ExpiredPage) -> Response:
    """Where she has a draft of her own, that one waits here in its place."""
    place, query = place_at(page.address), parse_qs(page.address.partition("?")[2])
    boxes = [(name, text) for name, text in page.boxes if page.confirmed or name not in TOKEN_BOXES]
    with repository.writing():
        before = drafts.look_at_draft(repository, worker_id, place)
        expired_sessions.discard_expired_page(repository, worker_id, page.id)
        if before is not None:
            address = sheet_page_url(place, before.face)
            expired_sessions.keep_beside(repository, worker_id, page.endpoint, address, before.boxes, confirmed=True)
        drafts.keep_draft(repository, worker_id, place, boxes, query.get("face", [""])[0][:48])
    if before is not None:
        flash(gettext("What you had begun of this sheet before waits under Typed and not sent yet."), "success")
    return redirect(page.address, 303)


def _strange_page(page: ExpiredPage) -> StrangePage:
    context = page_context()
    if page.endpoint in TEXT_PAGES:
        text_page = TEXT_PAGES[page.endpoint]
        title, labels = str(text_page.title), [(str(text_page.boxes.get(name, "")), text) for name, text in page.boxes]
        return StrangePage(page.id, title, moment_text(page.saved_at), [pair for pair in labels if pair[0]])
    form = context.enterable.get(place_at(page.address).form)
    title = text_in_language(form.title, context.reading.language) if form else gettext("Sheet")
    return StrangePage(page.id, title, moment_text(page.saved_at), texts_of_page(context, form, page.boxes))


def _waiting_page(page: ExpiredPage) -> WaitingPage:
    text_page = TEXT_PAGES[page.endpoint]
    return WaitingPage(
        page.id,
        str(text_page.title),
        moment_text(page.saved_at),
        page.address,
        _openable_address(page.address),
        [
            TextBox(name, str(text_page.boxes[name]), text, name in text_page.long)
            for name, text in page.boxes
            if name in text_page.boxes
        ],
        [(name, text) for name, text in page.boxes if name not in text_page.boxes],
    )


def _openable_address(address: str) -> str:
    """The address, if a page can be asked for there, too."""
    ways: Any = current_app.url_map.bind("")
    try:
        ways.match(address.partition("?")[0], method="GET")
    except HTTPException:
        return ""
    return address
