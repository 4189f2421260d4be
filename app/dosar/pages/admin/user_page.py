"""The page of one user: what is written down of the account, what waits, and what may be changed."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from flask import abort, render_template, url_for
from flask_babel import gettext
from wtforms.fields import SelectChoice

from dosar.access.accounts.access_periods import ALWAYS, AccessPeriod, access_periods
from dosar.access.accounts.access_requests import AccessRequest, confirmers, waiting_handovers, waiting_requests
from dosar.access.accounts.work_teams import all_work_teams
from dosar.access.audit.account_log import last_change_id
from dosar.access.authorization import current_worker
from dosar.access.factors.second_factor import second_factor_of
from dosar.access.framework import User
from dosar.access.i18n.languages import request_wording
from dosar.access.identity import held_roles
from dosar.access.login.sessions.open_sessions import open_sessions_of
from dosar.access.recovery.telephone_reset import waiting_resets
from dosar.access.services import access_services
from dosar.calendars.feed_address import feed_of
from dosar.database.users import ACCOUNT_ITSELF
from dosar.fields.formats.days import format_day
from dosar.language.text.collation import sort_key
from dosar.language.text.texts import text_in_language
from dosar.pages.admin.access_requests import access_request_lines
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.input.forms import TeamDaysForm, UserForm
from dosar.pages.rendering.history import HistoryEntry

AnyUserFormType = TypeVar("AnyUserFormType", bound=UserForm)
NO_DAYS_TYPED: Mapping[int, TeamDaysForm] = MappingProxyType({})
NOTHING_LEFT: Mapping[int, Sequence[str]] = MappingProxyType({})


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
    shown = form or with_choices(UserForm(formdata=None, data={**user_box_values(user), "seen": seen}))
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
        state=account_state(user, access_periods(access_services(), user.id).get(ACCOUNT_ITSELF, ALWAYS)),
        telephone=second_factor_of(access_services(), user.id),
        waiting=_waiting_reset(user),
        team_days=_team_days_lines(user, team_days, left_by_team),
        asked_for=access_request_lines(asked_for + handovers),
        waiting_boxes=_waiting_boxes(shown, asked_for),
        confirmers=_names_of(confirmers(access_services(), asked_for + handovers)),
        is_own=user.id == current_worker().id,
        sessions=len(open_sessions_of(access_services(), user.id, None)),
        active=user.active,
        has_calendar=feed_of(access_services().session, user.id) is not None,
        action=url_for("UsersPage.user", user_id=user.id),
        invitation=_invitation_url(invitation),
        telephone_code=telephone_code,
        waits_for_telephone=_waits_for_telephone(user),
    ), 422 if refused or left or left_by_team or shown.errors or any(
        form.errors for form in team_days.values()
    ) else 200


def user_or_404(user_id: int) -> User:
    """The user with this number."""
    found: User | None = access_services().session.get(User, user_id)
    if found is None:
        abort(404)
    return found


def with_choices(form: AnyUserFormType) -> AnyUserFormType:
    """The form with the roles and the teams there are."""
    roles = access_services().every_role()
    form.roles.choices = [SelectChoice(role.role, text_in_language(role.title, request_wording())) for role in roles]
    form.teams.choices = [SelectChoice(str(team.id), team.name) for team in all_work_teams(access_services().session)]
    return form


def user_box_values(user: User) -> dict[str, Any]:
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


def account_state(user: User, days: AccessPeriod) -> str:
    """Whether the account is open, and until when, in a word or two."""
    if not user.active:
        return gettext("closed")
    if days.since and access_services().today() < days.since:
        return gettext("open from %(day)s", day=day_text(days.since))
    if days.until:
        over = not days.is_open(access_services().today())
        text = gettext("over since %(day)s") if over else gettext("open until %(day)s")
        return text % {"day": day_text(days.until)}
    return gettext("open") if user.password else gettext("invited")
