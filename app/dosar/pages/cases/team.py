"""The team of a case: who works on it now, who did, and changing that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.database.form_tables import Record
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import Role
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import CaseTeamMember, team_members
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.workload import leave_case, tasks_named
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import DayField, TranslatedForm, stripped
from dosar.pages.rendering.history import role_title
from dosar.pages.sheet.posting.link_picker import matching_people
from dosar.pages.urls import parse_record_number
from dosar.records.finding.people import is_called, people_out_of_reach
from dosar.records.teams import TeamPlace, join_team, may_change_team, who_takes_over


@dataclass(slots=True)
class TeamLine:
    """One line of the team."""

    name: str
    role: str
    days: str
    leave_url: str = ""
    tasks: int = 0
    """How many tasks and appointments of the case are hers."""
    successors: Sequence[tuple[int, str]] = ()
    """Who may get them: the others who work on the case."""


class TeamMemberForm(TranslatedForm):
    """Who is put on the team."""

    search = HiddenField()
    user = RadioField(
        lazy_gettext("Colleague"),
        [InputRequired(lazy_gettext("Choose a person who can sign in."))],
        validate_choice=False,
    )
    role = SelectField(
        lazy_gettext("Role in this case"),
        validate_choice=False,
        description=lazy_gettext(
            "A new case manager takes over from the one before; what is hers to do in the case falls to the new one."
        ),
    )
    since = DayField(lazy_gettext("Since"), filters=[stripped])
    planned_end = DayField(
        lazy_gettext("Last day"),
        filters=[stripped],
        description=lazy_gettext("Empty, if there is no end. Before and after these days the case is closed to her."),
    )

    def validate_user(self, user: RadioField) -> None:
        """A number alone puts nobody on the team: it is somebody whom her work leads her to, or whom she looked for by
        whole words of the name."""
        number = user.data or ""
        if not number.isascii() or not number.isdecimal() or len(number) > 9:
            raise ValidationError(gettext("Choose a person who can sign in."))
        repository, words = page_context().repository, self.search.data or ""
        if people_out_of_reach(repository, [int(number)]) and not is_called(repository, int(number), words):
            raise ValidationError(gettext("Search for this person by whole words of her name first."))


class TeamPage(PageView):
    """Everybody who sees the case sees its team; who leads it and who reaches every case change it."""

    @page_route("/cases/<int:case_id>/team", requires_permission("see", CASE_FORM), methods=("GET", "POST"))
    def team(self, case_id: int) -> Any:
        context = page_context()
        case = find_or_404(context.repository.case, case_id)
        joining = TeamMemberForm()
        if request.method == "POST":
            _require_may_change(context, case)
        if not joining.validate_on_submit():
            return _team_page(context, case, joining)
        return _change_team(context, case, lambda page, case: _join_team(page, case, joining), joining)

    @page_route(
        "/cases/<int:case_id>/team/<int:user_id>/leave", requires_permission("see", CASE_FORM), methods=("POST",)
    )
    def leave(self, case_id: int, user_id: int) -> Any:
        context = page_context()
        case = find_or_404(context.repository.case, case_id)
        _require_may_change(context, case)
        return _change_team(
            context,
            case,
            lambda page, case: leave_case(
                page.repository, case, user_id, request.form.get("to", type=parse_record_number), page.actor
            ),
            TeamMemberForm(formdata=None),
        )


def _require_may_change(context: PageContext, case: Record) -> None:
    if not may_change_team(_team_places(team_members(context.repository, case, context.reading)), context.worker.scope):
        abort(403)


def _join_team(context: PageContext, case: Record, joining: TeamMemberForm) -> None:
    """Put the person chosen on the page on the team."""
    roles = {role.role for role in _case_roles(context)}
    chosen, role = int(joining.user.data), joining.role.data or ""
    days = joining.since.day, roles, joining.planned_end.day
    join_team(context.repository, case, chosen, role, context.actor, *days)


def _change_team(context: PageContext, case: Record, change: Any, joining: TeamMemberForm) -> Any:
    case_id = case.id
    try:
        find_or_404(change, context, case)
    except Mistake as mistake:
        joining.since.errors = (mistake.message.say(gettext),)
        return _team_page(context, find_or_404(context.repository.case, case_id), joining)
    return saved_response(gettext("The team was changed."), url_for("TeamPage.team", case_id=case_id))


def _team_places(team: Sequence[CaseTeamMember]) -> list[TeamPlace]:
    return [
        TeamPlace(member.user_id, member.role, member.since, member.leads, member.planned_end)
        for member in team
        if member.until is None
    ]


def _team_page(context: PageContext, case: Record, joining: TeamMemberForm) -> Any:
    team = team_members(context.repository, case, context.reading)
    able = may_change_team(_team_places(team), context.worker.scope)
    joining.search.data = request.values.get("search", "").strip()[:100]
    if not joining.is_submitted():
        joining.since.data = format_day(context.reading.today, context.reading.language)
    now = [member for member in team if not _is_over(context, member)]
    tasks = tasks_named(context.repository, DeadlineFilter(cases=(case.id,))) if able else {}
    takers = who_takes_over(context.repository, case, context.reading.today) if tasks else set()
    taking = [member for member in now if member.user_id in takers]
    found = matching_people(context, joining.search.data, for_team=True) if able else []
    joining.user.choices = [SelectChoice(str(person.id), person.label) for person in found]
    joining.role.choices = [
        SelectChoice("", gettext("Choose…")),
        *[
            SelectChoice(role.role, text_in_language(role.title, context.reading.language))
            for role in _case_roles(context)
        ],
    ]
    return render_template(
        "cases/team.html",
        title=gettext("Case team"),
        case=context.case_head(case),
        able=able,
        form=joining,
        now=[_team_line(context, member, case, able, len(tasks.get(member.user_id, ())), taking) for member in now],
        before=[_team_line(context, member, case, False) for member in team if _is_over(context, member)],
        action=url_for("TeamPage.team", case_id=case.id),
    ), joining.status


def _case_roles(context: PageContext) -> list[Role]:
    """In which somebody can work on a case."""
    return context.repository.definition.roles.on_cases


def _is_over(context: PageContext, member: CaseTeamMember) -> bool:
    """Whether she left, or the last day of her place has passed."""
    return (member.until or member.planned_end or date.max) < context.reading.today or member.until is not None


def _days_text(member: CaseTeamMember) -> str:
    last = member.until or member.planned_end
    if last is None:
        return gettext("since %(day)s", day=day_text(member.since))
    return f"{day_text(member.since)} – {day_text(last)}"


def _team_line(
    context: PageContext,
    member: CaseTeamMember,
    case: Record,
    able: bool,
    tasks: int = 0,
    taking: Sequence[CaseTeamMember] = (),
) -> TeamLine:
    leaves = able and not member.leads
    return TeamLine(
        member.name,
        role_title(context, member.role),
        _days_text(member),
        url_for("TeamPage.leave", case_id=case.id, user_id=member.user_id) if leaves else "",
        tasks if leaves else 0,
        [(other.user_id, other.name) for other in taking if other.user_id != member.user_id],
    )
