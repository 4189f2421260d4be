"""Saved answers that would go because their question is hidden now: said and asked first."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_babel import gettext

from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.language.validation import ValidationIssue, dropped_answers

if TYPE_CHECKING:
    from dosar.pages.sheet.sheet_view import SheetEditor


def dropped_answer_doubts(sheet: "SheetEditor", answers: Answers, changed: Iterable[str]) -> list[ValidationIssue]:
    """The doubt that names the saved answers which saving would drop; by the first change on this page."""
    if sheet.record is None or not sheet.questions:
        return []
    lost = list(dropped_answers(sheet.whole, sheet.kept, answers, sheet.desk.reading.today))
    if not lost:
        return []
    names = "; ".join(dict.fromkeys(_question_label(sheet, *one) for one in lost))
    return [
        ValidationIssue(
            (_causing_question(sheet, lost, set(changed)),),
            Message(
                "Saving this drops what was saved in: %(questions)s. If that is right, save.",
                {"questions": names},
            ),
            soft=True,
        )
    ]


def _causing_question(sheet: "SheetEditor", lost: Iterable[tuple[Question, Question | None]], changed: set[str]) -> str:
    """The question of this page through whose change they go."""
    asking = {name for question, column in lost for one in (question, column) for name in _condition_names(sheet, one)}
    here = [one.name for one in sheet.questions]
    return next(
        (name for name in here if name in changed & asking),
        next(
            (name for name in here if name in changed),
            here[0],
        ),
    )


def _condition_names(sheet: "SheetEditor", question: Question | None) -> set[str]:
    """What the conditions of a question ask about."""
    if question is None:
        return set()
    sections = (section.show_if for section in sheet.whole.sections if question in section.questions)
    return {name.partition(".")[0] for rule in (question.show_if, *sections) if rule is not None for name in rule.names}


def _question_label(sheet: "SheetEditor", question: Question, column: Question | None) -> str:
    """What it is called; an answer out of her sight has no name."""
    known = sheet.desk.forms[sheet.whole.key].questions if sheet.whole.key in sheet.desk.forms else {}
    there = known.get(question.name)
    if there is None or (column is not None and column.name not in {one.name for one in there.columns_asked()}):
        return gettext("(not for you to see)")
    language = sheet.desk.reading.language
    return ": ".join(text_in_language(one.label, language) for one in (question, column) if one is not None)
