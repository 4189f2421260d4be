"""Answers that follow from another: a CNP tells the day of birth and the sex. Asked once, not twice.

What it only suggests, the county in which it was issued, is offered beside the question and never filled in.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import jsonify, request
from flask_babel import gettext

from app.access.gate import WORKERS, page, require
from app.access.view import View
from app.language.message import Mistake
from app.language.question import Answers, Question, Reading
from app.pages.asked import Offer
from app.pages.desk import desk


def derived(questions: Sequence[Question], answers: Answers, reading: Reading) -> Answers:
    """What the answers say about questions that were left empty."""
    asked = {question.name: question for question in questions}
    found: Answers = {}
    for question in questions:
        answer = answers.get(question.name)
        told = question.filled_from(answer)
        for name, value in told.items():
            if name in asked and answers.get(name) is None:
                found[name] = _as_answer(asked[name], value, reading)
    return found


def offers(questions: Iterable[Question], answers: Answers, reading: Reading) -> dict[str, Offer]:
    """What the answers suggest to questions that were left empty."""
    asked = {question.name: question for question in questions}
    found: dict[str, Offer] = {}
    for question in asked.values():
        answer = answers.get(question.name)
        for name, value in question.offered_from(answer).items():
            suggested = _as_answer(asked[name], value, reading) if name in asked and not answers.get(name) else None
            if suggested is not None:
                found[name] = _offer(asked[name], suggested, reading)
    return found


def _offer(question: Question, answer: Any, reading: Reading) -> Offer:
    label = gettext(
        "%(answer)s, where the personal number was issued: put it in", answer=question.shown(answer, reading)
    )
    return Offer(f"{question.name}={question.typed(answer, reading)[0]}", label)


def _as_answer(question: Question, value: Any, reading: Reading) -> Any:
    text = value.isoformat() if isinstance(value, date) else str(value)
    try:
        return question.read([text], reading)
    except Mistake:
        return None


class DerivingPages(View):
    """What the browser asks as soon as such an answer is typed."""

    @page("/derive/<form>", WORKERS, methods=("POST",))
    def derive(self, form: str) -> Any:
        """Question → texts for its boxes, and what is offered beside it; nothing is kept."""
        at = desk()
        require("enter" if at.worker.may("enter", form) else "correct", form)
        questions = list(at.enterable[form].questions.values())
        answers: Answers = {}
        for question in questions:
            if question.name in request.form and question.fills:
                try:
                    answers[question.name] = question.read(request.form.getlist(question.name), at.reading)
                except Mistake:
                    answers[question.name] = None
        told = derived(questions, answers, at.reading)
        return jsonify({
            "filled": {
                name: at.enterable[form].questions[name].typed(answer, at.reading)
                for name, answer in told.items() if answer is not None
            },
            "offered": {name: offer._asdict() for name, offer in offers(questions, answers, at.reading).items()},
        })
