"""What an answer tells of others: whoever reads it must be cleared for all that it follows from.

A computed answer, one that is only asked while another is given, and one that a new sheet begins with, each tells
of the answers behind it. A question therefore asks for their clearances too, through every chain and every form,
unless its file says why it may tell them (``reveals``).
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import NamedTuple

from dosar.language.form import CASE_FORM, Form, Section
from dosar.language.question import Question
from dosar.language.question_options import Sensitivity

Clearances = frozenset[Sensitivity]


class QuestionPlace(NamedTuple):
    """Where a question stands."""

    form: str
    rows_of: str
    """The table it is a column of; empty for none."""
    name: str


ClearancesByPlace = Mapping[QuestionPlace, Clearances]


def with_inherited_clearances(forms: Mapping[str, Form]) -> dict[str, Form]:
    """The forms whose questions know what else one must be cleared for, to read them."""
    needed = inherited_clearances(forms)
    return {key: _with_clearances(form, needed) for key, form in forms.items()}


def inherited_clearances(forms: Mapping[str, Form]) -> dict[QuestionPlace, Clearances]:
    """What each question asks for by itself, and by all it follows from."""
    reads = {place: sources for form in forms.values() for place, sources in _sources_in_form(form, forms)}
    needed = {place: question.own_clearances for form in forms.values() for place, question in _places_in(form)}
    while True:
        after = {
            place: reduce(Clearances.union, (needed.get(source, Clearances()) for source in reads[place]), own)
            for place, own in needed.items()
        }
        if after == needed:
            return needed
        needed = after


def _places_in(form: Form) -> Iterator[tuple[QuestionPlace, Question]]:
    for question in form.questions.values():
        yield QuestionPlace(form.key, "", question.name), question
        for column in question.columns_asked():
            yield QuestionPlace(form.key, question.name, column.name), column


def _sources_in_form(form: Form, forms: Mapping[str, Form]) -> Iterator[tuple[QuestionPlace, set[QuestionPlace]]]:
    for section in form.sections:
        for question in section.questions:
            place = QuestionPlace(form.key, "", question.name)
            yield place, {*_sources(question, form, None, section), *_begun_with(question, None, forms)}
            for column in question.columns_asked():
                sources = {*_sources(column, form, question, None), *_begun_with(column, question, forms)}
                yield QuestionPlace(form.key, question.name, column.name), sources


def _sources(
    question: Question, form: Form, table: Question | None, section: Section | None
) -> Iterator[QuestionPlace]:
    """The questions whose answers decide this one, or whether it is asked."""
    conditions = (question.expressions().get("value"), question.show_if, section.show_if if section else None)
    names = {name for rule in conditions if rule is not None for name in rule.names}
    for name in names if question.reveals is None else ():
        rows_of, _, column = name.rpartition(".")
        if rows_of:
            yield QuestionPlace(form.key, "", rows_of)
        is_beside = not rows_of and table is not None and table.column(name) is not None
        yield QuestionPlace(form.key, table.name if is_beside and table else rows_of, column)


def _begun_with(question: Question, table: Question | None, forms: Mapping[str, Form]) -> Iterator[QuestionPlace]:
    """The question of another sheet whose answer a new one begins with."""
    if question.reveals is not None:
        return
    if question.from_case:
        yield QuestionPlace(CASE_FORM, "", question.from_case)
    if question.from_last and table is None:
        key, _, name = question.from_last.partition(".")
        yield QuestionPlace(key, "", name)
    elif question.from_last and table is not None and table.from_last:
        key, _, rows_of = table.from_last.partition(".")
        yield QuestionPlace(key, rows_of, question.from_last)


def _with_clearances(form: Form, needed: ClearancesByPlace) -> Form:
    return form.with_questions(
        lambda question: _asking_for(question, QuestionPlace(form.key, "", question.name), needed)
    )


def _asking_for(question: Question, place: QuestionPlace, needed: ClearancesByPlace) -> Question:
    columns = [
        _asking_for(column, QuestionPlace(place.form, question.name, column.name), needed)
        for column in question.columns_asked()
    ]
    return (question.with_columns(columns) if columns else question).asking_for(needed[place])
