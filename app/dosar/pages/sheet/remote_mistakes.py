"""What a rule says about an answer that is not on this page: led to the page that can put it right."""

from collections.abc import Collection

from flask import url_for

from dosar.filing.result import ConsentMissing, ElsewhereIssue, KnownPerson
from dosar.language.answers.validation import ValidationIssue
from dosar.language.face import FACE_NAME_FOR_ALL
from dosar.language.form import Form, Section
from dosar.language.text.texts import text_in_language
from dosar.pages.consent import leads_to_consent
from dosar.pages.rendering.question_view import Way
from dosar.pages.sheet.duplicates import leads_to_known
from dosar.pages.sheet.section_steps import has_section_steps
from dosar.pages.sheet.sheet_editor import SheetEditor


def way_from(editor: SheetEditor, issue: ValidationIssue) -> Way:
    """Where the issue leads from this page."""
    if isinstance(issue, KnownPerson):
        return Way(leads=leads_to_known(issue, editor.full_form.key))
    if isinstance(issue, ConsentMissing):
        return Way(leads=leads_to_consent(editor.context, issue.form, issue.case_id))
    if isinstance(issue, ElsewhereIssue):
        label = ", ".join(
            text_in_language(question.label, editor.context.reading.language) for question in issue.questions
        )
        return Way(label, _question_url(editor, editor.known, issue.question))
    return Way()


def _question_url(editor: SheetEditor, known: Form, name: str) -> str:
    """Where the question is asked: on this paper, else among all questions of the form."""
    step = _section_place(editor.form.sections, name)
    if step is not None and editor.step_url is not None and editor.step is not None:
        return f"{editor.step_url(step)}#{name}"
    assert editor.record is not None
    face = FACE_NAME_FOR_ALL if editor.papers and editor.papers.faces else None
    arguments = {"form": known.key, "record_id": editor.record.id, "face": face}
    if has_section_steps(known):
        return url_for(
            "RecordPages.edit_section", step=(_section_place(known.sections, name) or 0) + 1, _anchor=name, **arguments
        )
    return url_for("RecordPages.edit", _anchor=name, **arguments)


def _section_place(sections: Collection[Section], name: str) -> int | None:
    return next(
        (
            position
            for position, section in enumerate(sections)
            if any(question.name == name for question in section.questions)
        ),
        None,
    )
