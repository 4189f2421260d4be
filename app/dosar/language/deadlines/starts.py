"""From where a time rule counts: the sheets, or the rows on them, that say its date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dosar.language.deadlines.facts import CaseFacts, RowFacts, SheetFacts, day_of
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule


@dataclass(frozen=True)
class Start:
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

    @property
    def place(self) -> tuple[int, int]:
        """The sheet and the row, by which it is known again."""
        return self.sheet.id, self.row_id


def starts_of(rule: ReadyRule, facts: CaseFacts) -> Iterator[Start]:
    """Of the newest sheet that binds, or of each; a date that is given on a sheet which waits is told too, and so is
    what is marked as done there: it is due until somebody accepts that. Of a sheet that was accepted before, what was
    accepted is told, and what a change adds.

    What is counted from a date goes on from the newest sheet that says one; a day that stands on a sheet itself goes
    with the next sheet, whether that says another or none.
    """
    source = rule.source
    binding = [sheet for sheet in facts.of(source.form) if rule.rule.on or _is_counted(rule, sheet)]
    counted = binding if rule.rule.each else _newest(rule, binding)
    told = rule.rule.on or rule.is_done_on_source
    waiting = [sheet for sheet in facts.versions_of(source.form) if sheet.waits] if told else []
    accepted = {start.place for start in _starts_on(facts.of(source.form), source)} if waiting else ()
    yield from _starts_on(counted, source)
    yield from (start for start in _starts_on(waiting, source) if start.place not in accepted)


def _starts_on(sheets: Iterable[SheetFacts], source: DayPlace) -> Iterator[Start]:
    for sheet in sheets:
        for row, answers in _places(sheet, source):
            day = day_of(answers.get(source.question))
            if day is not None:
                yield Start(sheet, row, day)


def _is_counted(rule: ReadyRule, sheet: SheetFacts) -> bool:
    """Whether it says the date, or has rows that may."""
    return bool(rule.source.table) or day_of(sheet.answers.get(rule.source.question)) is not None


def _newest(rule: ReadyRule, sheets: Sequence[SheetFacts]) -> Sequence[SheetFacts]:
    return latest_sheet(sheets, rule.dated.get(rule.source.form, ""))


def latest_sheet(sheets: Iterable[SheetFacts], dated: str) -> Sequence[SheetFacts]:
    """The sheet of the latest day, of several of one day the one kept last; none of none."""
    return sorted(sheets, key=lambda sheet: (day_of(sheet.answers.get(dated)) or date.min, sheet.id))[-1:]


def _places(sheet: SheetFacts, source: DayPlace) -> Iterator[tuple[RowFacts | None, Mapping[str, Any]]]:
    if not source.table:
        yield None, sheet.answers
        return
    for row in sheet.rows.get(source.table, ()):
        yield row, row.answers


def answer_at(rule: ReadyRule, place: DayPlace, start: Start, facts: CaseFacts) -> Any:
    """The answer on the sheet or row it is counted from, or on the last sheet of what is due."""
    if place.form == rule.source.form:
        return start.answers.get(place.question)
    last = latest_sheet(facts.of(place.form), rule.done_day)
    return last[0].answers.get(place.question) if last else None
