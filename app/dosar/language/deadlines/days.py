"""From the time rules and what a case holds to the days that are due. Pure: no clock, no database.

A rule starts from a date: on the newest sheet of its form (or on each), on a row, in the case file. From there the day
is reckoned; what ends it, suspends it, overrules it or puts it off is looked for in the same facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dosar.language.deadline_rule import LEADER
from dosar.language.deadlines.facts import CaseFacts, Move, RowFacts, SheetFacts, day_of
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule
from dosar.language.durations import Duration, add_days
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
    def announced_on(self) -> date:
        """From when it stands on the first page."""
        return self.rule.rule.announced.before(self.day)

    @property
    def is_typed(self) -> bool:
        """Whether somebody wrote the day, against the rule's own."""
        return self.limit is not None


@dataclass(frozen=True)
class _Start:
    """A date from which a rule is counted."""

    sheet: SheetFacts
    row: RowFacts | None
    day: date

    @property
    def answers(self) -> Mapping[str, Any]:
        return {**self.sheet.answers, **(self.row.answers if self.row else {})}

    @property
    def row_id(self) -> int:
        return self.row.id if self.row else 0


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
    for start in _starts(rule, facts):
        if _holds(rule.rule.when, start.answers, today) and not _is_done(rule, start, today):
            due = _next_day(rule, start, facts, today)
            if due is not None:
                yield _put_off(due, facts.moves.get((rule.key, due.record_id, due.row_id), ()))


def _case_fits(condition: Expression | None, facts: CaseFacts, today: date) -> bool:
    """Whether the case file is one that the rule is about; records of no case fit a rule without a condition."""
    if condition is None:
        return True
    return any(condition.value(case.answers, today) is True for case in facts.of(CASE_FORM))


def _holds(condition: Expression | None, answers: Mapping[str, Any], today: date) -> bool:
    return condition is None or condition.value(answers, today) is True


def _is_done(rule: ReadyRule, start: _Start, today: date) -> bool:
    return rule.rule.done_if is not None and rule.rule.done_if.value(start.answers, today) is True


# --- where a rule starts --------------------------------------------------------------------------------------------


def _starts(rule: ReadyRule, facts: CaseFacts) -> Iterator[_Start]:
    """Of the newest sheet that binds, or of each; a date that is given on a sheet which waits is told too.

    What is counted from a date goes on from the newest sheet that says one; a day that stands on a sheet itself goes
    with the next sheet, whether that says another or none.
    """
    source = rule.source
    binding = [sheet for sheet in facts.of(source.form) if rule.rule.on or _is_counted(rule, sheet)]
    counted = binding if rule.rule.each else _newest(rule, binding)
    waiting = [sheet for sheet in facts.sheets.get(source.form, ()) if sheet.waits] if rule.rule.on else []
    for sheet in (*counted, *waiting):
        for row, answers in _places(sheet, source):
            day = day_of(answers.get(source.question))
            if day is not None:
                yield _Start(sheet, row, day)


def _is_counted(rule: ReadyRule, sheet: SheetFacts) -> bool:
    """Whether it says the date, or has rows that may."""
    return bool(rule.source.table) or day_of(sheet.answers.get(rule.source.question)) is not None


def _newest(rule: ReadyRule, sheets: Sequence[SheetFacts]) -> Sequence[SheetFacts]:
    return _latest(sheets, rule.dated.get(rule.source.form, ""))


def _latest(sheets: Iterable[SheetFacts], dated: str) -> Sequence[SheetFacts]:
    """The sheet of the latest day, of several of one day the one kept last; none of none."""
    return sorted(sheets, key=lambda sheet: (day_of(sheet.answers.get(dated)) or date.min, sheet.id))[-1:]


def _places(sheet: SheetFacts, source: DayPlace) -> Iterator[tuple[RowFacts | None, Mapping[str, Any]]]:
    if not source.table:
        yield None, sheet.answers
        return
    for row in sheet.rows.get(source.table, ()):
        yield row, row.answers


# --- when it is due -------------------------------------------------------------------------------------------------


def _next_day(rule: ReadyRule, start: _Start, facts: CaseFacts, today: date) -> DueDay | None:
    ended, waiting = _ending_days(rule, start, facts, today)
    step, last = _step(rule, start, facts), max(ended, default=None)
    computed = _computed_day(rule, start, step, last)
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
        waits=start.sheet.waits or any(step is None or last is None or other > last for other in waiting),
        user_id=_responsible(rule, start, facts),
        partner_id=start.answers.get(rule.rule.partner or "") if rule.has_partner_link else None,
        time=start.answers.get(rule.rule.time or "") or "",
    )


