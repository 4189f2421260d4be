"""From the time rules and what a case holds to the days that are due. Pure: no clock, no database.

A rule starts from a date: on the newest sheet of its form (or on each), on a row, in the case file. From there the day
is reckoned; what ends it, suspends it, overrules it or puts it off is looked for in the same facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dosar.language.deadline_rule import LEADER
from dosar.language.deadlines.computed_days import computed_day, day_before, step_of
from dosar.language.deadlines.facts import CaseFacts, DeadlinePlace, SheetFacts, day_of
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.deadlines.starts import Start, answer_at, starts_of
from dosar.language.durations import Duration
from dosar.language.form import CASE_FORM
from dosar.language.rules.expressions import Expression


@dataclass(frozen=True)
class DueDay:
    """A day on which something is due."""

    rule: ReadyRule
    record_id: int
    """The sheet it is counted from."""
    row_id: int
    """The row on it; 0 for the sheet itself."""
    day: date
    since: date
    """The date from which it is counted."""
    last: date | None = None
    """When it was done last, where it comes again."""
    limit: date | None = None
    """The day by the rule, where a typed one goes before it."""
    of_day: date | None = None
    """The day before somebody put it off."""
    is_waived: bool = False
    waits: bool = False
    """Whether a sheet that would end it, or from which it is counted, waits for acceptance."""
    user_id: int | None = None
    partner_id: int | None = None
    time: str = ""

    @property
    def place(self) -> DeadlinePlace:
        """By which it is known again."""
        return self.rule.key, self.record_id, self.row_id

    @property
    def announced_on(self) -> date:
        """From when it stands on the first page."""
        return self.rule.rule.announced.before(self.day)

    @property
    def is_typed(self) -> bool:
        """Whether somebody wrote the day, against the rule's own."""
        return self.limit is not None


def days_due(rules: Iterable[ReadyRule], facts: CaseFacts, today: date) -> list[DueDay]:
    """Every day that is due by these rules, waived ones too; the soonest first."""
    found = [
        due
        for rule in rules
        if facts.written is None or rule.due_form in facts.written
        for due in _days_of_rule(rule, facts, today)
    ]
    return sorted(found, key=lambda due: (due.day, due.rule.key, due.record_id, due.row_id))


def _days_of_rule(rule: ReadyRule, facts: CaseFacts, today: date) -> Iterator[DueDay]:
    if not _case_fits(rule.rule.when_case, facts, today):
        return
    for start in starts_of(rule, facts):
        if _holds(rule.rule.when, start.answers, today) and not _is_done(rule, start, today):
            due = _next_day(rule, start, facts, today)
            if due is not None:
                yield _put_off(due, facts.moved(due.place))


def _case_fits(condition: Expression | None, facts: CaseFacts, today: date) -> bool:
    """Whether the case file is one that the rule is about; records of no case fit a rule without a condition."""
    if condition is None:
        return True
    return any(condition.value(case.answers, today) is True for case in facts.of(CASE_FORM))


def _holds(condition: Expression | None, answers: Mapping[str, Any], today: date) -> bool:
    return condition is None or condition.value(answers, today) is True


def _is_done(rule: ReadyRule, start: Start, today: date) -> bool:
    """Whether the sheet says so; one that waits says it to nobody."""
    if rule.rule.done_if is None or (start.sheet.waits and rule.is_done_on_source):
        return False
    return rule.rule.done_if.value(start.answers, today) is True


# --- when it is due -------------------------------------------------------------------------------------------------


def _next_day(rule: ReadyRule, start: Start, facts: CaseFacts, today: date) -> DueDay | None:
    ended, waiting = _ending_days(rule, start, facts, today)
    step, last = step_of(rule, start, facts), max(ended, default=None)
    computed = _unaccepted_day(rule, start, facts, step) or _not_waived(rule, start, facts, step, last)
    if computed is None:
        return None
    typed = _typed_day(rule, start, facts, last)
    day = typed or computed
    if _is_over(rule, min(day, computed), [end for end in _ends(rule, start, facts) if end is not None], today):
        return None
    return DueDay(
        rule,
        start.sheet.id,
        start.row_id,
        day,
        start.day,
        last if step else None,
        computed if typed and typed != computed else None,
        waits=start.sheet.awaits or any(step is None or last is None or other > last for other in waiting),
        user_id=_responsible(rule, start, facts),
        partner_id=start.answers.get(rule.rule.partner or "") if rule.has_partner_link else None,
        time=_hours(rule, start),
    )


def _hours(rule: ReadyRule, start: Start) -> str:
    """When an appointment begins, and when it ends if that is said: 14:30–16:00."""
    begins, ends = (str(start.answers.get(name or "") or "") for name in (rule.rule.time, rule.rule.ends))
    return f"{begins}–{ends}" if begins and ends else begins


def _not_waived(
    rule: ReadyRule, start: Start, facts: CaseFacts, step: Duration | None, last: date | None
) -> date | None:
    """The day by the rule alone; of what comes again, the first that nobody waived."""
    day = computed_day(rule, start, step, facts, last)
    moved = facts.moved((rule.key, start.sheet.id, start.row_id)) if step is not None else {}
    waived = {of_day for of_day, new in moved.items() if new is None}
    while day in waived:
        following = computed_day(rule, start, step, facts, max(day, last or day))
        if following is None or following <= day:
            return day
        day = following
    return day


