"""Roles, teams and handed over cases that wait for a second person: for who looks after accounts, and who watches over
them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy import select

from dosar.access.accounts.access_requests import (
    CASES,
    WATCHING_PAGES,
    AccessRequest,
    confirm_access,
    query_requests,
    refuse_access,
    waiting_requests,
    watches,
)
from dosar.access.accounts.handover import hand_over_work
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_any_page
from dosar.access.framework import User
from dosar.access.i18n.languages import request_wording
from dosar.access.services import access_services
from dosar.database.joint_reads import DeferredRead, known_result
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import page_context
from dosar.pages.formatting import moment_text

WATCHING_ACCESS = requires_any_page(*sorted(WATCHING_PAGES))


@dataclass(slots=True)
class AccessRequestLine:
    """What somebody would be given."""

    person: str
    what: str
    asked: str
    """Who asked, and when, as a sentence."""
    asker: str
    """The same, under a heading."""
    until: str
    confirm_url: str
    """Empty for who may not confirm: who asked, and whom it is for."""
    refuse_url: str


class AccessRequestsPage(PageView):
    """Nobody opens cases to anybody alone: the second person confirms here."""

    @page_route("/access-requests", WATCHING_ACCESS)
    def waiting(self) -> Any:
        return _waiting_page()

    @page_route("/access-requests/<int:request_id>/confirm", WATCHING_ACCESS.with_recent_proof(), ("POST",))
    def confirm(self, request_id: int) -> Any:
        confirm = partial(confirm_access, hand_over=_hand_over)
        return _decided(request_id, confirm, gettext("Confirmed. It counts from the person's next page."))

    @page_route("/access-requests/<int:request_id>/refuse", WATCHING_ACCESS.with_recent_proof(), ("POST",))
    def refuse(self, request_id: int) -> Any:
        return _decided(request_id, refuse_access, gettext("Nothing comes of it."))


def query_to_confirm() -> DeferredRead[list[AccessRequest]]:
    """What waits for whoever reads this to confirm; nothing for others."""
    worker = current_worker()
    if not watches(worker):
        return known_result(list[AccessRequest]())
    return query_requests(access_services()).then(
        lambda waiting: [found for found in waiting if found.is_confirmed_by(worker)]
    )


def access_requests_block(waiting: Sequence[AccessRequest]) -> HomeBlock | None:
    """What waits for whoever reads this to confirm."""
    if not waiting:
        return None
    entries = [
        HomeEntry(f"{line.person}: {line.what}", url_for("AccessRequestsPage.waiting"), line.asked)
        for line in access_request_lines(waiting)
    ]
    return HomeBlock(gettext("Access that waits for a second person"), entries)


def access_request_lines(waiting: Iterable[AccessRequest]) -> list[AccessRequestLine]:
    """Each in words: one statement for the names."""
    found = list(waiting)
    names = _names({number for line in found for number in (line.user_id, line.asked_by, line.leaver_id)})
    return [
        AccessRequestLine(
            names.get(line.user_id, ""),
            _what(line, names),
            gettext(
                "%(who)s asked on %(when)s",
                who=names.get(line.asked_by, gettext("Dosar")),
                when=moment_text(line.asked),
            ),
            f"{names.get(line.asked_by, gettext('Dosar'))} · {moment_text(line.asked)}",
            moment_text(line.expires),
            url_for("AccessRequestsPage.confirm", request_id=line.id) if line.is_confirmed_by(current_worker()) else "",
            url_for("AccessRequestsPage.refuse", request_id=line.id),
        )
        for line in found
    ]


def _what(waiting: AccessRequest, names: Mapping[int, str]) -> str:
    if waiting.kind == CASES:
        name = names.get(waiting.leaver_id, "")
        return gettext("Cases and drafts of %(name)s, whose account is closed", name=name)
    if waiting.kind == "team":
        return gettext("Team %(name)s", name=waiting.name)
    titles = {role.role: role.title for role in access_services().every_role()}
    title = titles.get(waiting.name)
    return waiting.name if title is None else text_in_language(title, request_wording())


def _names(numbers: Iterable[int]) -> dict[int, str]:
    rows = access_services().session.execute(
        select(User.id, User.first_name, User.last_name).where(User.id.in_(sorted(numbers)))
    )
    return {row.id: f"{row.first_name} {row.last_name}" for row in rows}


def _hand_over(from_id: int, to_id: int) -> None:
    context = page_context()
    hand_over_work(access_services(), context.repository, current_worker(), from_id, to_id, context.reading)


def _decided(request_id: int, decide: Callable[..., int], told: str) -> Any:
    try:
        decide(access_services(), current_worker(), request_id)
    except Mistake as mistake:
        return _waiting_page(mistake.message.say(gettext)), 422
    flash(told, "success")
    return redirect(url_for("AccessRequestsPage.waiting"), 303)


def _waiting_page(refused: str = "") -> str:
    return render_template(
        "admin/access_requests.html",
        refused=refused,
        lines=access_request_lines(waiting_requests(access_services())),
    )
