"""What a page shows of answers that follow from another, as soon as it is typed; what is only suggested is offered."""

from collections.abc import Iterable
from typing import Any

from flask import jsonify, request
from flask_babel import gettext

from app.access.gate import WORKERS, page, require
from app.access.view import View
from app.filing.cells import CellReader
from app.filing.derive import derived_answers, suggested_answers
from app.filing.read import read_texts
from app.language.question import Answers, Question, Reading
from app.pages.asked import Offer
from app.pages.desk import desk
from app.pages.posted import texts_in


def offers(questions: Iterable[Question], answers: Answers, cells: CellReader) -> dict[str, Offer]:
    """What the answers suggest to questions that were left empty, to be put in by a press."""
    asked = {question.name: question for question in questions}
    suggested = suggested_answers(asked.values(), answers, cells)
    return {name: _offer(asked[name], answer, cells.reading) for name, answer in suggested.items()}


def _offer(question: Question, answer: Any, reading: Reading) -> Offer:
    label = gettext(
        "%(answer)s, where the personal number was issued: put it in", answer=question.shown(answer, reading)
    )
    return Offer(f"{question.name}={question.typed(answer, reading)[0]}", label)


class DerivingPages(View):
    """What the browser asks as soon as such an answer is typed."""

    @page("/derive/<form>", WORKERS, methods=("POST",))
    def derive(self, form: str) -> Any:
        """Question → texts for its boxes, and what is offered beside it; nothing is kept."""
        at = desk()
        require("enter" if at.worker.may("enter", form) else "correct", form)
        questions = list(at.enterable[form].questions.values())
        cells, typed = CellReader(at.reading), texts_in(request.form)
        filling = [question for question in questions if question.fills and question.name in typed]
        answers = read_texts(filling, typed, cells).answers
        told = derived_answers(questions, answers, cells)
        return jsonify({
            "filled": {
                name: at.enterable[form].questions[name].typed(answer, at.reading)
                for name, answer in told.items() if answer is not None
            },
            "offered": {name: offer._asdict() for name, offer in offers(questions, answers, cells).items()},
        })
