"""Answers for every question of a form, so that what it shows and hides is tried out both ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from app.fields.choosing import with_words
from app.fields.money import Money
from app.language.answering import Complaint, complaints, hidden_questions, settled
from app.language.expressions import Expression
from app.language.form import Form
from app.language.question import Answers, Question, Unknown

ATTACHED = 1
"""Stands for a file until it is posted."""
MOST_SHEETS = 6
MOST_REPAIRS = 60
WORDS = "Șase țări, 12 „județe” & <b>un</b> sat"
LINES = "Prima linie, cu diacritice: ăâîșț\nA doua linie – 100 % <sigur>"


def _numbers(question: Any) -> list[Any]:
    low, high = getattr(question, "min", None), getattr(question, "max", None)
    wanted = [1, 3, 2, low, high, 0, 12, -1]
    found = [int(one) for one in wanted if one is not None]
    return [one for one in found if (low is None or one >= low) and (high is None or one <= high)]


def _choices(question: Any) -> list[str]:
    return [
        with_words(choice.code, "Altceva" if question.asks_words(choice.code) else "") for choice in question.options()
    ]


def _several(question: Any) -> list[list[str]]:
    codes = _choices(question)
    return [codes[:2], codes[-1:], *[[code] for code in codes]]


def _ranked(question: Any) -> list[list[str]]:
    if question.choices is None:
        return [["Locuință", "Loc de muncă"]]
    return [[choice.code for choice in question.options()][:2]]


KINDS: Mapping[str, Callable[[Any, date], list[Any]]] = {
    "text": lambda one, today: [WORDS[: one.max or 40].strip(), "1"],
    "paragraph": lambda one, today: [LINES],
    "integer": lambda one, today: _numbers(one),
    "decimal": lambda one, today: [Decimal(one) for one in _numbers(one)],
    "money": lambda one, today: [
        Money(Decimal("1234.50"), one.currencies[-1]), Money(Decimal("-10.00"), one.currencies[0]),
    ],
    "date": lambda one, today: [today - timedelta(days) for days in (30, 400, 0, -800)],
    "partial_date": lambda one, today: [(today - timedelta(40)).isoformat()[:7], "1998-03", "1990", today.isoformat()],
    "month": lambda one, today: [(today - timedelta(40)).isoformat()[:7]],
    "time": lambda one, today: [time(9, 30)],
    "datetime": lambda one, today: [datetime(today.year - 1, 3, 4, 9, 30)],
    "yes_no": lambda one, today: [True, False],
    "select_one": lambda one, today: _choices(one),
    "select_multiple": lambda one, today: _several(one),
    "ranked": lambda one, today: _ranked(one),
    "file": lambda one, today: [ATTACHED],
    "image": lambda one, today: [ATTACHED],
    "personal_number": lambda one, today: ["1800101221144"],
    "phone": lambda one, today: ["+40740000199"],
    "email": lambda one, today: ["ana.popescu@example.org"],
    "country": lambda one, today: ["RO", "MD"],
    "county": lambda one, today: [one.options()[0].code, one.options()[-1].code],
}
"""For each kind of question the answers to try, the likeliest first."""
APART = {"code", "computed", "link", "note", "table"}
"""Kinds answered otherwise, or by nobody."""


@dataclass
class Generator:
    """Makes sheets of one form. ``links`` are the records a link may point to."""

    form: Form
    links: Mapping[str, Sequence[int]]
    today: date
    role: str
    turn: int = 0
    locked: set[str] = field(default_factory=set)

    def sheets(self) -> Iterator[Answers]:
        """Sheets in which every conditional question is asked in one and hidden in another."""
        to_show, to_hide = set(self.conditional()), set(self.conditional())
        for self.turn in range(MOST_SHEETS):
            if self.turn and not to_show and not to_hide:
                return
            answers = self._sheet(to_show, to_hide)
            hidden = hidden_questions(self.form, answers, self.today)
            to_show &= hidden
            to_hide -= hidden
            yield answers
        assert not to_show, f"{self.form.key} never asks {sorted(to_show)}"

    def conditional(self) -> list[str]:
        """The questions that are asked only under a condition, their own or their section's."""
        return [
            question.name for section in self.form.sections for question in section.questions
            if (question.show_if or section.show_if) and not question.retired
        ]

    def _sheet(self, to_show: set[str], to_hide: set[str]) -> Answers:
        answers = {one.name: self._answer(one) for one in self.form.asked()}
        self.locked = set()
        wish = self.turn % 2 == 0
        for name in sorted(to_show if wish else to_hide, key=list(self.form.questions).index):
            self._steer(answers, name, wish)
        answers = self._repaired(answers)
        return settled(self.form, answers, self.today)

    def _answer(self, question: Question) -> Any:
        if question.columns_asked():
            count = max(getattr(question, "min_rows", 0), 2)
            return [{"id": None, **self._row(question, place)} for place in range(min(count, 3))]
        found = self.candidates(question)
        return found[self.turn % len(found)] if found else None

    def _row(self, table: Question, place: int) -> Answers:
        row: Answers = {}
        for column in table.columns_asked():
            found = self.candidates(column)
            row[column.name] = found[(place + self.turn) % len(found)] if found else None
        return row

    def candidates(self, question: Question) -> list[Any]:
        """Answers to try; none for a question nobody types, or that others write."""
        if question.computed or question.retired or question.issued or not question.is_written_by({self.role}):
            return []
        if target := question.link_target():
            return list(self.links.get(target, ()))[:3]
        found = KINDS[question.type](question, self.today) if question.type not in APART else []
        return [*found, Unknown.DONT_KNOW, Unknown.REFUSED] if question.unknown else found

    # --- conditions ----------------------------------------------------------------------------------

    def _steer(self, answers: Answers, name: str, shown: bool) -> None:
        """Answer the questions that decide about this one so that it is asked, or not."""
        if self._is_shown(answers, name) == shown:
            self.locked |= self._deciding(name)
            return
        names = [one for one in sorted(self._deciding(name)) if one not in self.locked]
        for chosen in product(*[[*self.candidates(self.form.questions[one])[:16], None] for one in names]):
            tried = {**answers, **dict(zip(names, chosen, strict=True))}
            if self._is_shown(tried, name) == shown:
                answers.update(tried)
                self.locked |= {*names}
                return

    def _is_shown(self, answers: Answers, name: str) -> bool:
        made = settled(self.form, answers, self.today)
        return name not in hidden_questions(self.form, made, self.today)

    def _deciding(self, name: str) -> set[str]:
        """The questions that a condition is about, those behind computed ones included."""
        found: set[str] = set()
        for section in self.form.sections:
            for question in section.questions:
                if question.name == name:
                    found |= _names(section.show_if) | _names(question.show_if)
        return {one for asked in found for one in self._typed(asked)} - {name}

    def _typed(self, name: str) -> set[str]:
        question = self.form.questions.get(name.partition(".")[0])
        if question is None or question.columns_asked():
            return set()
        if question.computed:
            return {one for asked in _names(getattr(question, "value", None)) for one in self._typed(asked)}
        return {question.name}

    # --- rules ---------------------------------------------------------------------------------------

    def _repaired(self, answers: Answers) -> Answers:
        """The answers with others in place of those that a rule refuses."""
        for _ in range(MOST_REPAIRS):
            wrong = self._wrong(answers)
            if not wrong:
                return answers
            answers = self._without(answers, wrong[0])
        raise AssertionError(f"{self.form.key}: {self._wrong(answers)}")

    def _wrong(self, answers: Answers) -> list[Complaint]:
        made = settled(self.form, answers, self.today)
        return [one for one in complaints(self.form, made, self.today) if not one.soft]

    def _without(self, answers: Answers, complaint: Complaint) -> Answers:
        """The answers with one changed that takes the complaint away: the refused one, or one its rule is about."""
        before = len(self._wrong(answers))
        for tried in self._others(answers, complaint):
            if len(self._wrong(tried)) < before:
                return tried
        raise AssertionError(f"{self.form.key}: nothing satisfies {complaint}")

    def _others(self, answers: Answers, complaint: Complaint) -> Iterator[Answers]:
        question = self.form.questions[complaint.where[0]]
        if len(complaint.where) == 1:
            about = [question.name, *sorted(_names(question.check) & set(self.form.questions))]
            for name in about:
                for other in (*self.candidates(self.form.questions[name]), None):
                    yield {**answers, name: other}
            return
        place = int(complaint.where[1])
        columns = {column.name: column for column in question.columns_asked()}
        refused = columns[complaint.where[2]]
        beside = sorted((_names(refused.check) & set(columns)) - {refused.name})
        about = [refused.name, *beside]
        changes = [{name: other} for name in about for other in (*self.candidates(columns[name]), None)]
        for change in [*changes, dict.fromkeys(beside)]:
            rows = [dict(row) for row in answers[question.name]]
            rows[place].update(change)
            yield {**answers, question.name: rows}


def _names(rule: Expression | None) -> set[str]:
    return set(rule.names) if rule is not None else set()