def _ending_days(rule: ReadyRule, start: Start, facts: CaseFacts, today: date) -> tuple[list[date], list[date]]:
    """The days of what ends it (of what counts as done, where it comes again): what binds, and what waits."""
    if rule.done is not None:
        done = None if start.sheet.waits else _own_end(rule, start)
        return ([done] if done else []), []
    found: tuple[list[date], list[date]] = [], []
    earliest = _earliest(rule, start)
    for sheet in facts.versions_of(rule.done_form):
        day = day_of(sheet.answers.get(rule.done_day))
        if day is None or sheet.returned or not _holds(rule.rule.done_when, sheet.answers, today):
            continue
        if rule.done_form == rule.source.form and not _is_later(rule, sheet, start):
            continue
        if rule.rule.earlier or day >= earliest:
            found[sheet.waits].append(day)
    return found


def _own_end(rule: ReadyRule, start: Start) -> date | None:
    """The day on which the sheet or row itself says that it was done."""
    answers = start.row.answers if start.row else start.sheet.answers
    return day_of(answers.get(rule.done.question)) if rule.done is not None else None


def _unaccepted_day(rule: ReadyRule, start: Start, facts: CaseFacts, step: Duration | None) -> date | None:
    """Of what comes again and is marked as done on a sheet that waits: the day for which it was done."""
    done = _own_end(rule, start) if start.sheet.waits and step is not None else None
    if step is None or done is None:
        return None
    following = computed_day(rule, start, step, facts, done)
    return day_before(step, start.day, following) if following is not None else start.day


def _earliest(rule: ReadyRule, start: Start) -> date:
    """A sheet for a day that is itself planned may be of a few days before; one that is counted from a date is not."""
    if rule.rule.periods:
        return start.day.replace(day=1)
    if rule.rule.within is not None and not rule.rule.within.is_nothing:
        return start.day
    return rule.rule.announced.before(start.day) if rule.rule.within is not None or rule.rule.on else start.day


def _is_later(rule: ReadyRule, sheet: SheetFacts, start: Start) -> bool:
    """Of two sheets of one form the one of the later day; on one day the one that was kept later."""
    dated = rule.dated.get(rule.source.form, "")
    of_sheet, of_start = (day_of(each.answers.get(dated)) or date.min for each in (sheet, start.sheet))
    return (of_sheet, sheet.id) > (of_start, start.sheet.id)


def _typed_day(rule: ReadyRule, start: Start, facts: CaseFacts, last: date | None) -> date | None:
    if rule.typed is None:
        return None
    if rule.typed.form != rule.source.form and last is None:
        return None
    return day_of(answer_at(rule, rule.typed, start, facts))


def _is_over(rule: ReadyRule, day: date, ends: Iterable[date], today: date) -> bool:
    """Whether nothing is due any more. What is marked as done on its own sheet stays overdue until somebody does: the
    end of what is repeated is no deed."""
    return any(day > end or (today > end and rule.done is None) for end in ends)


def _ends(rule: ReadyRule, start: Start, facts: CaseFacts) -> Iterator[date | None]:
    """The days after which nothing is due any more."""
    if rule.rule.lasts is not None:
        yield rule.rule.lasts.after(start.day)
    if rule.until is not None:
        if rule.until.form == rule.source.form:
            yield day_of(start.answers.get(rule.until.question))
        else:
            days = [day_of(sheet.answers.get(rule.until.question)) for sheet in facts.of(rule.until.form)]
            yield next((day for day in reversed(days) if day is not None), None)


# --- whose it is, and what people made of it ------------------------------------------------------------------------


def _responsible(rule: ReadyRule, start: Start, facts: CaseFacts) -> int | None:
    """Who is named on the sheet; else who has the role in the team, the first who came; else who leads the case.

    Whoever cannot work on the case today is passed over.
    """
    wanted = rule.rule.responsible
    named: int | None = None if wanted == LEADER else start.answers.get(wanted)
    by_role = [user for user, role, _ in facts.team if role == wanted]
    leading = [user for user, _, leads in facts.team if leads]
    every = (named, *by_role, *leading)
    form = rule.source.form
    return next((user for user in every if user is not None and not facts.is_passed_over(user, form)), None)


def _put_off(due: DueDay, moved: Mapping[date, date | None]) -> DueDay:
    """The day as somebody moved it, or waived; what was said of another day counts no more."""
    day = moved.get(due.day, due.day)
    if day is None:
        return replace(due, is_waived=True)
    return due if day == due.day else replace(due, day=day, of_day=due.day)


def waived_days(rules: Iterable[ReadyRule], facts: CaseFacts, today: date) -> list[DueDay]:
    """What would be due by these rules if nobody had waived it; a waiver that changes nothing any more is passed over.

    Each is looked at by itself: without it, its day is due.
    """
    found = []
    for rule in rules:
        for place in [place for place in facts.moves if place[0] == rule.key]:
            for of_day in [of_day for of_day, day in facts.moved(place).items() if day is None]:
                others = [move for move in facts.moves[place] if move.of_day != of_day]
                without = replace(facts, moves={**facts.moves, place: others})
                due = days_due([rule], without, today)
                found += [each for each in due if each.place == place and each.day == of_day]
    return sorted(found, key=lambda each: (each.day, each.rule.key, each.record_id, each.row_id))
