"""Users: who is let in, with which roles, in which teams, until when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, session, url_for
from flask_babel import gettext

from dosar.access.accounts.access_periods import ALWAYS, AccessPeriod, account_periods
from dosar.access.accounts.access_requests import waiting_requests
from dosar.access.accounts.unattended import LeavesUnattended
from dosar.access.accounts.users import (
    UserChangedMeanwhile,
    UserDetails,
    add_user,
    all_users,
    change_user,
    change_user_days,
    invite_user,
    set_user_active,
)
from dosar.access.appbuilder.view import PageView
from dosar.access.audit.account_log import account_changes_since, last_change_id
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.framework import User
from dosar.access.recovery.telephone_reset import waiting_resets
from dosar.access.services import access_services
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake
from dosar.pages.admin.account_log import render_account_history
from dosar.pages.admin.passed_on import telling_what_goes_on
from dosar.pages.admin.unattended_changes import attending, unattended_lines
from dosar.pages.admin.user_page import (
    account_state,
    user_box_values,
    user_or_404,
    user_page,
    user_role_titles,
    with_choices,
)
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import NewUserForm, TeamDaysForm, UserForm


class UsersPage(PageView):
    """The list of users and one page each."""

    @page_route("/users", requires_page("users"))
    def users(self) -> Any:
        waiting = {*waiting_resets(access_services()), *_users_asked_for()}
        days = account_periods(access_services())
        lines = [_user_line(user, waiting, days.get(user.id, ALWAYS)) for user in all_users(access_services().session)]
        return render_template("admin/users.html", users=lines)

    @page_route("/users/new", requires_page("users").with_recent_proof(), ("GET", "POST"))
    def new(self) -> Any:
        form = with_choices(NewUserForm())
        if not form.validate_on_submit():
            return _new_user_page(form)
        try:
            user_id = add_user(access_services(), current_worker(), _typed_details(form, form.user_name.data))
            word = invite_user(access_services(), current_worker(), user_id)
        except Mistake as mistake:
            return _new_user_page(form, mistake.message.say(gettext))
        return user_page(user_or_404(user_id), invitation=word)

    @page_route("/users/<int:user_id>", requires_page("users").with_recent_proof(), ("GET", "POST"))
    def user(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        form = with_choices(UserForm())
        if not form.validate_on_submit():
            return user_page(user, form if form.is_submitted() else None)
        try:
            with telling_what_goes_on([user_id]), attending([user_id], [form.until.day], user_id):
                change_user(
                    access_services(),
                    current_worker(),
                    user_id,
                    _typed_details(form, user.username),
                    _seen_entry_id(form),
                    {ACCOUNT_ITSELF: AccessPeriod(form.since.day, form.until.day)},
                )
        except LeavesUnattended as leaving:
            return user_page(user_or_404(user_id), form, left=unattended_lines(leaving.left))
        except UserChangedMeanwhile:
            return _conflict_page(user_id, form)
        except Mistake as mistake:
            return user_page(user_or_404(user_id), form, refused=mistake.message.say(gettext))
        flash(_saved_text(user_id), "success")
        return redirect(url_for("UsersPage.users"), 303)

    @page_route("/users/<int:user_id>/teams/<int:team_id>", requires_page("users").with_recent_proof(), ("POST",))
    def team_days(self, user_id: int, team_id: int) -> Any:
        """From when until when she is in one of her teams."""
        user, form = user_or_404(user_id), TeamDaysForm()
        if team_id not in {team.id for team in user.groups}:
            abort(404)
        if not form.validate_on_submit():
            return user_page(user, team_days={team_id: form})
        try:
            days = {team_id: AccessPeriod(form.since.day, form.until.day)}
            with telling_what_goes_on([user_id]), attending([user_id], [form.until.day], user_id):
                change_user_days(access_services(), current_worker(), user_id, days)
        except LeavesUnattended as leaving:
            left = unattended_lines(leaving.left)
            return user_page(user_or_404(user_id), team_days={team_id: form}, left_by_team={team_id: left})
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext), team_days={team_id: form})
        flash(gettext("Saved."), "success")
        return redirect(url_for("UsersPage.user", user_id=user_id), 303)

    @page_route("/users/<int:user_id>/invitation", requires_page("users").with_recent_proof(), ("POST",))
    def invitation(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        try:
            return user_page(user, invitation=invite_user(access_services(), current_worker(), user_id))
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))

    @page_route("/users/<int:user_id>/open", requires_page("users").with_recent_proof(), ("POST",))
    def open(self, user_id: int) -> Any:
        user_or_404(user_id)
        try:
            set_user_active(access_services(), current_worker(), user_id, True)
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))
        flash(gettext("The account is open again."), "success")
        return redirect(url_for("UsersPage.user", user_id=user_id), 303)


def _saved_text(user_id: int) -> str:
    if not waiting_requests(access_services(), user_id):
        return gettext("Saved.")
    return gettext("Saved. What opens more to the person waits until a second person confirms it.")


def _typed_details(form: UserForm, user_name: str) -> UserDetails:
    chosen = {*_ticked_teams(form), (form.new_team.data or "").strip()} - {""}
    return UserDetails(
        user_name.strip(), form.first_name.data, form.last_name.data, frozenset(form.roles.data), frozenset(chosen)
    )


def _ticked_teams(form: UserForm) -> list[str]:
    """The names of the teams that are ticked; one that was dissolved meanwhile is no team any more."""
    return [choice.label for choice in form.teams.choices if choice.value in form.teams.data]


def _seen_entry_id(form: UserForm) -> int | None:
    """The entry of the account history that the page stood at."""
    digits = form.seen.data or ""
    return int(digits[:18]) if digits.isascii() and digits.isdecimal() else None


def _conflict_page(user_id: int, form: UserForm) -> Any:
    """What was typed, beside what somebody else changed meanwhile; where nothing was typed, her change stays."""
    meanwhile = account_changes_since(access_services(), user_id, _seen_entry_id(form) or 0)
    before = {field: pair[0] for entry in reversed(meanwhile) for field, pair in entry.changes.items()}
    user = user_or_404(user_id)
    for field, current in user_box_values(user).items():
        if field in before and sorted(form[field].data) == sorted(_as_box_value(form, field, before[field])):
            form[field].data = current
    form.seen.data = str(last_change_id(access_services(), user_id))
    page, _ = user_page(user, form, meanwhile=render_account_history(meanwhile))
    return page, 409


def _as_box_value(form: UserForm, field: str, value: Any) -> Any:
    """A value of the account history, as the box of the page has it."""
    return [choice.value for choice in form.teams.choices if choice.label in value] if field == "teams" else value


def _new_user_page(form: NewUserForm, refused: str = "") -> Any:
    return render_template(
        "admin/user.html",
        form=form,
        title=gettext("New user"),
        tab_title=gettext("New user"),
        action=url_for("UsersPage.new"),
        refused=refused,
    ), 422 if refused or form.errors else 200


def _users_asked_for() -> set[int]:
    """Whose roles or teams wait for a second person."""
    return {request.user_id for request in waiting_requests(access_services())}


def _user_line(user: User, waiting: Collection[int], days: AccessPeriod) -> dict[str, Any]:
    return {
        "url": url_for("UsersPage.user", user_id=user.id),
        "name": f"{user.last_name} {user.first_name}",
        "user_name": user.username,
        "roles": user_role_titles(user),
        "teams": sorted((group.name for group in user.groups), key=sort_key),
        "last_sign_in": moment_text(seen) if (seen := _last_sign_in(user)) else "",
        "state": account_state(user, days),
        "waits": user.id in waiting,
    }


def _last_sign_in(user: User) -> datetime | None:
    """When she last signed in; whoever reads this did so herself, also where it was not written down in the past."""
    this_session = session.row.created if user.id == current_worker().id else None  # type: ignore[attr-defined]
    found: datetime | None = user.last_login or this_session
    return found
