"""The figures of a report: records of each period, counted in all, by their choices and by rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, null, or_, select

from dosar.database.union_reads import read_union
from dosar.language.answers.day_bound import day_bound_questions, recompute_answer, source_questions
from dosar.language.answers.settling import plain_answers
from dosar.language.form import Form
from dosar.language.organisation.figures import Figure, Figures
from dosar.language.question import Question
from dosar.language.rules.expressions import Expression
from dosar.overview.budget import unreversed_entries
from dosar.records.repository import Repository

FigureNumber = Decimal | int


@dataclass(frozen=True)
class ReportPeriod:
    """A period that is reported on, its first and last day included."""

    title: str
    since: date
    until: date


@dataclass
class FigureCount:
    """One figure in one period."""

    total: FigureNumber = 0
    by: dict[str, dict[str | None, FigureNumber]] = field(default_factory=dict)
    """Question → code → how much of it; of several ticks each counts."""
    parts: list[FigureNumber] = field(default_factory=list)
    """How much each of the figure's parts is, in their order."""
    waiting: FigureNumber = 0
    """How much of it waits for acceptance, and is in none of the above."""


def readable_figures(declared: Figures, known: Mapping[str, Form]) -> list[Figure]:
    """The figures of which the reader may know what they are made of, with those of their parts she may know."""
    return [
        figure.model_copy(
            update={"parts": tuple(share for share in figure.parts if _names_in_rule(share.rule) <= questions)}
        )
        for figure in declared.figures
        if figure.form in known
        for questions in [set(known[figure.form].questions)]
        if _questions_needed(figure) <= questions
    ]


def _questions_needed(figure: Figure) -> set[str]:
    of = figure.of_table or figure.of
    named = (figure.day, figure.since, figure.until, of, figure.sum)
    return {name for name in named if name} | _names_in_rule(figure.rule)


def _names_in_rule(rule: Expression | None) -> set[str]:
    return set(rule.names) if rule else set()


def count_figures(
    repository: Repository,
    known: Mapping[str, Form],
    figures: Sequence[Figure],
    periods: Sequence[ReportPeriod],
    record_id: int,
) -> list[list[FigureCount]]:
    """For each figure its count in each period, over the records in the reader's reach: one statement.

    By a question that the reader may not know nothing is divided.
    """
    countings = [
        (_Counting(repository, known[figure.form], figure, period, record_id))
        for figure in figures
        for period in periods
    ]
    found = read_union(repository.session, [counting.part() for counting in countings])
    counts = [counting.count(rows) for counting, rows in zip(countings, found, strict=True)]
    return [counts[start : start + len(periods)] for start in range(0, len(counts), max(len(periods), 1))]


@dataclass(frozen=True)
class _Counting:
    """One figure in one period on its way: what is asked for, and what comes of it."""

    repository: Repository
    form: Form
    figure: Figure
    period: ReportPeriod
    record_id: int

    def part(self) -> tuple[Any, ...]:
        """The records of the period, counted by every answer that matters here."""
        record_class: Any = self.repository.record_class(self.form.key)
        by = [getattr(record_class, name) for question in self._questions() for name in _counted_columns(question)]
        value = getattr(record_class, self.figure.sum) if self.figure.sum else record_class.id
        amount = (func.sum(value) if self.figure.sum else func.count(value)).label("_amount")
        by.append(record_class.to_check)
        return record_class, [*by, amount], list(self._conditions(record_class)), by

    def _questions(self) -> list[Question]:
        """What is counted by: the answers that rules ask about and choices divide."""
        named = _rule_questions(self.figure) | {name for name in self.figure.by if name in self.form.questions}
        return list(source_questions(self._whole, sorted(named)) or ())

    @property
    def _whole(self) -> Form:
        """The form as it is: what goes with the day may be made of what the reader may not know."""
        return self.repository.forms[self.form.key]

    def _plain(self, questions: Sequence[Question], row: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of the row as rules see them; what goes with the day is that of the period's last one."""
        answers = {question.name: question.restore_answer(row) for question in questions}
        day_bound = {
            name: self._whole.questions[name].plain(recompute_answer(self._whole, name, answers, self.period.until))
            for name in _rule_questions(self.figure) & day_bound_questions(self._whole)
        }
        return plain_answers(questions, answers) | day_bound

    def _conditions(self, record_class: Any) -> Iterator[Any]:
        figure, period = self.figure, self.period
        if not figure.sum:
            yield from unreversed_entries(self.form, record_class)
        if figure.day:
            yield getattr(record_class, figure.day).between(period.since, period.until)
        if figure.since:
            yield getattr(record_class, figure.since) <= period.until
        if figure.until:
            ended = getattr(record_class, figure.until)
            yield ended.is_(None) | (ended >= period.since)
        if figure.of_table:
            yield self._links_record(record_class)
        elif figure.of:
            yield getattr(record_class, figure.of) == self.record_id

    def _links_record(self, record_class: Any) -> Any:
        """The condition that a row of the record links it to the one reported on, on these days."""
        figure, rows = self.figure, self.repository.tables.rows[self.form.key, self.figure.of_table]
        since = getattr(rows, figure.of_since) if figure.of_since else null()
        until = getattr(rows, figure.of_until) if figure.of_until else null()
        first, last = [getattr(record_class, figure.day)] * 2 if figure.day else (self.period.since, self.period.until)
        return record_class.id.in_(
            select(rows.record_id)
            .where(
                getattr(rows, figure.of_link) == self.record_id,
                or_(since.is_(None), since <= last),
                or_(until.is_(None), until >= first),
            )
            .correlate(record_class)
        )

    def count(self, rows: Iterable[Mapping[str, Any]]) -> FigureCount:
        """What the rows come to: each is a number of records that answer alike."""
        questions = self._questions()
        divided = [question for question in questions if question.name in self.figure.by]
        made = FigureCount(by={question.name: {} for question in divided}, parts=[0] * len(self.figure.parts))
        for row in rows:
            plain = self._plain(questions, row)
            amount: FigureNumber = row["_amount"] or 0
            if not self._rule_picks(self.figure.rule, plain):
                continue
            if row["to_check"]:
                made.waiting += amount
                continue
            made.total += amount
            for position, share in enumerate(self.figure.parts):
                made.parts[position] += amount if self._rule_picks(share.rule, plain) else 0
            for question in divided:
                for code in question.counted_as(plain[question.name]):
                    made.by[question.name][code] = made.by[question.name].get(code, 0) + amount
        return made

    def _rule_picks(self, rule: Expression | None, plain: Mapping[str, Any]) -> bool:
        return rule is None or rule.value(plain, self.period.until) is True


def _rule_questions(figure: Figure) -> set[str]:
    """The questions that the rules of a figure ask about."""
    return _names_in_rule(figure.rule).union(*(_names_in_rule(share.rule) for share in figure.parts))


def _counted_columns(question: Question) -> list[str]:
    """The columns that tell answers apart: words of one's own beside a choice, which lie sealed, do not."""
    return [name for name in question.column_names() if name == question.name or name not in question.sealed_columns()]
