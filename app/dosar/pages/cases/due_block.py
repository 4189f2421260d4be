"""What is due in a case: each line with the rule in words, whose it is, and what may be made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dosar.language.form import USER_LINK
from dosar.overview.deadlines.reading import Deadline, DeadlineFilter, find_deadlines, may_do
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_acts import done_url, move_url
from dosar.pages.deadlines.deadline_words import day_words, rule_text, title_text, titled_sheet, whose_text
from dosar.pages.deadlines.leading import deadline_url
from dosar.pages.linked_titles import RecordTitles
from dosar.records.scope.row_scope import current_scope
from dosar.records.teams import may_change_team, team_places
from dosar.records.titles import link_titles

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
    titles = _titles(context, found)
    moves = may_change_team(team_places(context.repository, case.record), current_scope.get())
    lines = [_line(context, deadline, titles, moves) for deadline in found]
    first = max(FIRST_LINES, sum(1 for line in lines if line.is_late))
    return DueBlock(lines[:first], lines[first:])


def _titles(context: PageContext, found: Sequence[Deadline]) -> RecordTitles:
    """Whose they are, and what the sheets are called that stand beside what is to be done: one statement."""
    named: dict[str, list[int]] = {USER_LINK: [deadline.user_id for deadline in found if deadline.user_id]}
    for deadline in found:
        if deadline.rule.rule.with_title:
            form, number = titled_sheet(deadline)
            named.setdefault(form, []).append(number)
    return link_titles(context.repository, context.seen_forms(), named, context.reading)


def _line(context: PageContext, deadline: Deadline, titles: RecordTitles, moves: bool) -> DueLine:
    return DueLine(
        title_text(context, deadline, titles),
        deadline_url(context, deadline),
        day_words(context, deadline),
        deadline.is_late(context.reading.today),
        rule_text(context, deadline),
        whose_text(context, deadline, titles),
        done_url(deadline) if may_do(context.worker.scope, deadline.rule) else "",
        move_url(deadline) if moves else "",
    )
