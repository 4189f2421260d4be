"""Answers that follow from another: a CNP tells the day of birth and the sex. Asked once, not twice.

What it only suggests, the county in which it was issued, is never filled in.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dosar.filing.cells import CellReader
from dosar.language.question import Answer, Answers, Question
from dosar.language.text.message import Mistake


def derived_answers(questions: Iterable[Question], answers: Answers, cells: CellReader) -> Answers:
    """What the answers say about questions that were left empty."""
    by_name = {question.name: question for question in questions}
    return {
        name: _as_answer(by_name[name], value, cells)
        for question in by_name.values()
        for name, value in question.filled_from(answers.get(question.name)).items()
        if name in by_name and answers.get(name) is None
    }


def suggested_answers(questions: Iterable[Question], answers: Answers, cells: CellReader) -> Answers:
    """What the answers suggest to questions that were left empty."""
    by_name = {question.name: question for question in questions}
    suggested = {
        name: _as_answer(by_name[name], value, cells)
        for question in by_name.values()
        for name, value in question.offered_from(answers.get(question.name)).items()
        if name in by_name and not answers.get(name)
    }
    return {name: answer for name, answer in suggested.items() if answer is not None}


def _as_answer(question: Question, value: Any, cells: CellReader) -> Answer:
    text = value.isoformat() if isinstance(value, date) else str(value)
    try:
        return cells.read(question, [text])
    except Mistake:
        return None
