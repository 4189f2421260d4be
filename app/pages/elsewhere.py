"""What a rule says about an answer that is not on this page: led to the page that can put it right."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import url_for

from app.language.answering import Complaint
from app.language.face import ALL
from app.language.form import Form, Section
from app.language.question import Question
from app.language.texts import say
from app.pages.steps import in_steps

if TYPE_CHECKING:
    from app.pages.sheet import SheetOnDesk


def led(sheet: "SheetOnDesk", complaint: Complaint, changed: Collection[str]) -> Complaint | None:
    """The complaint as this page says it.

    Of an answer that she may not see nothing is told, not even that it does not fit: whoever may is told.
    """
    if any(question.name == complaint.where[0] for question in sheet.questions):
        return complaint
    known = sheet.papers.known if sheet.papers else sheet.form
    asked = _asked(known, complaint)
    if asked is None:
        return None
    if sheet.record is None:
        return replace(complaint, where=_changed_here(sheet, complaint, changed))
    label = ", ".join(say(one.label, sheet.desk.reading.language) for one in asked)
    return replace(complaint, elsewhere=(label, _address(sheet, known, complaint.where[0])))


def _changed_here(sheet: "SheetOnDesk", complaint: Complaint, changed: Collection[str]) -> tuple[str]:
    here = [question.name for question in sheet.questions if question.name in changed]
    return (next((name for name in here if name in complaint.through), here[0]),)


def _asked(known: Form, complaint: Complaint) -> list[Question] | None:
    """The question, and its column in a table, as far as she may know them."""
    question = known.questions.get(complaint.where[0])
    if question is None or len(complaint.where) == 1:
        return None if question is None else [question]
    column = question.column(complaint.where[2])
    return None if column is None else [question, column]


def _address(sheet: "SheetOnDesk", known: Form, name: str) -> str:
    """Where the question is asked: on this paper, else among all questions of the form."""
    step = _step(sheet.form.sections, name)
    if step is not None and sheet.step_url is not None and sheet.step is not None:
        return f"{sheet.step_url(step)}#{name}"
    assert sheet.record is not None
    face = ALL if sheet.papers and sheet.papers.faces else None
    way = {"form": known.key, "record_id": sheet.record.id, "face": face}
    if in_steps(known):
        return url_for("RecordPages.edit_section", step=(_step(known.sections, name) or 0) + 1, _anchor=name, **way)
    return url_for("RecordPages.edit", _anchor=name, **way)


def _step(sections: Collection[Section], name: str) -> int | None:
    return next(
        (place for place, one in enumerate(sections) if any(asked.name == name for asked in one.questions)), None
    )
