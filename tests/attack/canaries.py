"""Canaries: a unique word in every answer, remembered with where it was put.

Wherever one turns up, :class:`Aviary` knows whose answer has been shown. Words, numbers, e-mail
addresses, phone and personal numbers and days are unique; answers chosen from a list cannot be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dosar.fields.money import Money
from dosar.language.question import Question
from tests.attack.policy import ANYBODY, Place, Policy

FIRST_DAY, APART = date(1901, 1, 1), 11
"""A day reckoned from a canary, such as three years later, must not be another canary's."""
FEWEST = 7_700_000
WORD = re.compile(r"cnr(\d{5})x")
GAPS = " .,\u00a0\u202f"
NUMBER = re.compile(rf"7(?=[{GAPS}]?7((?:[{GAPS}]?\d){{5}})(?!\d))")
ANY_GAP = str.maketrans("", "", GAPS)
YEAR = re.compile(r"19[0-5]\d(?!\d)")
ROMANIAN = ("ian", "feb", "mar", "apr", "mai", "iun", "iul", "aug", "sep", "oct", "noi", "dec")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: month for names in (ROMANIAN, ENGLISH) for month, name in enumerate(names, 1)}
DAY_BEFORE = re.compile(rf"(?<!\d)(\d{{1,2}})[.\s](\d{{2}}|{'|'.join(MONTHS)})[a-zș]*\.?[.\s]$")
DAY_AFTER = re.compile(r"-(\d{2})-(\d{2})(?!\d)")
LONGEST_DAY = 22
"""Letters before the year: ``27 septembrie``, with room to spare."""
RANDOM_BEFORE, RANDOM_AFTER = re.compile(r"[\w.-]*$"), re.compile(r"[\w.-]*")
RANDOM, FURTHEST = 40, 200
"""Signed tokens are so many letters and digits without a gap: what looks like a number in them is chance."""


@dataclass(frozen=True)
class Canary:
    """Where a unique answer was put."""

    form: str
    question: str
    place: Place
    needs: frozenset[str]


@dataclass(frozen=True)
class Worker:
    """A canary in the name of somebody who signs in: her colleagues know it."""


@dataclass(frozen=True)
class Private:
    """A canary that only one worker knows: what stands in her drafts."""

    user: str


Bird = Canary | Worker | Private


class Aviary:
    """Every canary, and the finding of them in a text."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.kept: list[Bird] = []
        self.looks: list[str] = []
        self.days: list[int] = []
        """The numbers of those that are days, in the order of the calendar."""
        self._hidden: dict[str, set[int]] = {}

    def word(self, bird: Bird) -> str:
        return f"cnr{self._keep(bird, 'word'):05}x"

    def _keep(self, bird: Bird, look: str) -> int:
        """Remember the canary; the number it is made of."""
        self.kept.append(bird)
        self.looks.append(look)
        number = len(self.kept) - 1
        if look == "day":
            self.days.append(number)
            return len(self.days) - 1
        return number

    def answer(self, question: Question, canary: Canary) -> Any:
        """A unique answer of this kind, or ``None`` where there cannot be one."""
        if question.type not in UNIQUE:
            return None
        look, make = UNIQUE[question.type]
        return make(question, self._keep(canary, look))

    def is_word(self, number: int) -> bool:
        return self.looks[number] == "word"

    def words(self) -> Iterator[tuple[str, Bird]]:
        """Every canary that is a word, and the word."""
        for number, bird in enumerate(self.kept):
            if self.is_word(number):
                yield f"cnr{number:05}x", bird

    def found(self, text: str) -> set[int]:
        """The numbers of the canaries in a text."""
        text = text.lower()
        looks = (
            ("word", (int(found[1]) for found in WORD.finditer(text))),
            ("number", (int(found[1].translate(ANY_GAP)) for found in NUMBER.finditer(text) if _stands_alone(found))),
            ("day", (self._number_of(_day_of(found)) for found in YEAR.finditer(text))),
        )
        return {
            number
            for look, numbers in looks
            for number in numbers
            if 0 <= number < len(self.kept) and self.looks[number] == look
        }

    def _number_of(self, day: int) -> int:
        """The number of the canary that is this day, counted from the first; -1 for none."""
        place, between = divmod(day, APART)
        return self.days[place] if not between and 0 <= place < len(self.days) else -1

    def hidden_from(self, role: str) -> set[int]:
        """The numbers of the canaries this role may not see."""
        if role not in self._hidden:
            self._hidden[role] = {number for number, bird in enumerate(self.kept) if not self.may_see(role, bird)}
        return self._hidden[role]

    def may_see(self, role: str, canary: Bird) -> bool:
        if isinstance(canary, Worker):
            return role != ANYBODY
        if isinstance(canary, Private):
            return role == canary.user
        titled = canary.question in self.policy.titled_by(canary.form)
        reaches = self.policy.names if titled else self.policy.reaches
        return canary.needs <= self.policy.clearances(role) and reaches(role, canary.form, canary.place)


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether these digits are no part of a signed token, nor of the version of a file."""
    text, start = found.string, found.start()
    before = RANDOM_BEFORE.search(text, max(0, start - FURTHEST), start)
    after = RANDOM_AFTER.match(text, start)
    assert before and after
    return len(before[0]) + len(after[0]) < RANDOM and text[max(0, before.start() - 3) : before.start()] != "?v="


def _day_of(found: re.Match[str]) -> int:
    """The number of the day that has this year: written the Romanian way or the computers'."""
    text, start = found.string, found.start()
    before = DAY_BEFORE.search(text, max(0, start - LONGEST_DAY), start)
    after = DAY_AFTER.match(text, found.end())
    if before:
        return _day(found[0], before[2], before[1])
    return _day(found[0], after[1], after[2]) if after else -1


def _day(year: str, month: str, day: str) -> int:
    number = int(month) if month.isdigit() else MONTHS[month]
    try:
        return (date(int(year), number, int(day)) - FIRST_DAY).days
    except ValueError:
        return -1


def _number(question: Any, number: int) -> int | None:
    fits = (question.max is None or question.max >= FEWEST + number) and (question.min or 0) <= FEWEST
    return FEWEST + number if fits else None


def _decimal(question: Any, number: int) -> Decimal | None:
    whole = _number(question, number)
    return None if whole is None else Decimal(whole)


def _long_ago(question: Any, number: int) -> date | None:
    day = FIRST_DAY + timedelta(days=number * APART)
    return day if day.year < 1960 else None


UNIQUE: dict[str, tuple[str, Any]] = {
    "text": ("word", lambda question, number: f"cnr{number:05}x"),
    "paragraph": ("word", lambda question, number: f"cnr{number:05}x\n(a doua linie)"),
    "code": ("word", lambda question, number: f"CNR{number:05}X"),
    "email": ("word", lambda question, number: f"cnr{number:05}x@exemplu.ro"),
    "phone": ("number", lambda question, number: f"+407277{number:05}"),
    "integer": ("number", _number),
    "decimal": ("number", _decimal),
    "money": ("number", lambda question, number: Money(Decimal(FEWEST + number), question.currencies[0])),
    "personal_number": ("number", lambda question, number: f"29912377{number:05}"),
    "date": ("day", _long_ago),
    "partial_date": ("day", lambda question, number: str(day) if (day := _long_ago(question, number)) else None),
}
"""Kind of question → how its canaries look, and one with a number."""
