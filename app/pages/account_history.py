"""The history of accounts: who invited, changed or closed whom, for those who watch over it."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from flask import render_template, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from app.access.account_history import AccountEntry, account_entries
from app.access.gate import administers, page
from app.access.guarded import guarded
from app.access.languages import wording
from app.access.view import View
from app.language.texts import say
from app.pages.addresses import record_number
from app.pages.moments import moment_text
from app.pages.told import ToldChange, ToldEntry
from app.pages.turning import turned

DONE = {
    "added": lazy_gettext("Account made"),
    "invited": lazy_gettext("Invited to choose a password"),
    "joined": lazy_gettext("Chose a password by the invitation"),
    "password": lazy_gettext("Changed the password"),
    "changed": lazy_gettext("Account changed"),
    "closed": lazy_gettext("Account closed"),
    "handed_over": lazy_gettext("Handed over"),
    "team_renamed": lazy_gettext("Team renamed"),
    "team_dissolved": lazy_gettext("Team dissolved"),
    "opened": lazy_gettext("Account opened again"),
}
WHAT = {
    "user_name": lazy_gettext("User name"),
    "last_name": lazy_gettext("Last name"),
    "first_name": lazy_gettext("First name"),
    "roles": lazy_gettext("Roles"),
    "teams": lazy_gettext("Teams"),
    "team": lazy_gettext("Name of the team"),
    "to": lazy_gettext("Taken over by"),
    "cases": lazy_gettext("Cases"),
    "drafts": lazy_gettext("Unfinished drafts"),
}


class AccountHistoryPage(View):
    """What was done to accounts, the newest first."""

    @page("/account-history", administers("account_history"))
    def history(self) -> str:
        user_id = request.args.get("user", type=record_number)
        wanted = {"user": user_id} if user_id else {}
        found, beside = turned(
            partial(account_entries, guarded(), user_id=user_id), "AccountHistoryPage.history", **wanted
        )
        title = gettext("Account history")
        return render_template(
            "history.html", title=title, form_title=title, entries=told_accounts(found),
            what=gettext("What was changed"), **beside,
        )


def told_accounts(found: Sequence[AccountEntry]) -> list[ToldEntry]:
    """Every entry in words: one statement for the names."""
    names = _names({one for entry in found for one in (entry.by_id, entry.user_id)} - {None})
    return [
        ToldEntry(
            moment_text(entry.at), names.get(entry.by_id or 0, gettext("Dosar")),
            ": ".join(filter(None, (names.get(entry.user_id or 0), str(DONE.get(entry.action, entry.action))))),
            [
                ToldChange(str(WHAT.get(what, what)), _words(what, old), _words(what, new))
                for what, (old, new) in entry.changes.items()
            ],
        )
        for entry in found
    ]


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(AccountHistoryPage)


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    """What people are called now, with their user names: two may have one name."""
    rows = guarded().session.execute(
        select(User.id, User.first_name, User.last_name, User.username).where(User.id.in_(ids))
    )
    return {row.id: f"{row.first_name} {row.last_name} ({row.username})" for row in rows}


def _words(what: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_role(one) if what == "roles" else str(one) for one in value)
    return str(value or "")


def _role(key: str) -> str:
    roles = guarded().definition.roles
    return say(roles[key].title, wording()) if key in roles else key
