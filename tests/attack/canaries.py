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

from app.fields.money import Money
from app.language.question import Question
from tests.attack.policy import ANYBODY, Place, Policy

FIRST_DAY = date(1901, 1, 1)
FEWEST = 7_700_000
WORD = re.compile(r"cnr(\d{5})x", re.IGNORECASE)
GAPS = re.compile(r"(?<=\d)[ .,\u00a0\u202f](?=\d)")
NUMBER = re.compile(r"77(\d{5})")
MONTHS = ("ian", "feb", "mar", "apr", "mai", "iun", "iul", "aug", "sep", "oct", "noi", "dec")
DAY = re.compile(rf"(?<!\d)(\d{{1,2}})(?:\.|\s)(\d{{2}}|{'|'.join(MONTHS)})[a-zș]*\.?(?:\.|\s)(19[0-5]\d)(?!\d)")
ISO_DAY = re.compile(r"(?<!\d)(19[0-5]\d)-(\d{2})-(\d{2})(?!\d)")
NOISE = re.compile(r'(?:value|content)="[\w.-]{40,}"|\?v=\w+|"[\w-]{80,}"')
"""Signed tokens and versions of files: random letters and digits."""


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

    def word(self, bird: Bird) -> str:
        return f"cnr{self._keep(bird, 'word'):05}x"

    def _keep(self, bird: Bird, look: str) -> int:
        self.kept.append(bird)
        self.looks.append(look)
        return len(self.kept) - 1

    def answer(self, question: Question, canary: Canary) -> Any:
        """A unique answer of this kind, or ``None`` where there cannot be one."""
        if question.type not in UNIQUE:
            return None
        look, make = UNIQUE[question.type]
        return make(question, self._keep(canary, look))

    def words(self) -> Iterator[tuple[str, Bird]]:
        """Every canary that is a word, and the word."""
        for number, bird in enumerate(self.kept):
            if self.looks[number] == "word":
                yield f"cnr{number:05}x", bird

    def found(self, text: str) -> Iterator[Bird]:
        """The canaries in a text."""
        plain = NOISE.sub("", text)
        looks = {
            "word": {int(number) for number in WORD.findall(text)},
            "day": {
                *(_day(year, month, day) for day, month, year in DAY.findall(plain)),
                *(_day(year, month, day) for year, month, day in ISO_DAY.findall(plain)),
            },
            "number": {int(number) for number in NUMBER.findall(GAPS.sub("", plain))},
        }
        for look, numbers in looks.items():
            for number in sorted(numbers):
                if 0 <= number < len(self.kept) and self.looks[number] == look:
                    yield self.kept[number]

    def seen_wrongly(self, text: str, role: str) -> list[Bird]:
        """The canaries in the text that this role may not see."""
        return [bird for bird in self.found(text) if not self.may_see(role, bird)]

    def may_see(self, role: str, canary: Bird) -> bool:
        if isinstance(canary, Worker):
            return role != ANYBODY
        if isinstance(canary, Private):
            return role == canary.user
        return canary.needs <= self.policy.clearances(role) and self.policy.reaches(role, canary.form, canary.place)


def _day(year: str, month: str, day: str) -> int:
    number = int(month) if month.isdigit() else MONTHS.index(month) + 1
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
    day = FIRST_DAY + timedelta(days=number)
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
