"""Users and roles: who is let in, and what the roles allow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from flask import abort, flash, redirect, render_template, session, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from wtforms.fields import SelectChoice

from app.access.account_history import changes_since, last_change
from app.access.gate import administers, page, worker
from app.access.guarded import guarded
from app.access.languages import wording
from app.access.people import (
    ChangedMeanwhile,
    Person,
    add_user,
    change_user,
    invite,
    set_active,
    users,
)
from app.access.view import View
from app.access.work_teams import work_teams
from app.access.worker import allowance_of
from app.language.alphabet import sort_key
from app.language.message import Mistake
from app.language.roles import ACTIONS, Role
from app.language.texts import say
from app.pages.account_history import told_accounts
from app.pages.boxes import ChangedUser, NewUser
from app.pages.moments import moment_text
from app.pages.role_words import action_words, facts_of
from app.pages.told import ToldEntry

AnyUserForm = TypeVar("AnyUserForm", bound=ChangedUser)


class UsersPage(View):
    """The list of users and one page each."""

    @page("/users", administers("users"))
    def users(self) -> Any:
        return render_template("users.html", users=[_line(user) for user in users(guarded().session)])

    @page("/users/new", administers("users"), ("GET", "POST"))
    def new(self) -> Any:
        form = _offering(NewUser())
        if not form.validate_on_submit():
            return _new_page(form)
        try:
            user_id = add_user(guarded(), worker(), _person(form, form.user_name.data))
            word = invite(guarded(), worker(), user_id)
        except Mistake as mistake:
            return _new_page(form, mistake.message.say(gettext))
        return user_page(user_or_404(user_id), invitation=word)

    @page("/users/<int:user_id>", administers("users"), ("GET", "POST"))
    def user(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        form = _offering(ChangedUser())
        if not form.validate_on_submit():
            return user_page(user, form if form.is_submitted() else None)
        try:
            change_user(guarded(), worker(), user_id, _person(form, user.username), _seen(form))
        except ChangedMeanwhile:
            return _clash_page(user_id, form)
        except Mistake as mistake:
            return user_page(user_or_404(user_id), form, refused=mistake.message.say(gettext))
        flash(gettext("Saved."), "success")
        return redirect(url_for("UsersPage.users"), 303)

    @page("/users/<int:user_id>/invitation", administers("users"), ("POST",))
    def invitation(self, user_id: int) -> Any:
        user = user_or_404(user_id)
        try:
            return user_page(user, invitation=invite(guarded(), worker(), user_id))
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))

    @page("/users/<int:user_id>/open", administers("users"), ("POST",))
    def open(self, user_id: int) -> Any:
        user_or_404(user_id)
        try:
            set_active(guarded(), worker(), user_id, True)
        except Mistake as mistake:
            return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))
        flash(gettext("The account is open again."), "success")
        return redirect(url_for("UsersPage.user", user_id=user_id), 303)


class RolesPage(View):
    """What every role may do by Flask-AppBuilder's tables, read-only: they follow the file, the place to change it."""

    @page("/roles", administers("roles"))
    def roles(self) -> Any:
        definition = guarded().definition
        return render_template(
            "roles.html", actions=[str(action_words()[action]) for action in ACTIONS],
            roles=[_role(role) for role in definition.roles.roles],
        )


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(UsersPage)
    appbuilder.add_view_no_menu(RolesPage)


def user_or_404(user_id: int) -> User:
    """The user with this number."""
    found: User | None = guarded().session.get(User, user_id)
    if found is None:
        abort(404)
    return found


def _offering(form: AnyUserForm) -> AnyUserForm:
    """The form with the roles and the teams there are."""
    roles = guarded().definition.roles.roles
    form.roles.choices = [SelectChoice(role.role, say(role.title, wording())) for role in roles]
    form.teams.choices = [SelectChoice(str(team.id), team.name) for team in work_teams(guarded().session)]
    return form


def _person(form: ChangedUser, user_name: str) -> Person:
    chosen = {*_teams_in(form), (form.new_team.data or "").strip()} - {""}
    return Person(user_name.strip(), form.first_name.data, form.last_name.data,
                  frozenset(form.roles.data), frozenset(chosen))


def _teams_in(form: ChangedUser) -> list[str]:
    """The names of the teams that are ticked; one that was dissolved meanwhile is no team any more."""
    return [choice.label for choice in form.teams.choices if choice.value in form.teams.data]


