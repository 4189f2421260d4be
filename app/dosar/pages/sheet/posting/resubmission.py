"""A new sheet that is sent once more: as it was, it is saved already; with other answers, none of them is lost."""

from flask import flash, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.language.question import Answers
from dosar.pages.actions import record_face_url
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import answers_as_posted, typed_boxes
from dosar.pages.sheet.sheet_drafts import correction_token, keep_draft_of_correction
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import sheet_page_url
from dosar.records.audit_log import first_entry
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.stored_answers import open_sheet

FIRST_VERSION = 1
BUTTON_BOXES = ("_more", "_confirmed", "_reason")


def redirect_resubmission(
    context: PageContext, editor: SheetEditor, record_id: int, answers: Answers
) -> Response | None:
    """Where it leads if something else stands on the page than what was saved with it first.

    What was typed waits as a draft where the record is corrected, with the version she knows: if somebody
    corrected it meanwhile, both are compared.
    """
    key = editor.full_form.key
    if not context.worker.may("see", key):
        return None
    try:
        entered = _first_answers(context, editor, record_id)
    except OutOfReach:
        return None
    changed = _changed_names(editor, answers, entered)
    if not changed:
        return None
    if not editor.may_correct or not changed <= context.forms[key].questions.keys():
        flash(gettext("This sheet was saved before. What you have changed on it since was not saved."), "warning")
        return redirect(record_face_url(key, record_id, editor.face_arguments), 303)
    token = correction_token(editor, record_id, FIRST_VERSION, entered)
    place = keep_draft_of_correction(editor, record_id, token, _boxes_to_keep(editor, answers, entered))
    flash(
        gettext("This sheet was saved before. What you have changed on it since stands here: look at it and save it."),
        "warning",
    )
    return redirect(sheet_page_url(place, editor.face), 303)


def _changed_names(editor: SheetEditor, answers: Answers, entered: Answers) -> set[str]:
    """The questions that are answered otherwise than they were saved first."""
    return {
        question.name
        for question in editor.questions
        if not (question.computed or question.issued or question.attached)
        and question.as_said(answers.get(question.name)) != question.as_said(entered.get(question.name))
    }


def _boxes_to_keep(editor: SheetEditor, answers: Answers, entered: Answers) -> list[tuple[str, str]]:
    """What stands on the page, without the rows that are kept for good."""
    tables = {question.name: question for question in editor.questions if question.only_added}
    rows = {
        name: [
            row
            for row in answers.get(name) or ()
            if table.as_said([row]) not in [table.as_said([entered_row]) for entered_row in entered[name]]
        ]
        for name, table in tables.items()
        if entered.get(name)
    }
    boxes = [
        (name, text)
        for name, text in typed_boxes(request.form)
        if name not in BUTTON_BOXES and name.partition(".")[0] not in rows
    ]
    posted = answers_as_posted([tables[name] for name in rows], rows, editor.context.reading)
    return boxes + [(name, text) for name in posted for text in posted.getlist(name)]


def _first_answers(context: PageContext, editor: SheetEditor, record_id: int) -> Answers:
    """What was saved first, as the history tells it. Raises :class:`OutOfReach`."""
    record = open_sheet(context.repository, editor.full_form.key, record_id).record
    first = first_entry(context.repository, editor.full_form, record)
    return {change.question.name: change.new for change in first.changes}
