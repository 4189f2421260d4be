"""The figures of a report: records of each period, counted in all, by their choices and by rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, null, or_, select

from app.language.answering import plain_answers
from app.language.expressions import Expression
from app.language.figures import Figure, Figures
from app.language.form import Form
from app.language.moving import ingredients, made_anew, moving_questions
from app.language.question import Question
from app.records.budget import standing_entries
from app.records.cabinet import Cabinet
from app.records.tables import column_names
from app.records.together import read_together

Number = Decimal | int
NOBODY: None = None
"""The code of those who did not answer."""


@dataclass(frozen=True)
class Period:
    """A period that is reported on."""

    title: str
    since: date
    until: date


@dataclass
class Count:
    """One figure in one period."""

    total: Number = 0
    by: dict[str, dict[str | None, Number]] = field(default_factory=dict)
    """Question → code → how much of it; of several ticks each counts."""
    parts: list[Number] = field(default_factory=list)
    """How much each of the figure's parts is, in their order."""
    waiting: Number = 0
    """How much of it waits for acceptance, and is in none of the above."""


def readable(declared: Figures, known: Mapping[str, Form]) -> list[Figure]:
    """The figures of which the reader may know what they are made of, with those of their parts she may know."""
    return [
        one.model_copy(update={"parts": tuple(share for share in one.parts if _names(share.rule) <= questions)})
        for one in declared.figures if one.form in known
        for questions in [set(known[one.form].questions)] if _needs(one) <= questions
    ]


def _needs(figure: Figure) -> set[str]:
    of = figure.of_table or figure.of
    named = (figure.day, figure.since, figure.until, of, figure.sum)
    return {name for name in named if name} | _names(figure.rule)


def _names(rule: Expression | None) -> set[str]:
    return set(rule.names) if rule else set()


def counted(
    cabinet: Cabinet, known: Mapping[str, Form], figures: Sequence[Figure], periods: Sequence[Period], record_id: int,
) -> list[list[Count]]:
    """For each figure its count in each period, over the records in the reader's reach: one statement.

    By a question that the reader may not know nothing is divided.
    """
    asked = [
        (_Counting(cabinet, known[figure.form], figure, period, record_id)) for figure in figures for period in periods
    ]
    found = read_together(cabinet.session, [one.part() for one in asked])
    counts = [one.count(rows) for one, rows in zip(asked, found, strict=True)]
    return [counts[place:place + len(periods)] for place in range(0, len(counts), max(len(periods), 1))]


@dataclass(frozen=True)
class _Counting:
    """One figure in one period on its way: what is asked for, and what comes of it."""

    cabinet: Cabinet
    form: Form
    figure: Figure
    period: Period
    record_id: int

    def part(self) -> tuple[Any, ...]:
        """The records of the period, counted by every answer that matters here."""
        kept: Any = self.cabinet.record_class(self.form.key)
        by = [getattr(kept, name) for question in self._questions() for name in column_names(question)]
        value = getattr(kept, self.figure.sum) if self.figure.sum else kept.id
        amount = (func.sum(value) if self.figure.sum else func.count(value)).label("_amount")
        by.append(kept.to_check)
        return kept, [*by, amount], list(self._conditions(kept)), by

    def _questions(self) -> list[Question]:
        """What is counted by: the answers that rules ask about and choices divide."""
        named = _ruled(self.figure) | {name for name in self.figure.by if name in self.form.questions}
        return list(ingredients(self._whole, sorted(named)) or ())

    @property
    def _whole(self) -> Form:
        """The form as it is: what goes with the day may be made of what the reader may not know."""
        return self.cabinet.forms[self.form.key]

    def _plain(self, questions: Sequence[Question], row: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of the row as rules see them; what goes with the day is that of the period's last one."""
        answers = {one.name: one.restored(row) for one in questions}
        moving = {
            name: self._whole.questions[name].plain(made_anew(self._whole, name, answers, self.period.until))
            for name in _ruled(self.figure) & moving_questions(self._whole)
        }
        return plain_answers(questions, answers) | moving

    def _conditions(self, kept: Any) -> Iterator[Any]:
        figure, period = self.figure, self.period
        if not figure.sum:
            yield from standing_entries(self.form, kept)
        if figure.day:
            yield getattr(kept, figure.day).between(period.since, period.until)
        if figure.since:
            yield getattr(kept, figure.since) <= period.until
        if figure.until:
            ended = getattr(kept, figure.until)
            yield ended.is_(None) | (ended >= period.since)
        if figure.of_table:
            yield self._is_of(kept)
        elif figure.of:
            yield getattr(kept, figure.of) == self.record_id

    def _is_of(self, kept: Any) -> Any:
        """The condition that a row of the record links it to the one reported on, on these days."""
        figure, rows = self.figure, self.cabinet.tables.rows[self.form.key, self.figure.of_table]
        since = getattr(rows, figure.of_since) if figure.of_since else null()
        until = getattr(rows, figure.of_until) if figure.of_until else null()
        first, last = [getattr(kept, figure.day)] * 2 if figure.day else (self.period.since, self.period.until)
        return kept.id.in_(select(rows.record_id).where(
            getattr(rows, figure.of_link) == self.record_id,
            or_(since.is_(None), since <= last), or_(until.is_(None), until >= first),
        ).correlate(kept))

    def count(self, rows: Iterable[Mapping[str, Any]]) -> Count:
        """What the rows come to: each is a number of records that answer alike."""
        questions = self._questions()
        divided = [one for one in questions if one.name in self.figure.by]
        made = Count(by={one.name: {} for one in divided}, parts=[0] * len(self.figure.parts))
        for row in rows:
            plain = self._plain(questions, row)
            amount: Number = row["_amount"] or 0
            if not self._picks(self.figure.rule, plain):
                continue
            if row["to_check"]:
                made.waiting += amount
                continue
            made.total += amount
            for place, share in enumerate(self.figure.parts):
                made.parts[place] += amount if self._picks(share.rule, plain) else 0
            for one in divided:
                for code in one.counted_as(plain[one.name]):
                    made.by[one.name][code] = made.by[one.name].get(code, 0) + amount
        return made

    def _picks(self, rule: Expression | None, plain: Mapping[str, Any]) -> bool:
        return rule is None or rule.value(plain, self.period.until) is True


def _ruled(figure: Figure) -> set[str]:
    """The questions that the rules of a figure ask about."""
    return _names(figure.rule).union(*(_names(share.rule) for share in figure.parts))
