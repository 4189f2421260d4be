"""Sheets filled in at random: answers that every kind of question could have, as its columns keep them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import Dialect, Table

from dosar.fields.money import Money
from dosar.language.answers.settling import settle_answers
from dosar.language.form import Form
from dosar.language.question import Answer, Answers, Question
from tests.bench.names import PHRASES, PLACES, STORY

WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
BEGINNING = date(2019, 1, 7)

Columns = dict[str, Any]


class Sheets:
    """A pool of filled sheets of one form, ready to be put into its table."""

    def __init__(
        self, form: Form, table: Table, dialect: Dialect, links: Mapping[str, Sequence[int]], today: date
    ) -> None:
        self.form = form
        self.names = [column.name for column in table.columns]
        self.dialect, self.types = dialect, {column.name: column.type for column in table.columns}
        self.processors = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns
        }
        self.links = links
        self.today = today

    def filled(self, random: Random) -> Columns:
        """One sheet: every column of its table, as the database keeps it."""
        answers = {question.name: self._answer(question, random) for question in self.form.asked_questions()}
        return self.columns(self.form.stored_questions, settle_answers(self.form, answers, self.today))

    def columns(self, questions: Sequence[Question], answers: Answers) -> Columns:
        """The answers as columns hold them; every other column of the table is empty."""
        kept = dict.fromkeys(self.names)
        for question in questions:
            for name, value in question.stored(answers.get(question.name)).items():
                kept[name] = self.bound(name, value)
        return kept

    def bound(self, name: str, value: Any) -> Any:
        """A value as the column keeps it."""
        process = self.processors[name]
        return process(value) if process is not None else value

    def opened(self, name: str, kept: Any) -> Any:
        """The value in a sealed column."""
        return self.types[name].process_result_value(kept, self.dialect)

    def _answer(self, question: Question, random: Random) -> Answer:
        if question.columns_asked() or question.computed or question.attached or question.issued:
            return None
        target = question.link_target()
        if target is not None:
            return random.choice(self.links[target]) if self.links.get(target) else None
        make = MADE.get(question.type)
        return make(question, random) if make else None

    def row(self, table: Question, random: Random) -> Columns:
        """One row of a table on the sheet."""
        asked = table.columns_asked()
        return self.columns(asked, {column.name: self._answer(column, random) for column in asked})


def some_day(random: Random) -> date:
    return BEGINNING + timedelta(days=random.randrange(2400))


def personal_number(random: Random, born: str = "1990-05-01", sex: str = "F") -> str:
    """A CNP with its check digit."""
    century = 1 if born < "2000" else 5
    digits = f"{century + (sex != 'M')}{born[2:4]}{born[5:7]}{born[8:10]}"
    digits += f"{random.randrange(1, 40):02}{random.randrange(1, 1000):03}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    return f"{digits}{1 if check == 10 else check}"


def phone(random: Random) -> str:
    return f"+407{random.randrange(20, 70)}{random.randrange(10**6):06}"


def _chosen(question: Question, random: Random) -> str:
    return random.choice(question.options()).code


def _several(question: Question, random: Random) -> list[str]:
    codes = [choice.code for choice in question.options()]
    return random.sample(codes, min(len(codes), random.randrange(1, 3)))


def _words(question: Question, random: Random) -> str:
    text = random.choice(PLACES if "locality" in question.name else PHRASES)
    return text[: getattr(question, "max", None) or 200]


MADE: Mapping[str, Any] = {
    "text": _words,
    "paragraph": lambda _, random: STORY[: random.randrange(60, len(STORY))],
    "integer": lambda question, random: random.randrange(getattr(question, "min", None) or 0, 8),
    "decimal": lambda _, random: Decimal(random.randrange(1, 9)),
    "money": lambda question, random: Money(
        Decimal(random.randrange(1000, 90000)) / 100, random.choice(question.currencies)
    ),
    "date": lambda _, random: some_day(random),
    "partial_date": lambda _, random: f"{some_day(random) - timedelta(days=random.randrange(5000, 20000))}",
    "yes_no": lambda _, random: random.random() < 0.6,
    "select_one": _chosen,
    "county": _chosen,
    "country": _chosen,
    "select_multiple": _several,
    "personal_number": lambda _, random: personal_number(random),
    "phone": lambda _, random: phone(random),
    "email": lambda _, random: f"persoana{random.randrange(10**5)}@example.org",
}
