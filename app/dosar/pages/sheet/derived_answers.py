"""What a page shows of answers that follow from another, as soon as it is typed; what is only suggested is offered."""

from collections.abc import Iterable
from typing import Any

from flask import jsonify, request
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route, require_permission
from dosar.filing.cells import CellReader
from dosar.filing.derive import derived_answers, suggested_answers
from dosar.filing.read import read_texts
from dosar.language.question import Answers, Question, ReadingContext
from dosar.pages.context import page_context
from dosar.pages.input.posted_boxes import texts_in
from dosar.pages.rendering.question_view import OfferedAnswer


def offered_answers(questions: Iterable[Question], answers: Answers, cells: CellReader) -> dict[str, OfferedAnswer]:
    """What the answers suggest to questions that were left empty, to be put in by a press."""
    by_name = {question.name: question for question in questions}
    suggested = suggested_answers(by_name.values(), answers, cells)
    return {name: _offered_answer(by_name[name], answer, cells.reading) for name, answer in suggested.items()}


def _offered_answer(question: Question, answer: Any, reading: ReadingContext) -> OfferedAnswer:
    label = gettext(
        "%(answer)s, where the personal number was issued: put it in", answer=question.shown(answer, reading)
    )
    return OfferedAnswer(f"{question.name}={question.typed(answer, reading)[0]}", label)


class DerivedAnswerPages(PageView):
    """What the browser asks as soon as such an answer is typed."""

    @page_route("/derive/<form>", SIGNED_IN_ACCESS, methods=("POST",))
    def derive(self, form: str) -> Any:
        """Question → texts for its boxes, and what is offered beside it; nothing is kept."""
        context = page_context()
        require_permission("enter" if context.worker.may("enter", form) else "correct", form)
        questions = list(context.enterable[form].questions.values())
        cells, texts = CellReader(context.reading), texts_in(request.form)
        filling = [question for question in questions if question.fills and question.name in texts]
        answers = read_texts(filling, texts, cells).answers
        derived = derived_answers(questions, answers, cells)
        return jsonify(
            {
                "filled": {
                    name: context.enterable[form].questions[name].typed(answer, context.reading)
                    for name, answer in derived.items()
                    if answer is not None
                },
                "offered": {
                    name: offer._asdict() for name, offer in offered_answers(questions, answers, cells).items()
                },
            }
        )
