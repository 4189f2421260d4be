"""On which days something comes again after the day on which it is due next, as far as a calendar may foretell them.

Pure, like the days themselves: nobody keeps these days, and nothing is due on them yet.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from dosar.language.deadlines.computed_days import next_on_grid, next_period
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule
from dosar.language.durations import Duration, add_days


def tells_coming_days(rule: ReadyRule) -> bool:
    """Whether it comes again, and how often and until when stand in the rule or on the sheet or row it is counted from:
    what another sheet says may change with every visit."""
    places = _saying_places(rule)
    repeats = rule.rule.every is not None or rule.how_often is not None
    return repeats and all(
        place.form == rule.source.form and place.table in ("", rule.source.table) for place in places
    )


def repetition_places(rule: ReadyRule) -> Sequence[DayPlace]:
    """Where it stands how often and until when it comes again, of what :func:`tells_coming_days` says that it may be
    foretold."""
    return _saying_places(rule) if tells_coming_days(rule) else ()


def _saying_places(rule: ReadyRule) -> Sequence[DayPlace]:
    return [place for place in (rule.how_often, rule.until) if place is not None]


def is_expected_alone(rule: ReadyRule) -> bool:
    """Whether its coming days depend on the day on which it is done: then they are but expected."""
    return not (rule.rule.periods or rule.rule.on or rule.done is not None)


def coming_days(
    rule: ReadyRule, step: Duration, first: date, due: date, end: date | None, since: date, until: date
) -> Iterator[date]:
    """The days from ``since`` to ``until`` on which it comes again, step by step. It is counted from ``first``, ``due``
    is its next day by the rule, and ``end`` the last one on which anything is due."""
    ends = [until, *([end] if end else []), *([rule.rule.lasts.after(first)] if rule.rule.lasts else [])]
    last = max(due, add_days(step.before(since), -1))
    while not step.is_nothing:
        day = _day_after(rule, step, first, due, last)
        if day is None or day <= last or day > min(ends):
            return
        if day >= since:
            yield day
        last = day


def _day_after(rule: ReadyRule, step: Duration, first: date, due: date, last: date) -> date | None:
    if rule.rule.periods:
        return next_period(step, first, last)
    return next_on_grid(step, due if is_expected_alone(rule) else first, last)
