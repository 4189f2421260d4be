"""What is due in a case: each line with the rule in words, whose it is, and what may be made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dosar.language.form import USER_LINK
from dosar.overview.case_overview import CaseTeamMember
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.deadlines.waived import Waiver
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_urls import backs_to_lines, deadline_url, done_url, line_id, move_url, take_back_url
from dosar.pages.deadlines.deadline_words import day_words, rule_text, title_text, whose_text
from dosar.pages.formatting import day_text
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.truncation import first_ones
from dosar.records.scope.row_scope import current_scope
from dosar.records.teams import TeamPlace, may_change_team
from dosar.records.titles import link_titles

FIRST_LINES = 5
"""How many stand there at once."""


@dataclass(slots=True)
class DueLine:
    """Something that is due in the case."""

    label: str
    url: str
    due_text: str
    is_late: bool
    rule: str
    whose: str
    done_url: str
    move_url: str
    id: str
    back: str
    """Where one goes on once something was made of it."""
    take_back_url: str
    """Where the move is taken back."""


@dataclass(slots=True)
class WaivedLine:
    """Something that would be due if nobody had waived it."""

    label: str
    day: str
    back_url: str
    """Where it is made due again."""


@dataclass(slots=True)
class DueBlock:
    """What is due: the first lines, and those behind "all"."""

    lines: Sequence[DueLine]
    more: Sequence[DueLine]
    waived: list[WaivedLine]
    page_url: str
    """Where they stand by day and by week too."""


def due_block(case: CaseReading, team: Sequence[CaseTeamMember]) -> DueBlock | None:
    """The soonest first; nothing where nothing is due. ``team`` are those who work on the case."""
    context = case.context
    if not case.due and not case.waivers:
        return None
    titles = {**case.due_titles, **_names(context, case.due, team)}
    places = [TeamPlace(member.user_id, member.role, member.since, member.leads) for member in team]
    moves = may_change_team(places, current_scope.get())
    ways = zip(case.due, backs_to_lines(case.due, f"/cases/{case.record.id}"), strict=True)
    lines = [_line(context, deadline, titles, case.due_about, moves, back) for deadline, back in ways]
    waived = [_waived_line(context, waiver, titles, moves) for waiver in case.waivers]
    first = first_ones(lines, FIRST_LINES)
    return DueBlock(first, lines[len(first) :], waived, f"/due?case={case.record.id}")


def _names(context: PageContext, found: Sequence[Deadline], team: Sequence[CaseTeamMember]) -> RecordTitles:
    """Whose they are: one statement, where it is somebody outside the team."""
    names: RecordTitles = {(USER_LINK, member.user_id): member.name for member in team}
    hers = {deadline.user_id for deadline in found if deadline.user_id}
    strangers = {user_id for user_id in hers if (USER_LINK, user_id) not in names}
    named = link_titles(context.repository, {}, {USER_LINK: strangers}, context.reading) if strangers else {}
    return {**names, **named}


def _line(
    context: PageContext, deadline: Deadline, titles: RecordTitles, about: Mapping[int, str], moves: bool, back: str
) -> DueLine:
    return DueLine(
        title_text(context, deadline, titles, about),
        deadline_url(context, deadline),
        day_words(context, deadline),
        deadline.is_late(context.reading.today),
        rule_text(context, deadline),
        whose_text(context, deadline, titles),
        done_url(deadline) if deadline.may_be_done(context.worker.scope) else "",
        move_url(deadline, back) if moves and not deadline.only_read else "",
        line_id(deadline),
        back,
        take_back_url(deadline) if moves and deadline.of_day and not deadline.only_read else "",
    )


def _waived_line(context: PageContext, waiver: Waiver, titles: RecordTitles, moves: bool) -> WaivedLine:
    return WaivedLine(
        title_text(context, waiver.deadline, titles),
        day_text(waiver.deadline.day),
        take_back_url(waiver.deadline, waiver.id) if moves and not waiver.deadline.only_read else "",
    )
