"""What stands on a sheet that was begun and not saved, told to the person it is about: as it was typed.

A draft is no answer yet, so nothing is read out of it; what says who somebody else is, is withheld as on a saved sheet.
Boxes of questions that are asked no more are left out: nobody can say of whom they tell.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dosar.language.form import Form
from dosar.language.privacy.third_persons import names_third_person
from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.records.rights.answers_told import Telling, ToldAnswer

Boxes = Iterable[tuple[str, str]]
LONGEST_NUMBER = 10


class _Typed(NamedTuple):
    """The boxes of one question, or of one cell of a row."""

    question: Question
    table: Question | None
    texts: list[str]


def told_boxes(telling: Telling, form: Form, boxes: Boxes) -> list[ToldAnswer]:
    """Every question in whose boxes something stands."""
    return [_told(telling, form, typed) for typed in _by_question(form, boxes)]


def told_page_boxes(telling: Telling, labels: Mapping[str, str], boxes: Boxes) -> list[ToldAnswer]:
    """What stands in the boxes for text of a page that is no sheet, a reason or a note."""
    shown = [(name, telling.names.without_names(text.strip())) for name, text in boxes if name in labels]
    return [ToldAnswer(name, labels[name], text, text) for name, text in shown if text]


def links_in_boxes(form: Form, boxes: Boxes) -> Answers:
    """Question → the record that was chosen: for the titles by which those are told that may be."""
    found: Answers = {}
    for typed in _by_question(form, boxes):
        if typed.question.link_target() is not None and (number := _number(typed.texts)) is not None:
            if typed.table is None:
                found[typed.question.name] = number
            else:
                found.setdefault(typed.table.name, []).append({typed.question.name: number})
    return found


def _by_question(form: Form, boxes: Boxes) -> list[_Typed]:
    found: dict[tuple[str, ...], _Typed] = {}
    for box, text in boxes:
        question, table = _asked_by(form.questions, box)
        if question is None or question.attached or not text.strip():
            continue
        place = tuple(box.split(".")[: 1 if table is None else 3])
        found.setdefault(place, _Typed(question, table, [])).texts.append(text.strip())
    return list(found.values())


def _asked_by(questions: Mapping[str, Question], box: str) -> tuple[Question | None, Question | None]:
    """The question a box belongs to, and the table of rows it is a column of."""
    name, *parts = box.split(".")
    question = questions.get(name)
    if question is None or not question.columns_asked():
        return question, None
    columns = {column.name: column for column in question.columns_asked()}
    return next((columns[part] for part in parts if part in columns), None), question


def _told(telling: Telling, form: Form, typed: _Typed) -> ToldAnswer:
    question, number = typed.question, _number(typed.texts)
    if names_third_person(telling.forms, form, question, typed.table) or question.link_target() is not None:
        return telling.answer(form, question, number or 0, typed.table)
    shown = telling.names.without_names(", ".join(_in_words(telling, question, text) for text in typed.texts))
    return ToldAnswer(question.name, text_in_language(question.label, telling.reading.language), shown, shown)


def _in_words(telling: Telling, question: Question, text: str) -> str:
    """A choice by its words, everything else as it was typed."""
    choices = question.choices_to_filter_by() if question.chosen else ()
    words = {choice.code: text_in_language(choice.label, telling.reading.language) for choice in choices}
    return words.get(text, text)


def _number(texts: list[str]) -> int | None:
    text = texts[0] if texts else ""
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else None
