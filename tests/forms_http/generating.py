"""Answers for every question of a form, so that what it shows and hides is tried out both ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any

from dosar.fields.formats.own_words import code_with_words
from dosar.fields.money import Money
from dosar.language.answers.settling import hidden_questions, is_question_shown, plain_answers, settle_answers
from dosar.language.answers.validation import ValidationIssue, validate_answers
from dosar.language.form import Form
from dosar.language.question import Answers, Question, Unknown
from dosar.language.rules.expressions import Expression
from tests.kinds import EXAMPLES

ATTACHED = 1
"""Stands for a file until it is posted."""
MOST_SHEETS = 8
MOST_REPAIRS = 60
WORDS = "Șase țări, 12 „județe” & <b>un</b> sat"
LINES = "Prima linie, cu diacritice: ăâîșț\nA doua linie – 100 % <sigur>"


def _numbers(question: Any) -> list[Any]:
    low, high = getattr(question, "min", None), getattr(question, "max", None)
    wanted = [1, 3, 2, low, high, 0, 12, -1]
    found = [int(value) for value in wanted if value is not None]
    return [number for number in found if (low is None or number >= low) and (high is None or number <= high)]


def _choices(question: Any) -> list[str]:
    return [
        code_with_words(choice.code, "Altceva" if question.asks_for_words(choice.code) else "")
        for choice in question.options()
    ]


def _several(question: Any) -> list[list[str]]:
    codes = _choices(question)
    return [codes[:2], codes[-1:], *[[code] for code in codes]]


def _ranked(question: Any) -> list[list[str]]:
    if question.choices is None:
        return [["Locuință", "Loc de muncă"]]
    return [[choice.code for choice in question.options()][:2]]


def _example(kind: str, question: Any, today: date) -> list[Any]:
    return [EXAMPLES[kind]]


KINDS: Mapping[str, Callable[[Any, date], list[Any]]] = {
    **{kind: partial(_example, kind) for kind in EXAMPLES},
    "text": lambda question, today: [WORDS[: question.max or 40].strip(), "1"],
    "paragraph": lambda question, today: [LINES],
    "integer": lambda question, today: _numbers(question),
    "decimal": lambda question, today: [Decimal(number) for number in _numbers(question)],
    "money": lambda question, today: [
        Money(Decimal("1234.50"), question.currencies[-1]),
        Money(Decimal("-10.00"), question.currencies[0]),
    ],
    "date": lambda question, today: [
        today - timedelta(days) for days in (30, 400, 0, *([] if question.past or question.person else [-800]))
    ],
    "partial_date": lambda question, today: [
        (today - timedelta(40)).isoformat()[:7],
        "1998-03",
        "1990",
        today.isoformat(),
    ],
    "time": lambda question, today: [EXAMPLES["time"], time(14, 30)],
    "datetime": lambda question, today: [datetime(today.year - 1, 3, 4, 9, 30)],
    "yes_no": lambda question, today: [True, False],
    "select_one": lambda question, today: _choices(question),
    "select_multiple": lambda question, today: _several(question),
    "ranked": lambda question, today: _ranked(question),
    "file": lambda question, today: [ATTACHED],
    "image": lambda question, today: [ATTACHED],
    "personal_number": lambda question, today: ["1800101221144"],
    "phone": lambda question, today: ["+40740000199"],
    "country": lambda question, today: ["RO", "MD"],
    "county": lambda question, today: [question.options()[0].code, question.options()[-1].code],
}
"""For each kind of question the answers to try, the likeliest first."""
APART = {"code", "computed", "link", "note", "table"}
"""Kinds answered otherwise, or by nobody."""
FIRST_ROW = 0
Place = tuple[str, ...]
"""A question, or a table and its column."""


@dataclass
class Generator:
    """Makes sheets of one form. ``links`` are the records a link may point to."""

    form: Form
    links: Mapping[str, Sequence[int]]
    today: date
    role: str
    turn: int = 0
    locked: set[Place] = field(default_factory=set)

    def sheets(self) -> Iterator[Answers]:
        """Sheets in which every conditional question and column is asked in one and hidden in another.

        Every question that this role may answer is answered in one of them.
        """
        to_show, to_hide, to_answer = set(self.conditional()), set(self.conditional()), set(self.answerable())
        for self.turn in range(MOST_SHEETS):
            if self.turn and not to_show and not to_hide and not to_answer:
                break
            answers = self._sheet(to_show, to_hide)
            to_show -= {place for place in to_show if self._is_shown(answers, place)}
            to_hide -= {place for place in to_hide if self._is_hidden(answers, place)}
            to_answer -= {
                place for place in to_answer if any(answer is not None for answer in self._given(answers, place))
            }
            yield answers
        assert not to_show, f"{self.form.key} never asks {sorted(to_show)}"
        assert not to_hide, f"{self.form.key} always asks {sorted(to_hide)}"
        assert not to_answer, f"{self.form.key}: {sorted(to_answer)} was never answered"

    def conditional(self) -> list[Place]:
        """What is asked only under a condition, its own or its section's."""
        places: list[Place] = []
        for section in self.form.sections:
            for question in section.questions:
                if (question.show_if or section.show_if) and not question.retired and not self._is_taken(question):
                    places.append((question.name,))
                places += [(question.name, column.name) for column in question.columns_asked() if column.show_if]
        return places

    def _is_taken(self, question: Question) -> bool:
        """Whether it is asked only by what a stay takes from the programme's sheet."""
        rule = question.show_if
        return rule is not None and any(
            self.form.questions[name].from_programme for name in rule.names if name in self.form.questions
        )

    def answerable(self) -> list[Place]:
        """What this role may answer."""
        asked = [question for question in self.form.asked_questions() if question.is_written_by({self.role})]
        places = [(question.name,) for question in asked if self.candidates(question)]
        return places + [
            (table.name, column.name) for table in asked for column in table.columns_asked() if self.candidates(column)
        ]

    def _sheet(self, to_show: set[Place], to_hide: set[Place]) -> Answers:
        answers = {question.name: self._answer(question) for question in self.form.asked_questions()}
        self.locked = set()
        wish = self.turn % 2 == 0
        for place in sorted(to_show if wish else to_hide, key=self._turn_of):
            answers = self._steered(answers, place, wish)
        answers = self._repaired(answers)
        return settle_answers(self.form, answers, self.today)

    def _turn_of(self, place: Place) -> tuple[int, Place]:
        return list(self.form.questions).index(place[0]), place

    def _answer(self, question: Question) -> Any:
        if question.columns_asked():
            if not question.is_written_by({self.role}):
                return None
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
        if question.computed or question.retired or question.issued or question.from_programme:
            return []
        if not question.is_written_by({self.role}):
            return []
        if target := question.link_target():
            return list(self.links.get(target, ()))[:3]
        found = KINDS[question.type](question, self.today) if question.type not in APART else []
        return [*found, Unknown.DONT_KNOW, Unknown.REFUSED] if question.unknown else found

    # --- conditions ----------------------------------------------------------------------------------

    def _given(self, answers: Answers, place: Place) -> list[Any]:
        """The answer there, or those of the rows."""
        if len(place) == 1:
            return [answers.get(place[0])]
        return [row.get(place[1]) for row in answers.get(place[0]) or ()]

    def _asked(self, answers: Answers, place: Place) -> list[bool]:
        """Whether it is asked; of a column, in each row."""
        made = settle_answers(self.form, answers, self.today)
        hidden = hidden_questions(self.form, made, self.today)
        if len(place) == 1 or place[0] in hidden:
            return [place[0] not in hidden]
        table = self.form.questions[place[0]]
        [column] = [asked_column for asked_column in table.columns_asked() if asked_column.name == place[1]]
        plain = plain_answers(list(self.form.questions.values()), made)
        return [
            is_question_shown(column, {**plain, **plain_answers(table.columns_asked(), row)}, self.today)
            for row in made.get(place[0]) or ()
        ]

    def _is_shown(self, answers: Answers, place: Place) -> bool:
        return any(self._asked(answers, place))

    def _is_hidden(self, answers: Answers, place: Place) -> bool:
        return not all(self._asked(answers, place))

    def _steered(self, answers: Answers, place: Place, shown: bool) -> Answers:
        """The answers with others that decide about this one, so that it is asked, or not."""
        reached = self._is_shown if shown else self._is_hidden
        deciding = self._deciding(place)
        if reached(answers, place):
            self.locked |= deciding
            return answers
        free = sorted(deciding - self.locked)
        for chosen in product(*[[*self.candidates(self._question(decider))[:16], None] for decider in free]):
            tried = answers
            for decider, answer in zip(free, chosen, strict=True):
                tried = self._with(tried, decider, answer)
            if reached(tried, place):
                self.locked |= {*free}
                return tried
        return answers

    def _with(self, answers: Answers, place: Place, answer: Any) -> Answers:
        """The answers with another one there; of a column, in the first row."""
        if len(place) == 1:
            return {**answers, place[0]: answer}
        rows = [dict(row) for row in answers.get(place[0]) or [{"id": None}]]
        rows[FIRST_ROW][place[1]] = answer
        return {**answers, place[0]: rows}

    def _question(self, place: Place) -> Question:
        question = self.form.questions[place[0]]
        return (
            question
            if len(place) == 1
            else next(column for column in question.columns_asked() if column.name == place[1])
        )

    def _deciding(self, place: Place) -> set[Place]:
        """What a condition is about, what computed answers are made of included."""
        rules = [
            rule
            for section in self.form.sections
            for question in section.questions
            if question.name == place[0]
            for rule in (section.show_if, question.show_if)
        ]
        if len(place) == 2:
            rules.append(self._question(place).show_if)
        table = place[0] if len(place) == 2 else ""
        named = {name for rule in rules for name in _names(rule)}
        return {source for name in named for source in self._typed(name, table)} - {place}

    def _typed(self, name: str, table: str = "") -> set[Place]:
        """The places typed in that a name of a rule stands for; in a row its own columns come first."""
        place = self._place(name, table)
        if place is None:
            return set()
        question = self._question(place)
        if question.computed:
            table_name = place[0] if len(place) == 2 else ""
            return {
                source
                for asked in _names(getattr(question, "value", None))
                for source in self._typed(asked, table_name)
            }
        return {place} if self.candidates(question) else set()

    def _place(self, name: str, table: str) -> Place | None:
        if table and any(one.name == name for one in self.form.questions[table].columns_asked()):
            return table, name
        place = tuple(name.split("."))
        question = self.form.questions.get(place[0])
        if question is None or (len(place) == 1 and question.columns_asked()):
            return None
        return place

    # --- rules ---------------------------------------------------------------------------------------

    def _repaired(self, answers: Answers) -> Answers:
        """The answers with others in place of those that a rule refuses."""
        for _ in range(MOST_REPAIRS):
            wrong = self._wrong(answers)
            if not wrong:
                return answers
            answers = self._without(answers, wrong[0])
        raise AssertionError(f"{self.form.key}: {self._wrong(answers)}")

    def _wrong(self, answers: Answers) -> list[ValidationIssue]:
        made = settle_answers(self.form, answers, self.today)
        return [one for one in validate_answers(self.form, made, self.today) if not one.soft]

    def _without(self, answers: Answers, issue: ValidationIssue) -> Answers:
        """The answers with one changed that takes the issue away: the refused one, or one its rule is about."""
        before = len(self._wrong(answers))
        for tried in self._others(answers, issue):
            if len(self._wrong(tried)) < before:
                return tried
        raise AssertionError(f"{self.form.key}: nothing satisfies {issue}")

    def _others(self, answers: Answers, issue: ValidationIssue) -> Iterator[Answers]:
        question = self.form.questions[issue.where[0]]
        if len(issue.where) == 1:
            about = [question.name, *sorted(_names(question.check) & set(self.form.questions))]
            for name in about:
                for other in (*self.candidates(self.form.questions[name]), None):
                    yield {**answers, name: other}
            return
        place = int(issue.where[1])
        columns = {column.name: column for column in question.columns_asked()}
        refused = columns[issue.where[2]]
        beside = sorted((_names(refused.check) & set(columns)) - {refused.name})
        about = [refused.name, *beside]
        changes = [{name: other} for name in about for other in (*self.candidates(columns[name]), None)]
        for change in [*changes, dict.fromkeys(beside)]:
            rows = [dict(row) for row in answers[question.name]]
            rows[place].update(change)
            yield {**answers, question.name: rows}


def _names(rule: Expression | None) -> set[str]:
    return set(rule.names) if rule is not None else set()
