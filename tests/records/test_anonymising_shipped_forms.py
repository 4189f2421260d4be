"""The shipped forms ask hundreds of things: also of what they leave, nobody finds out whose it was.

The attacker knows everything of everybody, as in ``test_anonymisation.py``; here what he knows is every answer to every
question of the shipped case form and of the sheets of a case.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from dosar import shipped_folder
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import make_definition, make_parts
from dosar.language.load.folder import read_folder
from dosar.language.question import Answers, Question
from dosar.records.erasure.anonymisation import FEWEST_ALIKE, Residue, left_of_sheet, made_anonymous
from tests.attack.answers import options_of

PEOPLE, TIMES, MOST_SHEETS = 40, 5, 12
TODAY = date(2026, 11, 29)


@cache
def forms() -> dict[str, Form]:
    """The forms of a case, with their choices in hand."""
    reading = read_folder(shipped_folder("forms"))
    contents = {part: source.contents for part, source in reading.sources.items()}
    every = make_definition(make_parts(contents), contents).forms
    return {key: form for key, form in every.items() if form.belongs_to or key == CASE_FORM}


def answered(form: Form, chance: Random) -> Answers:
    """A sheet of this form, filled in unlike others'."""
    return {question.name: answer_to(question, chance) for question in form.questions.values()}


def answer_to(question: Question, chance: Random) -> Any:
    if question.columns_asked():
        return [
            {column.name: answer_to(column, chance) for column in question.columns_asked()}
            for _ in range(chance.randrange(4))
        ]
    options = options_of(question, TODAY - timedelta(days=chance.randrange(2000)))
    return chance.choice(options) if options and chance.random() < 0.8 else None


@cache
def person(number: int) -> Residue:
    """What is left of somebody before she stands among others: her case file, and her sheets."""
    chance = Random(number)
    sheets = [
        (form, left_of_sheet(form, answered(form, chance)))
        for form in chance.choices([form for key, form in forms().items() if key != CASE_FORM], k=number % MOST_SHEETS)
    ]
    return Residue(left_of_sheet(forms()[CASE_FORM], answered(forms()[CASE_FORM], chance)), sheets)


def copy_of(one: Residue) -> Residue:
    return Residue(dict(one.facts), list(one.sheets))


def best_guess(knows: Residue, left: Sequence[Residue], chance: Random) -> Residue:
    """The anonymous case that is least unlike what the attacker knows; of several, any."""
    hers = Counter((form.key, repr(answers)) for form, answers in knows.sheets)

    def unlike(one: Residue) -> int:
        wrong = sum(one.facts.get(name) not in (None, value) for name, value in knows.facts.items())
        has = Counter((form.key, repr(answers)) for form, answers in one.sheets)
        return 100 * wrong + sum(((hers - has) + (has - hers)).values())

    found = [(unlike(one), one) for one in left]
    least = min(distance for distance, _ in found)
    return chance.choice([one for distance, one in found if distance == least])


def found_in(people: Sequence[Residue], left: Sequence[Residue], kept: Sequence[Residue], chance: Random) -> int:
    """How many the attacker finds, who knows what is left of each before it was mixed."""
    return sum(best_guess(knows, left, chance) is hers for knows, hers in zip(people, kept, strict=True))


def test_the_forms_are_big_and_leave_much_to_know_one_by() -> None:
    """Otherwise the story proves nothing: not mixed, nearly everybody is found."""
    questions = sum(len(form.questions) for form in forms().values())
    people = [person(number) for number in range(PEOPLE)]
    assert questions > 500 and sum(map(len, (one.facts for one in people))) > PEOPLE
    assert found_in(people, people, people, Random(7)) > PEOPLE / 2


def test_whoever_knows_every_answer_finds_nobody_but_by_chance(tell: Callable[[str], None]) -> None:
    chance, found = Random(7), 0
    for time in range(TIMES):
        people = [person(number) for number in range(time * PEOPLE, (time + 1) * PEOPLE)]
        hers = [copy_of(one) for one in people]
        left = made_anonymous(hers, chance)
        found += found_in(people, left, hers, chance)
        alike = Counter(one.alike for one in left)
        assert all(count >= FEWEST_ALIKE for facts, count in alike.items() if facts)
        assert not [one for one in left if one.sheets and alike[one.alike] < FEWEST_ALIKE]
    tell(f"anonymous cases of the shipped forms found by who knows everything: {found} of {PEOPLE * TIMES}")
    assert found <= PEOPLE * TIMES / FEWEST_ALIKE


def test_nothing_that_was_written_is_left() -> None:
    """No words, no names, no numbers of one's own: choices, bands and sums alone."""
    for number in range(PEOPLE):
        left = person(number)
        for form, answers in [(forms()[CASE_FORM], left.facts), *left.sheets]:
            for name in answers:
                question = form.questions[name]
                parts = question.columns_asked() or (question,)
                assert not [part for part in parts if part.identifies and part.name in answers], (form.key, name)
                assert question.columns_asked() or question.chosen or question.dated or question.summable
