"""The day by a time rule alone: how long after its date, how often again."""

from datetime import date

from dosar.language.deadlines.facts import CaseFacts
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.deadlines.starts import Start, answer_at
from dosar.language.durations import Duration, add_days

NO_TIME = Duration()


def step_of(rule: ReadyRule, start: Start, facts: CaseFacts) -> Duration | None:
    """How often it comes again; ``None`` if it does not."""
    if rule.how_often is None:
        return rule.rule.every
    return rule.rule.steps.get(answer_at(rule, rule.how_often, start, facts))


def computed_day(
    rule: ReadyRule, start: Start, step: Duration | None, facts: CaseFacts, last: date | None
) -> date | None:
    """The day by the rule alone; ``None`` where it is done, or there is none."""
    within = _within(rule, start, facts)
    if step is None:
        if last is not None or (within is None and rule.rule.on is None):
            return None
        return (within or Duration()).after(start.day)
    if rule.rule.periods:
        return next_period(step, start.day, last)
    if rule.rule.on or rule.done is not None:
        return next_on_grid(step, start.day, last, rule.rule.announced)
    if rule.done_form == rule.source.form or last is None:
        return (within or step).after(start.day)
    return step.after(last)


def next_on_grid(step: Duration, first: date, last: date | None, announced: Duration = NO_TIME) -> date | None:
    """An appointment comes again on its own days, however late the last one was done.

    What was done once it was announced, and nearer to the next day than to the one before, was done for the next day.
    """
    if last is None:
        return first
    if step.is_nothing:
        return None
    times = 0
    while (day := step.after(first, times)) <= last and day < date.max:
        times += max(1, (last - day).days // ((step.months * 31 + step.days) or 1))
    is_nearer = times == 0 or day - last < last - step.after(first, times - 1)
    is_early = announced.before(day) <= last < day
    return step.after(first, times + 1) if is_early and is_nearer else day


def day_before(step: Duration, first: date, day: date) -> date:
    """The last of the days of what comes again that is before this one; the first of all where none is."""
    times = 0
    while step.after(first, times) < step.after(first, times + 1) < day:
        times += 1
    return step.after(first, times)


def next_period(step: Duration, first: date, last: date | None) -> date | None:
    """The last day of the first period after the last one that has a sheet; a period of months is one of the calendar.

    Gaps before it are told on the page of the case.
    """
    first = first.replace(day=1) if step.months else first
    following = next_on_grid(step, first, last)
    return add_days(step.after(following), -1) if following else None


def _within(rule: ReadyRule, start: Start, facts: CaseFacts) -> Duration | None:
    """How long after its date: the number that is answered for it, else what the rule says."""
    if rule.length is None:
        return rule.rule.within
    if rule.length_link is None:
        number = start.answers.get(rule.length.question)
    else:
        linked = start.answers.get(rule.length_link.question)
        found = (sheet for sheet in facts.of(rule.length.form) if sheet.id == linked)
        number = next((sheet.answers.get(rule.length.question) for sheet in found), None)
    return Duration.of(number, rule.rule.unit or "days") or rule.rule.within