def _ending_days(rule: ReadyRule, start: _Start, facts: CaseFacts, today: date) -> tuple[list[date], list[date]]:
    """The days of what ends it (of what counts as done, where it comes again): what binds, and what waits."""
    if rule.done is not None:
        answers = start.row.answers if start.row else start.sheet.answers
        done = day_of(answers.get(rule.done.question))
        return ([done] if done else []), []
    found: tuple[list[date], list[date]] = [], []
    earliest = _earliest(rule, start)
    for sheet in facts.sheets.get(rule.done_form, ()):
        day = day_of(sheet.answers.get(rule.done_day))
        if day is None or not _holds(rule.rule.done_when, sheet.answers, today):
            continue
        if rule.done_form == rule.source.form and not _is_later(rule, sheet, start):
            continue
        if rule.rule.earlier or day >= earliest:
            found[sheet.waits].append(day)
    return found


def _earliest(rule: ReadyRule, start: _Start) -> date:
    """A sheet for a day that is itself planned may be of a few days before; one that is counted from a date is not."""
    if rule.rule.periods:
        return start.day.replace(day=1)
    if rule.rule.within is not None and not rule.rule.within.is_nothing:
        return start.day
    return rule.rule.announced.before(start.day) if rule.rule.within is not None or rule.rule.on else start.day


def _is_later(rule: ReadyRule, sheet: SheetFacts, start: _Start) -> bool:
    """Of two sheets of one form the one of the later day; on one day the one that was kept later."""
    dated = rule.dated.get(rule.source.form, "")
    of_sheet, of_start = (day_of(each.answers.get(dated)) or date.min for each in (sheet, start.sheet))
    return (of_sheet, sheet.id) > (of_start, start.sheet.id)


def _step(rule: ReadyRule, start: _Start, facts: CaseFacts) -> Duration | None:
    """How often it comes again; ``None`` if it does not."""
    if rule.how_often is None:
        return rule.rule.every
    return rule.rule.steps.get(_answer_at(rule, rule.how_often, start, facts))


def _computed_day(rule: ReadyRule, start: _Start, step: Duration | None, last: date | None) -> date | None:
    """The day by the rule alone; ``None`` where it is done, or there is none."""
    if step is None:
        is_unsaid = rule.rule.how_often is not None and rule.rule.within is None and rule.rule.on is None
        if last is not None or is_unsaid:
            return None
        return (rule.rule.within or Duration()).after(start.day)
    if rule.rule.periods:
        return _next_period(step, start.day, last)
    if rule.rule.on or rule.done is not None:
        return _next_on_grid(step, start.day, last)
    if rule.done_form == rule.source.form or last is None:
        return (step if rule.rule.within is None else rule.rule.within).after(start.day)
    return step.after(last)


def _next_on_grid(step: Duration, first: date, last: date | None) -> date | None:
    """An appointment comes again on its own days, however late the last one was done."""
    if last is None:
        return first
    if step.is_nothing:
        return None
    times = 0
    while (day := step.after(first, times)) <= last and day < date.max:
        times += max(1, (last - day).days // ((step.months * 31 + step.days) or 1))
    return day


def _next_period(step: Duration, first: date, last: date | None) -> date | None:
    """The last day of the first period after the last one that has a sheet; a period of months is one of the calendar.

    Gaps before it are told on the page of the case.
    """
    first = first.replace(day=1) if step.months else first
    following = _next_on_grid(step, first, last)
    return add_days(step.after(following), -1) if following else None


def _typed_day(rule: ReadyRule, start: _Start, facts: CaseFacts, last: date | None) -> date | None:
    if rule.typed is None:
        return None
    if rule.typed.form != rule.source.form and last is None:
        return None
    return day_of(_answer_at(rule, rule.typed, start, facts))


def _answer_at(rule: ReadyRule, place: DayPlace, start: _Start, facts: CaseFacts) -> Any:
    """The answer on the sheet or row it is counted from, or on the last sheet of what is due."""
    if place.form == rule.source.form:
        return start.answers.get(place.question)
    last = _latest(facts.of(place.form), rule.done_day)
    return last[0].answers.get(place.question) if last else None


def _is_over(rule: ReadyRule, day: date, ends: Iterable[date], today: date) -> bool:
    """Whether nothing is due any more. What is marked as done on its own sheet stays overdue until somebody does: the
    end of what is repeated is no deed."""
    return any(day > end or (today > end and rule.done is None) for end in ends)


def _ends(rule: ReadyRule, start: _Start, facts: CaseFacts) -> Iterator[date | None]:
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


def _responsible(rule: ReadyRule, start: _Start, facts: CaseFacts) -> int | None:
    """Who is named on the sheet; else who has the role in the team, the first who came; else who leads the case.

    Whoever has left is passed over.
    """
    wanted = rule.rule.responsible
    named: int | None = None if wanted == LEADER else start.answers.get(wanted)
    by_role = [user for user, role, _ in facts.team if role == wanted]
    leading = [user for user, _, leads in facts.team if leads]
    every = (named, *by_role, *leading)
    return next((user for user in every if user is not None and user not in facts.closed), None)


def _put_off(due: DueDay, moves: Sequence[Move]) -> DueDay:
    """The day as somebody moved it, or waived; what was said of another day counts no more."""
    said = next((move for move in reversed(moves) if move.of_day == due.day), None)
    if said is None:
        return due
    if said.day is None:
        return replace(due, is_waived=True)
    return replace(due, day=said.day, of_day=due.day)
