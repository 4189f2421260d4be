"""What a worker typed on pages whose session was over before she sent them: to be sent now, or discarded."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route
from dosar.pages.context import page_context
from dosar.pages.formatting import moment_text
from dosar.pages.recovery.text_forms import TEXT_PAGES
from dosar.records.unsaved import expired_sessions
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


class WaitingPages(PageView):
    """A worker's own, and nobody else's."""

    @page_route("/unsent", SIGNED_IN_ACCESS)
    def waiting(self) -> str:
        found = [
            page
            for page in expired_sessions.expired_pages_of(page_context().repository, current_worker().id)
            if page.endpoint in TEXT_PAGES
        ]
        return render_template(
            "recovery/waiting_pages.html",
            title=gettext("Typed and not sent yet"),
            pages=[_waiting_page(page) for page in found],
        )

    @page_route("/unsent/<int:unsent_id>/discard", SIGNED_IN_ACCESS, methods=("POST",))
    def discard(self, unsent_id: int) -> Response:
        expired_sessions.discard_expired_page(page_context().repository, current_worker().id, unsent_id)
        flash(gettext("It was discarded."), "success")
        return redirect(url_for("WaitingPages.waiting"), 303)


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
