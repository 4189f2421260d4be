"""What a worker typed on pages whose session was over before she sent them: to be sent now, or discarded."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.access.gate import WORKERS, page, worker
from app.access.view import View
from app.pages.desk import desk
from app.pages.moments import moment_text
from app.pages.text_pages import TEXT_PAGES
from app.records import unsent
from app.records.unsent import Unsent


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


class UnsentPages(View):
    """A worker's own, and nobody else's."""

    @page("/unsent", WORKERS)
    def unsent(self) -> str:
        found = [one for one in unsent.of_worker(desk().cabinet, worker().id) if one.endpoint in TEXT_PAGES]
        return render_template(
            "unsent.html", title=gettext("Typed and not sent yet"), pages=[_page(one) for one in found]
        )

    @page("/unsent/<int:unsent_id>/discard", WORKERS, methods=("POST",))
    def discard(self, unsent_id: int) -> Response:
        unsent.discard(desk().cabinet, worker().id, unsent_id)
        flash(gettext("It was discarded."), "success")
        return redirect(url_for("UnsentPages.unsent"), 303)


def _page(kept: Unsent) -> WaitingPage:
    asked = TEXT_PAGES[kept.endpoint]
    return WaitingPage(
        kept.id, str(asked.title), moment_text(kept.saved_at), kept.address, _opens(kept.address),
        [TextBox(name, str(asked.boxes[name]), text, name in asked.long)
         for name, text in kept.boxes if name in asked.boxes],
        [(name, text) for name, text in kept.boxes if name not in asked.boxes],
    )


def _opens(address: str) -> str:
    """The address, if a page can be asked for there, too."""
    ways: Any = current_app.url_map.bind("")
    try:
        ways.match(address.partition("?")[0], method="GET")
    except HTTPException:
        return ""
    return address
