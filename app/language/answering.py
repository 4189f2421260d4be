"""From what was typed to what is kept: hidden answers go, computed ones come, rules are judged.

Pure: no clock, no database. ``today`` and the answers come in, the answers and complaints go out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.language.form import Form
from app.language.message import Message
from app.language.question import Answers, Question
from app.language.texts import Text

Where = tuple[str, ...]
"""A question's name; for a cell its table, row position and column."""

REQUIRED = Message("Answer this question.")
NOT_ACCEPTED = Message("This answer does not fit; check it against the paper.")
LOOK_AGAIN = Message("This answer is unusual; check it against the paper.")
MOST_ROUNDS = 10


@dataclass(frozen=True)
class Complaint:
    """Why a sheet cannot be kept as it is, or (``soft``) what somebody should look at again."""

    where: Where
    said: Message | Text
    soft: bool = False


def plain_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as expressions see them."""
    return {question.name: question.plain(answers.get(question.name)) for question in questions}


def hidden_questions(form: Form, answers: Answers, today: date) -> set[str]:
    """The questions that are not asked with these answers.

    A hidden answer counts as missing for the conditions of others, wherever they stand.
    """
    questions = list(form.questions.values())
    plain = plain_answers(questions, answers)
    hidden: set[str] = set()
    for _ in range(MOST_ROUNDS):
        seen = {name: None if name in hidden else value for name, value in plain.items()}
        now_hidden = set(_hidden_with(form, seen, today))
        if now_hidden == hidden:
            break
        hidden = now_hidden
    return hidden


def _hidden_with(form: Form, plain: Mapping[str, Any], today: date) -> Iterator[str]:
    for section in form.sections:
        section_shown = section.show_if is None or section.show_if.value(plain, today) is True
        for question in section.questions:
            if not section_shown or not is_shown(question, plain, today):
                yield question.name


def is_shown(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    return question.show_if is None or question.show_if.value(plain, today) is True


def settled(form: Form, answers: Answers, today: date) -> Answers:
    """The answers to keep: hidden ones gone, computed ones made, in rows as on the sheet."""
    kept = dict(answers)
    for _ in range(MOST_ROUNDS):
        before = dict(kept)
        hidden = hidden_questions(form, kept, today)
        for question in form.questions.values():
            if question.name in hidden:
                kept[question.name] = None
            elif question.computed:
                kept[question.name] = question.compute(plain_answers(list(form.questions.values()), kept), today)
            elif question.columns_asked():
                kept[question.name] = _settled_rows(form, question, kept, today)
        if kept == before:
            break
    return kept


def _settled_rows(form: Form, table: Question, answers: Answers, today: date) -> list[Answers] | None:
    rows = answers.get(table.name)
    if not rows:
        return None
    around = plain_answers(list(form.questions.values()), answers)
    return [_settled_row(table, row, around, today) for row in rows]


def _settled_row(table: Question, row: Answers, around: Mapping[str, Any], today: date) -> Answers:
    kept = dict(row)
    for column in table.columns_asked():
        plain = {**around, **plain_answers(table.columns_asked(), kept)}
        if not is_shown(column, plain, today):
            kept[column.name] = None
        elif column.computed:
            kept[column.name] = column.compute(plain, today)
    return kept


def complaints(form: Form, answers: Answers, today: date, asked: set[str] | None = None) -> list[Complaint]:
    """What is wrong with settled answers; only about the questions ``asked``, if given."""
    plain = plain_answers(list(form.questions.values()), answers)
    hidden = hidden_questions(form, answers, today)
    found: list[Complaint] = []
    for question in form.asked():
        if question.name in hidden or (asked is not None and question.name not in asked):
            continue
        found.extend(_about(question, answers.get(question.name), plain, today, (question.name,)))
        for position, row in enumerate(answers.get(question.name) or () if question.columns_asked() else ()):
            around = {**plain, **plain_answers(question.columns_asked(), row)}
            for column in question.columns_asked():
                if is_shown(column, around, today) and not column.retired:
                    where = (question.name, str(position), column.name)
                    found.extend(_about(column, row.get(column.name), around, today, where))
    return found


def _about(question: Question, answer: Any, plain: Mapping[str, Any], today: date, where: Where) -> Iterator[Complaint]:
    required = question.required or (question.required_if and question.required_if.value(plain, today) is True)
    if answer is None or answer == []:
        if required and not question.computed:
            yield Complaint(where, REQUIRED)
        return
    if question.check is not None and question.check.value(plain, today) is False:
        yield Complaint(where, question.message or NOT_ACCEPTED)
    if question.warn is not None and question.warn.value(plain, today) is True:
        yield Complaint(where, question.warning or LOOK_AGAIN, soft=True)
    doubt = question.doubts(answer)
    if doubt is not None:
        yield Complaint(where, doubt.message, soft=True)


def missing(form: Form, answers: Answers, today: date) -> list[str]:
    """The required questions still without an answer: what a half filled sheet lacks."""
    return [
        complaint.where[0] for complaint in complaints(form, answers, today)
        if complaint.said is REQUIRED
    ]
