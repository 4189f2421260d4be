"""Filing sheets: a new one, or a kept one corrected."""

from dataclasses import replace
from functools import partial

from flask import abort, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.web.redirects import local_redirect_url
from dosar.filing.conflict import answer_marks
from dosar.filing.opening.new_answers import default_answers
from dosar.filing.result import ChangedMeanwhile, OneThereAlready, Outcome, SavedBefore, ValidationResult
from dosar.filing.service import Consent, save
from dosar.language.question import Answers
from dosar.pages.actions import PageResponse, record_face_url, return_url, saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.posted_boxes import typed_boxes
from dosar.pages.input.signed_tokens import shown_version, submission_token, submission_word, version_token
from dosar.pages.restricted import require_unrestricted
from dosar.pages.sheet.batch_entry import current_batch
from dosar.pages.sheet.faces import form_faces
from dosar.pages.sheet.new_sheet import prefilled_answers, remember_for_next, requested_case
from dosar.pages.sheet.posting.answer_post import answer_post
from dosar.pages.sheet.posting.conflict import conflict_page
from dosar.pages.sheet.posting.one_per_case import compare_with_existing, redirect_to_existing
from dosar.pages.sheet.posting.resubmission import redirect_resubmission
from dosar.pages.sheet.residents import requested_residents
from dosar.pages.sheet.section_steps import has_section_steps, section_or_404
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.sheet.sheet_page import opened_page
from dosar.pages.sheet.wanted_bed import answers_of_wanted_bed
from dosar.pages.urls import page_url, requested_place, sheet_page_url
from dosar.records.scope.row_scope import OutOfReach, RefusedInCase
from dosar.records.sheets.stored_answers import open_sheet


def new_sheet_page(form: str) -> PageResponse:
    """The page of a new sheet, and what a post of it leads to."""
    context = page_context()
    full_form, known = context.repository.forms[form], context.enterable[form]
    case = requested_case(context, full_form)
    if isinstance(case, str):
        return case
    begun = default_answers(known, context.reading)
    residents = requested_residents(context, known)
    staying = residents.answers if residents is not None else answers_of_wanted_bed(context, known)
    prefilled = prefilled_answers(context, known, case) | staying
    chosen = form_faces(context, known, begun | prefilled)
    editor = SheetEditor(
        context,
        chosen.form,
        full_form,
        requested_place(),
        {
            **begun,
            **prefilled,
            **staying,
            **chosen.beginning(prefilled, context.reading),
            **chosen.face_answer(),
        },
        case,
        step=0 if has_section_steps(chosen.form) else None,
        cancel_url=_way_back() or return_url(form, case),
        papers=chosen,
        face_url=lambda face: sheet_page_url(requested_place(), face),
    )
    if request.method == "GET":
        require_unrestricted(context, form, editor.place.case_id)
    if request.method == "GET" and (redirection := redirect_to_existing(editor)) is not None:
        return redirection
    if request.method == "GET":
        editor.hidden = {"_once": submission_token(context.worker.id), **_kept_way_back()}
        editor.batch, editor.residents = current_batch(context, full_form), residents
        editor.asked_for = staying
        return opened_page(editor)
    editor.hidden = {"_once": request.form.get("_once", ""), **_kept_way_back()}
    word = submission_word(editor.hidden["_once"], context.worker.id)
    return answer_post(editor, lambda result, consent: _file_new(context, editor, result, replace(consent, token=word)))


def _way_back() -> str:
    """Where the sheet was begun, if that is where it leads when it is saved."""
    return local_redirect_url(request.values.get("next"), "")


def _kept_way_back() -> dict[str, str]:
    """The box that remembers it."""
    back = _way_back()
    return {"next": back} if back else {}


