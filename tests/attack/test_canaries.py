"""A canary is found however a page writes it; chance and reckoned days are none."""

from datetime import date

import pytest

from dosar import shipped_folder
from dosar.fields.dates import Day
from dosar.fields.money import Amount
from dosar.fields.people import Phone
from dosar.fields.text import TextLine
from dosar.language.question import Question, ReadingContext
from dosar.language.text.texts import Text
from tests.attack.canaries import Aviary, Canary
from tests.attack.policy import Policy

LABEL: Text = {"en": "Label", "ro": "Etichetă"}
QUESTIONS: list[Question] = [kind(name="asked", label=LABEL) for kind in (TextLine, Day, Amount, Phone)]
HERS = Canary("visit_report", "asked", "own", frozenset())


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(shipped_folder("forms"))


@pytest.fixture
def aviary(policy: Policy) -> Aviary:
    """Three words already stand somewhere else."""
    found = Aviary(policy)
    for _ in range(3):
        found.word(HERS)
    return found


@pytest.mark.parametrize("language", ["ro", "en"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.type)
def test_what_a_page_shows_is_found(aviary: Aviary, question: Question, language: str) -> None:
    answers = [aviary.answer(question, HERS) for _ in range(30)]
    for number, answer in enumerate(answers, 3):
        shown = question.shown(answer, ReadingContext(language, date(2026, 11, 22)))
        assert aviary.found(f"<td>{shown}</td>") == {number}, shown


@pytest.mark.parametrize(
    "text",
    [
        "1901-01-02",
        "02.01.1901",
        "2 ianuarie 1901",
        "77.000.012",
        "?v=7700001",
        "cnr00099x",
        'value="eyJ7700001.7700002-abcdefghijklmnopqrstuvwxyz01234"',
    ],
)
def test_chance_is_no_canary(aviary: Aviary, text: str) -> None:
    aviary.answer(QUESTIONS[1], HERS)
    aviary.answer(QUESTIONS[2], HERS)
    assert aviary.found(text) == set()
