"""Users and roles: who is let in, and what the roles allow."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from flask import abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from wtforms.fields import SelectChoice

from dosar.access.accounts.access_periods import ALWAYS, AccessPeriod, access_periods, account_periods
from dosar.access.accounts.access_requests import AccessRequest, confirmers, waiting_handovers, waiting_requests
from dosar.access.accounts.unattended import LeavesUnattended, Unattended, nothing_unattended, watched
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
from dosar.access.accounts.work_teams import all_work_teams
from dosar.access.appbuilder.view import PageView
from dosar.access.audit.account_log import account_changes_since, last_change_id
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.factors.second_factor import second_factor_of
from dosar.access.framework import User
from dosar.access.i18n.languages import request_reading, request_wording
from dosar.access.identity import held_roles
from dosar.access.login.sessions.open_sessions import open_sessions_of
from dosar.access.recovery.telephone_reset import waiting_resets
from dosar.access.services import access_services
from dosar.access.tables import ACCOUNT_ITSELF
from dosar.access.worker import allowance_of
from dosar.fields.formats.days import format_day
from dosar.language.organisation.roles import ROLE_ACTIONS, Role
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.admin.access_requests import access_request_lines
from dosar.pages.admin.account_log import render_account_history
from dosar.pages.admin.role_labels import action_labels, role_facts
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.input.forms import NewUserForm, TeamDaysForm, UserForm
from dosar.pages.rendering.account_actions import TASK_LABELS
from dosar.pages.rendering.history import HistoryEntry
from dosar.records.repository import Repository

AnyUserFormType = TypeVar("AnyUserFormType", bound=UserForm)
NO_DAYS_TYPED: Mapping[int, TeamDaysForm] = MappingProxyType({})
NOTHING_LEFT: Mapping[int, Sequence[str]] = MappingProxyType({})


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
        form = _with_choices(NewUserForm())
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
        form = _with_choices(UserForm())
        if not form.validate_on_submit():
            return user_page(user, form if form.is_submitted() else None)
        try:
            with attending([user_id], [form.until.day], user_id):
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
            with attending([user_id], [form.until.day], user_id):
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


class RolesPage(PageView):
    """What every role may do by Flask-AppBuilder's tables, read-only: they follow the file, the place to change it."""

    @page_route("/roles", requires_page("roles"))
    def roles(self) -> Any:
        return render_template(
            "admin/roles.html",
            actions=[str(action_labels()[action]) for action in ROLE_ACTIONS],
            roles=[_role_line(role) for role in access_services().every_role()],
        )


def user_or_404(user_id: int) -> User:
    """The user with this number."""
    found: User | None = access_services().session.get(User, user_id)
    if found is None:
        abort(404)
    return found


def attending(
    users: Collection[int], last_days: Collection[date | None] = (), user_id: int | None = None
) -> AbstractContextManager[None]:
    """The transaction in which these accounts are changed: what it leaves to nobody is told and confirmed first."""
    repository: Repository | None = current_app.extensions.get("dosar_repository")
    reading = replace(request_reading(), worker_id=current_worker().id)
    sure = request.form.get("sure") == "1"
    watch = watched(access_services(), users, last_days)
    return nothing_unattended(access_services(), repository, current_worker(), watch, reading, sure, user_id)


def unattended_lines(left: Unattended) -> list[str]:
    """What would be left to nobody, in words: of a case its code alone."""
    cases = [gettext("Case %(code)s: nobody else manages it", code=code) for code in sorted(left.cases)]
    cases += [gettext("Case %(code)s: nobody of its team opens it", code=code) for code in sorted(left.unreached)]
    return [*cases, *(str(label) for task, label in TASK_LABELS.items() if task in left.tasks)]


def _saved_text(user_id: int) -> str:
    if not waiting_requests(access_services(), user_id):
        return gettext("Saved.")
    return gettext("Saved. What opens more to the person waits until a second person confirms it.")


def _with_choices(form: AnyUserFormType) -> AnyUserFormType:
    """The form with the roles and the teams there are."""
    roles = access_services().every_role()
    form.roles.choices = [SelectChoice(role.role, text_in_language(role.title, request_wording())) for role in roles]
    form.teams.choices = [SelectChoice(str(team.id), team.name) for team in all_work_teams(access_services().session)]
    return form


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
    for field, current in _user_box_values(user).items():
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


def _user_box_values(user: User) -> dict[str, Any]:
    """What is written down of the user, as the boxes have it."""
    return {
        "last_name": user.last_name,
        "first_name": user.first_name,
        "roles": [role.name for role in user.roles],
        "teams": [str(group.id) for group in user.groups],
        **_day_boxes(access_periods(access_services(), user.id).get(ACCOUNT_ITSELF, ALWAYS)),
    }


def _day_boxes(days: AccessPeriod) -> dict[str, str]:
    language = request_wording()
    return {
        "since": format_day(days.since, language) if days.since else "",
        "until": format_day(days.until, language) if days.until else "",
    }


def _team_days_lines(
    user: User, typed: Mapping[int, TeamDaysForm], left: Mapping[int, Sequence[str]]
) -> list[dict[str, Any]]:
    """From when until when she is in each of her teams, to be changed."""
    periods = access_periods(access_services(), user.id)
    return [
        {
            "name": team.name,
            "url": url_for("UsersPage.team_days", user_id=user.id, team_id=team.id),
            "form": (
                typed.get(team.id) or TeamDaysForm(formdata=None, data=_day_boxes(periods.get(team.id, ALWAYS)))
            ).of(team.id),
            "left": left.get(team.id, ()),
        }
        for team in sorted(user.groups, key=lambda team: sort_key(team.name))
    ]


