"""What is due in a case: each line with the rule in words, whose it is, and what may be made of it."""

from dataclasses import dataclass

from dosar.overview.deadlines.reading import Deadline, DeadlineFilter, find_deadlines
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_acts import done_url, may_do, move_url
from dosar.pages.deadlines.deadline_words import day_words, rule_text, title_text, whose_text
from dosar.pages.deadlines.leading import deadline_url
from dosar.records.scope.row_scope import current_scope
from dosar.records.teams import may_change_team, team_places
from dosar.records.titles import user_names

FIRST_LINES = 8
"""How many stand there at once; what is overdue always does."""


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


@dataclass(slots=True)
class DueBlock:
    """What is due: the first lines, and those behind "all"."""

    lines: list[DueLine]
    more: list[DueLine]


def due_block(case: CaseReading) -> DueBlock | None:
    """The soonest first; nothing where nothing is due."""
    context = case.context
    found = find_deadlines(context.repository, DeadlineFilter(cases=(case.record.id,)))
    if not found:
        return None
    names = user_names(context.repository, [deadline.user_id for deadline in found], context.reading)
    moves = may_change_team(team_places(context.repository, case.record), current_scope.get())
    lines = [_line(context, deadline, names, moves) for deadline in found]
    first = max(FIRST_LINES, sum(1 for line in lines if line.is_late))
    return DueBlock(lines[:first], lines[first:])


def _line(context: PageContext, deadline: Deadline, names: dict[int, str], moves: bool) -> DueLine:
    return DueLine(
        title_text(context, deadline),
        deadline_url(context, deadline),
        day_words(context, deadline),
        deadline.is_late(context.reading.today),
        rule_text(context, deadline),
        whose_text(context, deadline, names),
        done_url(deadline) if may_do(context, deadline) else "",
        move_url(deadline) if moves else "",
    )
