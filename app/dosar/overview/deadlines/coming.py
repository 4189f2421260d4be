"""When what comes again will come again: told by a calendar, reckoned while it is read. Nothing is due on these days
yet: they are neither kept nor counted, and no mail or feed promises them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dosar.language.deadlines.coming_days import coming_days, is_expected_alone, tells_coming_days
from dosar.language.deadlines.facts import day_of
from dosar.overview.deadlines.answers_beside import AnswersBeside
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.known_rules import known_rules
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records.repository import Repository

MOST_REPEATED = 200
"""How many repeated things a calendar foretells; where there are more, it foretells none and says so."""


@dataclass(frozen=True)
class ComingDay:
    """A day on which something will come again."""

    deadline: Deadline
    """As it is due next."""
    day: date
    is_expected: bool
    """Whether that depends on the day on which it is done."""


def find_repeated(repository: Repository, wanted: DeadlineFilter, today: date) -> list[Deadline]:
    """What is due before the last of these days and comes again, one more than :data:`MOST_REPEATED` at most: one
    statement, or none where all of them are over. What waits for acceptance promises nothing."""
    if wanted.until is not None and wanted.until <= today:
        return []
    keys = {key for key, rule in known_rules(repository).items() if tells_coming_days(rule)}
    rules = keys if wanted.rules is None else keys & {*wanted.rules}
    if not rules:
        return []
    asked = replace(wanted, rules=rules, since=None, waits=False, most=MOST_REPEATED + 1)
    return find_deadlines(repository, asked)


def days_to_come(
    repeated: Iterable[Deadline], said: AnswersBeside, since: date, until: date, today: date
) -> list[ComingDay]:
    """Each day after today, from ``since`` to ``until``, the soonest first."""
    span = max(since, today + timedelta(1)), until
    found = [each for deadline in repeated for each in _days_of(deadline, said, *span)]
    return sorted(found, key=lambda each: (each.day, each.deadline.id))


def _days_of(deadline: Deadline, said: AnswersBeside, since: date, until: date) -> Iterator[ComingDay]:
    rule = deadline.rule
    step = rule.rule.every
    if rule.how_often is not None:
        step = rule.rule.steps.get(str(said.repeats.get((deadline.id, rule.how_often))))
    if step is None:
        return
    end = day_of(said.repeats.get((deadline.id, rule.until))) if rule.until is not None else None
    for day in coming_days(rule, step, deadline.since, deadline.rule_day, end, since, until):
        yield ComingDay(deadline, day, is_expected_alone(rule))
