"""Closing an account: what hangs on it, and who takes it over."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import SelectField
from wtforms.fields import SelectChoice

from dosar.access.accounts.handover import OpenWork, close_account, open_work_of, possible_successors
from dosar.access.accounts.unattended import LeavesUnattended, Unattended, unattended, watched
from dosar.access.accounts.users import set_user_active
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.framework import User
from dosar.access.services import access_services
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.admin.passed_on import telling_what_goes_on
from dosar.pages.admin.unattended_changes import attending, unattended_lines
from dosar.pages.admin.user_page import user_full_name, user_or_404, user_page, user_role_titles
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import TranslatedForm
from dosar.pages.rendering.history import role_title
from dosar.pages.urls import parse_record_number


class AccountClosingForm(TranslatedForm):
    """Who takes over what hangs on the account."""

    successor = SelectField(
        lazy_gettext("Who takes over?"),
        validate_choice=False,
        description=lazy_gettext(
            "Of the drafts, those of forms that this person may fill in. Where this opens more to that person than "
            "before, it waits until a second person confirms it. Without anybody all stays as it is, and the closed "
            "account is marked there."
        ),
    )


@dataclass(slots=True)
class OpenWorkList:
    """One kind of what hangs on the account, line by line."""

    title: str
    lines: list[str]


class AccountClosingPage(PageView):
    """What hangs on an account is handed over when it is closed."""

    @page_route("/users/<int:user_id>/close", requires_page("users").with_recent_proof(), ("GET", "POST"))
    def close(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        if not user.active:
            return redirect(url_for("UsersPage.user", user_id=user_id), 303)
        closing = AccountClosingForm()
        if not closing.validate_on_submit():
            return _closing_page(page_context(), user, closing)
        try:
            told = _close_user_account(user, closing.successor.data or "")
        except LeavesUnattended as leaving:
            return _closing_page(page_context(), user_or_404(user_id), closing, leaving.left), 422
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))
        flash(told, "success")
        return redirect(url_for("UsersPage.user", user_id=user_id), 303)


def _close_user_account(user: User, successor: str) -> str:
    """What is told then."""
    passing_on = telling_what_goes_on([] if successor else [user.id])
    with passing_on, attending([user.id], user_id=user.id):
        if successor and not _hand_over(user, successor):
            return gettext("The account is closed. Its cases and drafts wait until a second person confirms it.")
        if not successor:
            set_user_active(access_services(), current_worker(), user.id, False)
    return gettext("The account is closed.")


def _hand_over(user: User, successor: str) -> bool:
    context, services = page_context(), access_services()
    chosen = parse_record_number(successor) if successor.isascii() and successor.isdecimal() else 0
    return close_account(services, context.repository, current_worker(), user, chosen, context.reading)


def _closing_page(context: PageContext, user: User, closing: AccountClosingForm, left: Unattended | None = None) -> str:
    load = open_work_of(context.repository, user, context.reading)
    closing.successor.choices = [
        SelectChoice("", gettext("Nobody for now")),
        *[
            SelectChoice(str(successor.id), f"{user_full_name(successor)} · {', '.join(user_role_titles(successor))}")
            for successor in ([] if load.is_empty else possible_successors(access_services(), current_worker(), user))
        ],
    ]
    return render_template(
        "admin/account_closing.html",
        title=gettext("Close the account of %(name)s", name=user_full_name(user)),
        form=closing,
        left=unattended_lines(_left_when_closed(user) if left is None else left),
        asks=left is not None,
        waits=bool(closing.successor.data),
        action=url_for("AccountClosingPage.close", user_id=user.id),
        cancel_url=url_for("UsersPage.user", user_id=user.id),
        lists=[work_list for work_list in _open_work_lists(context, load) if work_list.lines],
    )


def _left_when_closed(user: User) -> Unattended:
    """What nobody would attend to any more, told before anything is done."""
    context, services = page_context(), access_services()
    watch = watched(services, [user.id])
    now, then = (unattended(services, context.repository, watch, context.reading, closed) for closed in (None, user.id))
    return then.beyond(now)


def _deadlines_text(context: PageContext, load: OpenWork, case_id: int) -> str:
    """How many there are in a case, and how many are over: which they are, a case file tells."""
    due = [deadline for deadline in load.due if deadline.case_id == case_id]
    late = sum(deadline.is_late(context.reading.today) for deadline in due)
    count = ngettext("%(num)s deadline", "%(num)s deadlines", len(due))
    return f"{count}, {ngettext('%(num)s overdue', '%(num)s overdue', late)}" if late else count


def _open_work_lists(context: PageContext, load: OpenWork) -> list[OpenWorkList]:
    """Everything that hangs on the account, in words."""
    of_deadlines = {due.case_id for due in load.due}
    codes = {place.case_id: place.code for place in load.cases if place.case_id in of_deadlines}
    forms, language = context.repository.forms, context.reading.language
    return [
        OpenWorkList(
            gettext("Cases"),
            [f"{case_place.code} · {role_title(context, case_place.role)}" for case_place in load.cases],
        ),
        OpenWorkList(
            gettext("Deadlines in these cases"),
            [f"{code} · {_deadlines_text(context, load, case_id)}" for case_id, code in codes.items()],
        ),
        OpenWorkList(gettext("Teams"), list(load.teams)),
        OpenWorkList(
            gettext("Unfinished drafts"),
            [
                f"{text_in_language(forms[draft.form].title, language)} · {moment_text(draft.saved_at)}"
                for draft in load.drafts
            ],
        ),
    ]
