"""Filing sheets: a new one, or a kept one corrected."""

from flask import abort, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.database.form_tables import Record
from dosar.language.question import Answers
from dosar.pages.actions import record_face_url, return_url
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.recovery.expired_session import posted_boxes
from dosar.pages.sheet.batch_entry import current_batch
from dosar.pages.sheet.faces import form_faces
from dosar.pages.sheet.new_sheet import default_answers, prefilled_answers, remember_for_next, requested_case
from dosar.pages.sheet.posting.conflict import answer_marks, conflict_page
from dosar.pages.sheet.posting.one_per_case import compare_with_existing, redirect_to_existing
from dosar.pages.sheet.posting.resubmission import redirect_resubmission
from dosar.pages.sheet.section_steps import has_section_steps
from dosar.pages.sheet.sheet_view import PageResponse, SheetEditor, saved_response, section_or_404
from dosar.pages.signed_tokens import shown_version, submission_token, submission_word, version_token
from dosar.pages.urls import page_url, requested_place, sheet_page_url
from dosar.records.row_scope import OutOfReach
from dosar.records.save import EditConflict, SheetExists, correct_sheet, enter_sheet, open_sheet, record_filed_before


def new_sheet_page(form: str) -> PageResponse:
    """The page of a new sheet, and what a post of it leads to."""
    context = page_context()
    whole, known = context.repository.forms[form], context.enterable[form]
    case = requested_case(context, whole)
    if isinstance(case, str):
        return case
    begun, told = default_answers(context, known), prefilled_answers(context, known, case)
    chosen = form_faces(context, known, begun | told)
    sheet = SheetEditor(
        context,
        chosen.form,
        whole,
        requested_place(),
        {**begun, **told, **chosen.beginning(told, context.reading), **chosen.face_answer()},
        case,
        step=0 if has_section_steps(chosen.form) else None,
        cancel_url=return_url(form, case),
        papers=chosen,
        face_url=lambda face: sheet_page_url(requested_place(), face),
    )
    if request.method == "GET" and (there := redirect_to_existing(sheet)) is not None:
        return there
    if request.method == "GET":
        sheet.hidden = {"_once": submission_token(context.worker.id)}
        sheet.pile = current_batch(context, whole)
        return sheet.opened()
    sheet.hidden = {"_once": request.form.get("_once", "")}
    word = submission_word(sheet.hidden["_once"], context.worker.id)
    return sheet.answer_post(lambda answers, reason: _file_new(context, sheet, case, answers, reason, word))


def correction_page(form: str, record_id: int, step: int | None) -> PageResponse:
    """The page that corrects a kept sheet, and what a post of it leads to."""
    context = page_context()
    known, whole = context.form(form), context.repository.forms[form]
    sheet = find_or_404(open_sheet, context.repository, form, record_id)
    if whole.append_only:
        abort(403)
    seen = form_faces(context, known, sheet.answers)
    if step is None and has_section_steps(seen.form):
        return redirect(page_url("RecordPages.edit_section", seen.word, form=form, record_id=record_id, step=1))
    editor = SheetEditor(
        context,
        seen.form,
        whole,
        requested_place(),
        sheet.answers,
        sheet.case,
        sheet.record,
        section_or_404(seen.form, step),
        cancel_url=record_face_url(form, record_id, seen.word),
        papers=seen,
        step_url=lambda place: page_url(
            "RecordPages.edit_section", seen.word, form=form, record_id=record_id, step=place + 1
        ),
    )
    editor.hidden["_seen"] = request.form.get("_seen") or version_token(
        form, record_id, sheet.record.version, answer_marks(editor.questions, sheet.answers)
    )
    if request.method == "GET":
        return editor.opened()
    return editor.answer_post(lambda answers, reason: _file_correction(context, editor, answers, reason))


def _file_new(
    context: PageContext, sheet: SheetEditor, case: Record | None, answers: Answers, reason: str, word: str
) -> Response:
    case_id = case.id if case is not None else None
    filed = record_filed_before(context.repository, sheet.whole, word)
    if filed is not None and (again := redirect_resubmission(context, sheet, filed, answers)) is not None:
        return again
    try:
        record_id = enter_sheet(context.repository, sheet.whole, answers, context.actor, case_id, word, reason)
    except SheetExists as one:
        return compare_with_existing(sheet, one.record_id, answers, posted_boxes(request.form))
    except OutOfReach:
        abort(404)
    key, on_paper = sheet.whole.key, sheet.papers.word if sheet.papers else {}
    if "_more" in request.form and sheet.step is None:
        remember_for_next(sheet, answers)
        address = page_url("RecordPages.new", on_paper, form=key, case=case_id)
        return saved_response(gettext("Saved. Here is the next one."), address)
    after = sheet.next_step(answers) if "_more" in request.form else None
    if after is not None:
        address = page_url("RecordPages.edit_section", on_paper, form=key, record_id=record_id, step=after + 1)
        return saved_response(gettext("Saved."), address)
    if not context.worker.may("see", key):
        return saved_response(gettext("Saved."), "/")
    return saved_response(gettext("Saved."), record_face_url(key, record_id))


def _file_correction(context: PageContext, editor: SheetEditor, answers: Answers, reason: str) -> PageResponse:
    assert editor.record is not None
    form, record_id = editor.whole, editor.record.id
    version = shown_version(editor.hidden["_seen"], form.key, record_id)
    try:
        correct_sheet(context.repository, form, record_id, version, answers, context.actor, reason)
    except EditConflict:
        return conflict_page(context, editor, answers), 409
    except OutOfReach:
        abort(404)
    word = editor.papers.word if editor.papers else {}
    if "_more" in request.form and editor.step is not None:
        after = editor.next_step(answers)
        if after is not None:
            return saved_response(
                gettext("Saved."),
                page_url("RecordPages.edit_section", word, form=form.key, record_id=record_id, step=after + 1),
            )
    return saved_response(gettext("Saved."), record_face_url(form.key, record_id, word))