def user_page(
    user: User,
    form: UserForm | None = None,
    refused: str = "",
    invitation: str = "",
    telephone_code: str = "",
    meanwhile: Sequence[HistoryEntry] = (),
    team_days: Mapping[int, TeamDaysForm] = NO_DAYS_TYPED,
    left: Sequence[str] = (),
    left_by_team: Mapping[int, Sequence[str]] = NOTHING_LEFT,
) -> Any:
    """The page of one user."""
    seen, asked_for = last_change_id(access_services(), user.id), waiting_requests(access_services(), user.id)
    handovers = waiting_handovers(access_services(), user.id)
    shown = form or _with_choices(UserForm(formdata=None, data={**_user_box_values(user), "seen": seen}))
    return render_template(
        "admin/user.html",
        form=shown,
        refused=refused,
        left=left,
        meanwhile=meanwhile,
        title=user_full_name(user),
        tab_title=gettext("Account"),
        history_url=_history_url(user),
        user_name=user.username,
        state=_account_state(user, access_periods(access_services(), user.id).get(ACCOUNT_ITSELF, ALWAYS)),
        telephone=second_factor_of(access_services(), user.id),
        waiting=_waiting_reset(user),
        team_days=_team_days_lines(user, team_days, left_by_team),
        asked_for=access_request_lines(asked_for + handovers),
        waiting_boxes=_waiting_boxes(shown, asked_for),
        confirmers=_names_of(confirmers(access_services(), asked_for + handovers)),
        is_own=user.id == current_worker().id,
        sessions=len(open_sessions_of(access_services(), user.id, None)),
        active=user.active,
        action=url_for("UsersPage.user", user_id=user.id),
        invitation=_invitation_url(invitation),
        telephone_code=telephone_code,
        waits_for_telephone=_waits_for_telephone(user),
    ), 422 if refused or left or left_by_team or shown.errors or any(
        form.errors for form in team_days.values()
    ) else 200


def _waiting_boxes(form: UserForm, asked_for: Sequence[AccessRequest]) -> dict[str, str]:
    """The boxes of the roles and teams that wait for a second person, and what is said beside them."""
    roles, teams = ({found.name for found in asked_for if found.kind == kind} for kind in ("role", "team"))
    values = [choice.value for choice in form.roles.choices if choice.value in roles]
    values += [choice.value for choice in form.teams.choices if choice.label in teams]
    return dict.fromkeys(values, gettext("waits for a second person"))


def _names_of(user_ids: Collection[int]) -> list[str]:
    users = (access_services().session.get(User, user_id) for user_id in user_ids)
    return sorted((user_full_name(user) for user in users if user), key=sort_key)


def _waits_for_telephone(user: User) -> bool:
    """Whether she has a password, no telephone, and no way to connect one but a code."""
    is_open = bool(user.active) and user.password is not None and user.id != current_worker().id
    return is_open and not access_services().is_demo() and second_factor_of(access_services(), user.id) is None


def _waiting_reset(user: User) -> dict[str, Any] | None:
    """What a second administrator has to confirm, and whether whoever reads this may."""
    waiting = waiting_resets(access_services()).get(user.id)
    if waiting is None:
        return None
    asked_by = access_services().session.get(User, waiting.asked_by)
    return {
        "who": user_full_name(asked_by) if asked_by else "",
        "when": moment_text(waiting.asked),
        "confirms": waiting.is_confirmed_by(current_worker()),
    }


def _history_url(user: User) -> str:
    sees = "account_history" in current_worker().pages
    return url_for("AccountHistoryPage.history", user=user.id) if sees else ""


def _invitation_url(invitation: str) -> str:
    return url_for("InvitationPage.invitation", word=invitation, _external=True) if invitation else ""


def user_full_name(user: User) -> str:
    """What the user is called."""
    return f"{user.first_name} {user.last_name}"


def user_role_titles(user: User) -> list[str]:
    """What she may be here, in words."""
    held = held_roles(user)
    return [
        text_in_language(role.title, request_wording()) for role in access_services().every_role() if role.role in held
    ]


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
        "state": _account_state(user, days),
        "waits": user.id in waiting,
    }


def _last_sign_in(user: User) -> datetime | None:
    """When she last signed in; whoever reads this did so herself, also where it was not written down in the past."""
    this_session = session.row.created if user.id == current_worker().id else None  # type: ignore[attr-defined]
    found: datetime | None = user.last_login or this_session
    return found


def _account_state(user: User, days: AccessPeriod) -> str:
    if not user.active:
        return gettext("closed")
    if days.since and access_services().today() < days.since:
        return gettext("open from %(day)s", day=day_text(days.since))
    if days.until:
        over = not days.is_open(access_services().today())
        text = gettext("over since %(day)s") if over else gettext("open until %(day)s")
        return text % {"day": day_text(days.until)}
    return gettext("open") if user.password else gettext("invited")


def _role_line(role: Role) -> dict[str, Any]:
    forms, allowance = access_services().definition.forms, allowance_of(access_services(), frozenset({role.role}))
    return {
        "title": text_in_language(role.title, request_wording()),
        "facts": role_facts(role, allowance.pages),
        "forms": [
            (
                text_in_language(form.title, request_wording()),
                [allowance.may_do(action, key) for action in ROLE_ACTIONS],
            )
            for key, form in forms.items()
            if allowance.rights.get(key)
        ],
    }
