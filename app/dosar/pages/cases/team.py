"""The team of a case: who works on it now, who did, and changing that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.database.form_tables import Record
from dosar.fields.dates import format_day, read_day
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import CaseTeamMember, team_members
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import day_text
from dosar.pages.records.history import role_title
from dosar.pages.rendering.question_view import PageProblem
from dosar.pages.sheet.link_picker import matching_people
from dosar.pages.sheet.sheet_view import saved_response
from dosar.records.teams import CASE_MANAGER, TeamPlace, join_team, leave_team, may_change_team


@dataclass(slots=True)
class TeamLine:
    """One line of the team."""

    name: str
    role: str
    days: str
    leave_url: str = ""


class TeamPage(PageView):
    """Everybody who sees the case sees its team; its case manager and who reaches every case change it."""

    @page_route("/cases/<int:case_id>/team", requires_permission("see", CASE_FORM), methods=("GET", "POST"))
    def team(self, case_id: int) -> Any:
        context = page_context()
        case = find_or_404(context.repository.case, case_id)
        if request.method == "GET":
            return _team_page(context, case)
        return _change_team(context, case, _join_team, gettext("The team was changed."))

    @page_route(
        "/cases/<int:case_id>/team/<int:user_id>/leave", requires_permission("see", CASE_FORM), methods=("POST",)
    )
    def leave(self, case_id: int, user_id: int) -> Any:
        context = page_context()
        case = find_or_404(context.repository.case, case_id)
        return _change_team(
            context,
            case,
            lambda at, case: leave_team(at.repository, case, [user_id], at.actor),
            gettext("The team was changed."),
        )


def _join_team(context: PageContext, case: Record) -> None:
    """Put the person chosen on the page on the team."""
    chosen, typed = request.form.get("user", ""), request.form.get("since", "").strip()
    if not chosen.isascii() or not chosen.isdecimal() or len(chosen) > 9:
        raise Mistake("Choose a person who can sign in.")
    since = read_day(typed, context.reading.today) if typed else None
    roles = {role.role for role in context.repository.definition.roles.roles}
    join_team(context.repository, case, int(chosen), request.form.get("role", ""), context.actor, since, roles)


def _change_team(context: PageContext, case: Record, change: Any, done: str) -> Any:
    case_id = case.id
    if not may_change_team(_team_places(team_members(context.repository, case, context.reading)), context.worker.scope):
        abort(403)
    try:
        find_or_404(change, context, case)
    except Mistake as mistake:
        return _team_page(context, find_or_404(context.repository.case, case_id), mistake.message.say(gettext)), 422
    return saved_response(done, url_for("TeamPage.team", case_id=case_id))


def _team_places(team: Sequence[CaseTeamMember]) -> list[TeamPlace]:
    return [TeamPlace(one.user_id, one.role, one.since) for one in team if one.until is None]


def _team_page(context: PageContext, case: Record, problem: str = "") -> str:
    team = team_members(context.repository, case, context.reading)
    able = may_change_team(_team_places(team), context.worker.scope)
    words = request.values.get("search", "").strip()[:100]
    return render_template(
        "cases/team.html",
        title=gettext("Case team"),
        case=context.case_head(case),
        able=able,
        now=[_team_line(context, one, case, able) for one in team if one.until is None],
        before=[_team_line(context, one, case, False) for one in team if one.until is not None],
        words=words,
        people=matching_people(context, words) if able else [],
        chosen=request.form.get("user", ""),
        roles=[
            (role.role, text_in_language(role.title, context.reading.language))
            for role in context.repository.definition.roles.roles
        ],
        role=request.form.get("role", ""),
        since=request.form.get("since", format_day(context.reading.today, context.reading.language)),
        problems=[PageProblem("since", "", problem)] if problem else [],
        action=url_for("TeamPage.team", case_id=case.id),
    )


def _team_line(context: PageContext, member: CaseTeamMember, case: Record, able: bool) -> TeamLine:
    leaves = able and member.role != CASE_MANAGER
    return TeamLine(
        member.name,
        role_title(context, member.role),
        gettext("since %(day)s", day=day_text(member.since))
        if member.until is None
        else f"{day_text(member.since)} – {day_text(member.until)}",
        url_for("TeamPage.leave", case_id=case.id, user_id=member.user_id) if leaves else "",
    )
