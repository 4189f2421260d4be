"""What a rule says about an answer that is not on this page: led to the page that can put it right."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import url_for

from dosar.language.face import FACE_NAME_FOR_ALL
from dosar.language.form import Form, Section
from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.language.validation import ValidationIssue
from dosar.pages.sheet.section_steps import has_section_steps

if TYPE_CHECKING:
    from dosar.pages.sheet.sheet_view import SheetEditor


def place_complaint(
    sheet: "SheetEditor", complaint: ValidationIssue, changed: Collection[str]
) -> ValidationIssue | None:
    """The complaint as this page says it.

    Of an answer that she may not see nothing is told, not even that it does not fit: whoever may is told.
    """
    if any(question.name == complaint.where[0] for question in sheet.questions):
        return complaint
    known = sheet.papers.known if sheet.papers else sheet.form
    asked = _known_questions(known, complaint)
    if asked is None:
        return None
    if sheet.record is None:
        return replace(complaint, where=_changed_question(sheet, complaint, changed))
    label = ", ".join(text_in_language(one.label, sheet.desk.reading.language) for one in asked)
    return replace(complaint, elsewhere=(label, _question_url(sheet, known, complaint.where[0])))


def _changed_question(sheet: "SheetEditor", complaint: ValidationIssue, changed: Collection[str]) -> tuple[str]:
    here = [question.name for question in sheet.questions if question.name in changed]
    return (next((name for name in here if name in complaint.through), here[0]),)


def _known_questions(known: Form, complaint: ValidationIssue) -> list[Question] | None:
    """The question, and its column in a table, as far as she may know them."""
    question = known.questions.get(complaint.where[0])
    if question is None or len(complaint.where) == 1:
        return None if question is None else [question]
    column = question.column(complaint.where[2])
    return None if column is None else [question, column]


def _question_url(sheet: "SheetEditor", known: Form, name: str) -> str:
    """Where the question is asked: on this paper, else among all questions of the form."""
    step = _section_place(sheet.form.sections, name)
    if step is not None and sheet.step_url is not None and sheet.step is not None:
        return f"{sheet.step_url(step)}#{name}"
    assert sheet.record is not None
    face = FACE_NAME_FOR_ALL if sheet.papers and sheet.papers.faces else None
    way = {"form": known.key, "record_id": sheet.record.id, "face": face}
    if has_section_steps(known):
        return url_for(
            "RecordPages.edit_section", step=(_section_place(known.sections, name) or 0) + 1, _anchor=name, **way
        )
    return url_for("RecordPages.edit", _anchor=name, **way)


def _section_place(sections: Collection[Section], name: str) -> int | None:
    return next(
        (place for place, one in enumerate(sections) if any(asked.name == name for asked in one.questions)), None
    )
