"""The history of accounts: who invited, changed or closed whom, for those who watch over it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import render_template, request
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from dosar.access.appbuilder.view import PageView
from dosar.access.audit.account_log import AccountEntry, account_entries
from dosar.access.authorization import page_route, requires_page
from dosar.access.framework import User
from dosar.access.i18n.languages import request_wording
from dosar.access.services import access_services
from dosar.language.text.texts import text_in_language
from dosar.pages.formatting import moment_text
from dosar.pages.pagination import paginate_lines
from dosar.pages.rendering.account_actions import ACCOUNT_ACTION_LABELS, TASK_LABELS
from dosar.pages.rendering.history import HistoryChange, HistoryEntry
from dosar.pages.urls import parse_record_number

ACCOUNT_FIELD_LABELS = {
    "user_name": lazy_gettext("User name"),
    "last_name": lazy_gettext("Last name"),
    "first_name": lazy_gettext("First name"),
    "roles": lazy_gettext("Roles"),
    "teams": lazy_gettext("Teams"),
    "team": lazy_gettext("Name of the team"),
    "passkey": lazy_gettext("Passkey"),
    "to": lazy_gettext("Taken over by"),
    "cases": lazy_gettext("Cases"),
    "tasks": lazy_gettext("What too few people may do"),
    "drafts": lazy_gettext("Unfinished drafts"),
    "work_of": lazy_gettext("Cases and drafts taken over from"),
    "account_days": lazy_gettext("Days of the account"),
    "team_days": lazy_gettext("Days in a team"),
}


class AccountHistoryPage(PageView):
    """What was done to accounts, the newest first."""

    @page_route("/account-history", requires_page("account_history"))
    def history(self) -> str:
        user_id = request.args.get("user", type=parse_record_number)
        arguments = {"user": user_id} if user_id else {}
        found, pager = paginate_lines(
            partial(account_entries, access_services(), user_id=user_id), "AccountHistoryPage.history", **arguments
        )
        title = gettext("Account history")
        return render_template(
            "records/history.html",
            title=title,
            form_title=title,
            entries=render_account_history(found),
            what=gettext("What was changed"),
            **pager,
        )


def render_account_history(found: Sequence[AccountEntry]) -> list[HistoryEntry]:
    """Every entry in words: one statement for the names."""
    names = _user_names({user_id for entry in found for user_id in (entry.by_id, entry.user_id)} - {None})
    return [
        HistoryEntry(
            moment_text(entry.at),
            names.get(entry.by_id or 0, gettext("Dosar")),
            ": ".join(
                filter(
                    None, (names.get(entry.user_id or 0), str(ACCOUNT_ACTION_LABELS.get(entry.action, entry.action)))
                )
            ),
            [
                HistoryChange(
                    str(ACCOUNT_FIELD_LABELS.get(field, field)), _value_words(field, old), _value_words(field, new)
                )
                for field, (old, new) in entry.changes.items()
            ],
        )
        for entry in found
    ]


def _user_names(ids: Iterable[int | None]) -> dict[int, str]:
    """What people are called now, with their user names: two may have one name."""
    rows = access_services().session.execute(
        select(User.id, User.first_name, User.last_name, User.username).where(User.id.in_(ids))
    )
    return {row.id: f"{row.first_name} {row.last_name} ({row.username})" for row in rows}


def _value_words(field: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(VALUE_WORDS.get(field, str)(item) for item in value)
    return str(value or "")


def _task_label(key: str) -> str:
    return str(TASK_LABELS.get(key, key))


def _role_title(key: str) -> str:
    roles = access_services().definition.roles
    return text_in_language(roles[key].title, request_wording()) if key in roles else key


VALUE_WORDS: Mapping[str, Callable[[str], str]] = {"roles": _role_title, "tasks": _task_label}
"""Field → the words for one of the keys in it."""