def correction_page(form: str, record_id: int, step: int | None) -> PageResponse:
    """The page that corrects a kept sheet, and what a post of it leads to."""
    context = page_context()
    known, full_form = context.form(form), context.repository.forms[form]
    sheet = find_or_404(open_sheet, context.repository, form, record_id)
    if full_form.append_only:
        abort(403)
    if request.method == "GET":
        require_unrestricted(context, form, sheet.case.id if sheet.case is not None else None)
    seen = form_faces(context, known, sheet.answers)
    if step is None and has_section_steps(seen.form):
        return redirect(
            page_url("RecordPages.edit_section", seen.url_arguments, form=form, record_id=record_id, step=1)
        )
    editor = SheetEditor(
        context,
        seen.form,
        full_form,
        requested_place(),
        sheet.answers,
        sheet.case,
        sheet.record,
        section_or_404(seen.form, step),
        cancel_url=record_face_url(form, record_id, seen.url_arguments),
        papers=seen,
        step_url=lambda step_place: page_url(
            "RecordPages.edit_section", seen.url_arguments, form=form, record_id=record_id, step=step_place + 1
        ),
    )
    if request.method == "GET":
        marks = answer_marks(editor.questions, sheet.answers)
        editor.hidden["_seen"] = version_token(form, record_id, sheet.record.version, marks)
        return opened_page(editor)
    editor.hidden["_seen"] = request.form.get("_seen", "")  # what came without it says nothing of what she saw
    return answer_post(editor, partial(_file_correction, context, editor))


def _file_new(context: PageContext, editor: SheetEditor, result: ValidationResult, consent: Consent) -> Response:
    match _saved_or_404(editor, result, consent):
        case SavedBefore(record_id) if (
            again := redirect_resubmission(context, editor, record_id, result.answers)
        ) is not None:
            return again
        case OneThereAlready(record_id):
            return compare_with_existing(editor, record_id, result.answers, typed_boxes(request.form))
        case outcome:
            return _go_on_after_new(context, editor, outcome.record_id, result.answers)


def _saved_or_404(editor: SheetEditor, result: ValidationResult, consent: Consent) -> Outcome:
    try:
        return save(editor.submission, result, consent)
    except RefusedInCase:
        raise
    except OutOfReach:
        abort(404)


def _go_on_after_new(context: PageContext, editor: SheetEditor, record_id: int, answers: Answers) -> Response:
    """Where a new sheet leads that is kept."""
    case_id = editor.submission.case_id
    key, on_paper = editor.full_form.key, editor.face_arguments
    if "_more" in request.form and editor.step is None:
        remember_for_next(editor, answers)
        address = page_url("RecordPages.new", on_paper, form=key, case=case_id)
        return saved_response(gettext("Saved. Here is the next one."), address)
    after = editor.next_step(answers) if "_more" in request.form else None
    if after is not None:
        address = page_url("RecordPages.edit_section", on_paper, form=key, record_id=record_id, step=after + 1)
        return saved_response(gettext("Saved."), address)
    if not context.worker.may("see", key):
        return saved_response(gettext("Saved."), _way_back() or "/")
    return _go_on_to(context, editor, record_id, record_face_url(key, record_id))


def _go_on_to(context: PageContext, editor: SheetEditor, record_id: int, url: str) -> Response:
    """On to the sheet; or to the first page, where an answer on it has just closed the case to her."""
    if editor.full_form.restricts:
        try:
            open_sheet(context.repository, editor.full_form.key, record_id)
        except OutOfReach:
            return saved_response(gettext("Saved. The case is restricted from now on, and you no longer see it."), "/")
    if editor.record is None and (back := _way_back()):
        return saved_response(gettext("Saved."), back, (gettext("Look at the sheet"), url))
    return saved_response(gettext("Saved."), url)


def _file_correction(
    context: PageContext, editor: SheetEditor, result: ValidationResult, consent: Consent
) -> PageResponse:
    assert editor.record is not None
    form, record_id, answers = editor.full_form, editor.record.id, result.answers
    version = shown_version(editor.hidden["_seen"], form.key, record_id)
    if isinstance(_saved_or_404(editor, result, replace(consent, version=version)), ChangedMeanwhile):
        return conflict_page(context, editor, answers), 409
    url_arguments = editor.face_arguments
    if "_more" in request.form and editor.step is not None:
        after = editor.next_step(answers)
        if after is not None:
            return saved_response(
                gettext("Saved."),
                page_url("RecordPages.edit_section", url_arguments, form=form.key, record_id=record_id, step=after + 1),
            )
    return _go_on_to(context, editor, record_id, record_face_url(form.key, record_id, url_arguments))