def _seen(form: ChangedUser) -> int | None:
    """The entry of the account history that the page stood at."""
    typed = form.seen.data or ""
    return int(typed[:18]) if typed.isascii() and typed.isdecimal() else None


def _clash_page(user_id: int, form: ChangedUser) -> Any:
    """What was typed, beside what somebody else changed meanwhile; where nothing was typed, her change stays."""
    meanwhile = changes_since(guarded(), user_id, _seen(form) or 0)
    before = {what: pair[0] for entry in reversed(meanwhile) for what, pair in entry.changes.items()}
    user = user_or_404(user_id)
    for what, kept in _written(user).items():
        if what in before and sorted(form[what].data) == sorted(_as_chosen(form, what, before[what])):
            form[what].data = kept
    form.seen.data = str(last_change(guarded(), user_id))
    page, _ = user_page(user, form, meanwhile=told_accounts(meanwhile))
    return page, 409


def _as_chosen(form: ChangedUser, what: str, kept: Any) -> Any:
    """A value of the account history, as the box of the page has it."""
    return [choice.value for choice in form.teams.choices if choice.label in kept] if what == "teams" else kept


def _new_page(form: NewUser, refused: str = "") -> Any:
    return render_template(
        "user.html", form=form, title=gettext("New user"), action=url_for("UsersPage.new"), refused=refused,
    ), 422 if refused or form.errors else 200


def _written(user: User) -> dict[str, Any]:
    """What is written down of the user, as the boxes have it."""
    return {
        "last_name": user.last_name, "first_name": user.first_name,
        "roles": [role.name for role in user.roles], "teams": [str(group.id) for group in user.groups],
    }


def user_page(
    user: User, form: ChangedUser | None = None, refused: str = "", invitation: str = "",
    meanwhile: Sequence[ToldEntry] = (),
) -> Any:
    """The page of one user."""
    seen = last_change(guarded(), user.id)
    shown = form or _offering(ChangedUser(formdata=None, data={**_written(user), "seen": seen}))
    return render_template(
        "user.html", form=shown, refused=refused, meanwhile=meanwhile, title=full_name(user),
        history_url=_history_of(user),
        user_name=user.username, state=_state(user), active=user.active,
        action=url_for("UsersPage.user", user_id=user.id), invitation=_address_of(invitation),
    ), 422 if refused or shown.errors else 200


def _history_of(user: User) -> str:
    sees = "account_history" in worker().pages
    return url_for("AccountHistoryPage.history", user=user.id) if sees else ""


def _address_of(invitation: str) -> str:
    return url_for("InvitationPage.invitation", word=invitation, _external=True) if invitation else ""


def full_name(user: User) -> str:
    """What the user is called."""
    return f"{user.first_name} {user.last_name}"


def role_titles(user: User) -> list[str]:
    """What she may be here, in words."""
    roles = guarded().definition.roles.held(role.name for role in user.roles)
    return [say(role.title, wording()) for role in roles]


def _line(user: User) -> dict[str, Any]:
    return {
        "url": url_for("UsersPage.user", user_id=user.id),
        "name": f"{user.last_name} {user.first_name}",
        "user_name": user.username,
        "roles": role_titles(user),
        "teams": sorted((group.name for group in user.groups), key=sort_key),
        "last_sign_in": moment_text(seen) if (seen := _last_sign_in(user)) else "",
        "state": _state(user),
    }


def _last_sign_in(user: User) -> datetime | None:
    """When she last signed in; whoever reads this did so herself, also where it was not written down in the past."""
    here = session.row.created if user.id == worker().id else None  # type: ignore[attr-defined]
    found: datetime | None = user.last_login or here
    return found


def _state(user: User) -> str:
    if not user.active:
        return gettext("closed")
    return gettext("open") if user.password else gettext("invited")


def _role(role: Role) -> dict[str, Any]:
    forms, held = guarded().definition.forms, allowance_of(guarded(), frozenset({role.role}))
    return {
        "title": say(role.title, wording()),
        "facts": facts_of(role, held.pages),
        "forms": [
            (say(form.title, wording()), [held.may_do(action, key) for action in ACTIONS])
            for key, form in forms.items() if held.rights.get(key)
        ],
    }
