"""Closing an account: what hangs on it, and who takes it over."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext

from app.access.gate import administers, page, worker
from app.access.guarded import guarded
from app.access.handing_over import Workload, close_account, successors, workload
from app.access.people import set_active
from app.access.view import View
from app.language.message import Mistake
from app.language.texts import say
from app.pages.accounts import full_name, role_titles, user_or_404, user_page
from app.pages.addresses import record_number
from app.pages.desk import Desk, desk
from app.pages.moments import due_text, moment_text
from app.pages.told import role_title


@dataclass(slots=True)
class HangingList:
    """One kind of what hangs on the account, line by line."""

    title: str
    lines: list[str]


class ClosingPage(View):
    """What hangs on an account is handed over when it is closed, in one step."""

    @page("/users/<int:user_id>/close", administers("users"), ("GET", "POST"))
    def close(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        if not user.active:
            return redirect(url_for("UsersPage.user", user_id=user_id), 303)
        if request.method == "GET":
            return _page(desk(), user)
        try:
            _close(user)
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))
        flash(gettext("The account is closed."), "success")
        return redirect(url_for("UsersPage.user", user_id=user_id), 303)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(ClosingPage)


def _close(user: User) -> None:
    if not request.form.get("successor"):
        set_active(guarded(), worker(), user.id, False)
        return
    chosen = request.form.get("successor", 0, type=record_number)
    close_account(guarded(), desk().cabinet, worker(), user, chosen, desk().reading)


def _page(at: Desk, user: User) -> str:
    load = workload(at.cabinet, user, at.reading)
    return render_template(
        "close_account.html", title=gettext("Close the account of %(name)s", name=full_name(user)),
        action=url_for("ClosingPage.close", user_id=user.id), cancel_url=url_for("UsersPage.user", user_id=user.id),
        lists=[one for one in _lists(at, load) if one.lines],
        successors=[] if load.is_empty else [
            (one.id, f"{full_name(one)} · {', '.join(role_titles(one))}")
            for one in successors(guarded(), worker(), user)
        ],
    )


def _lists(at: Desk, load: Workload) -> list[HangingList]:
    """Everything that hangs on the account, in words."""
    code = {place.case_id: place.code for place in load.cases}
    forms, language = at.cabinet.forms, at.reading.language
    return [
        HangingList(gettext("Cases"), [f"{place.code} · {role_title(at, place.role)}" for place in load.cases]),
        HangingList(gettext("Deadlines in these cases"), [
            f"{code[due.case_id]} · {say(forms[due.form].questions[due.question].label, language)} · "
            f"{due_text(due.day, at.reading.today)}"
            for due in load.due
        ]),
        HangingList(gettext("Teams"), list(load.teams)),
        HangingList(gettext("Unfinished drafts"), [
            f"{say(forms[draft.form].title, language)} · {moment_text(draft.saved_at)}" for draft in load.drafts
        ]),
    ]
