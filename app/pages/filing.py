"""Filing sheets: a new one, or a kept one corrected."""

from flask import abort, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.language.question import Answers
from app.pages.acts import back_to, record_url
from app.pages.addresses import page_url, place_asked
from app.pages.beginning import case_asked, defaults, keep_for_next, prefilled
from app.pages.clash import clash_page, marks
from app.pages.desk import Desk, desk, found_or_404
from app.pages.faces import papers
from app.pages.one_per_case import compared_with_the_one, led_to_the_one
from app.pages.pile import pile_at_hand
from app.pages.sent_again import typed_since
from app.pages.sheet import Answer, SheetOnDesk, saved, section_or_404
from app.pages.steps import in_steps
from app.pages.tokens import once_token, once_word, seen_token, seen_version
from app.pages.unsent import boxes_of
from app.records.scope import OutOfReach
from app.records.sheets import AlreadyThere, Clash, correct, enter, filed_before, open_sheet
from app.records.tables import Record


def new_sheet(form: str) -> Answer:
    """The page of a new sheet, and what a post of it leads to."""
    at = desk()
    whole, known = at.cabinet.forms[form], at.enterable[form]
    case = case_asked(at, whole)
    if isinstance(case, str):
        return case
    begun, told = defaults(at, known), prefilled(at, known, case)
    chosen = papers(at, known, begun | told)
    sheet = SheetOnDesk(
        at, chosen.form, whole, place_asked(),
        {**begun, **told, **chosen.beginning(told, at.reading), **chosen.kept_on()}, case,
        step=0 if in_steps(chosen.form) else None, cancel_url=back_to(form, case), papers=chosen,
        face_url=lambda face: page_url(place_asked(), face),
    )
    if request.method == "GET" and (there := led_to_the_one(sheet)) is not None:
        return there
    if request.method == "GET":
        sheet.hidden = {"_once": once_token(at.worker.id)}
        sheet.pile = pile_at_hand(at, whole)
        return sheet.opened()
    sheet.hidden = {"_once": request.form.get("_once", "")}
    word = once_word(sheet.hidden["_once"], at.worker.id)
    return sheet.answer_post(lambda answers, reason: _file_new(at, sheet, case, answers, reason, word))


def kept_sheet(form: str, record_id: int, step: int | None) -> Answer:
    """The page that corrects a kept sheet, and what a post of it leads to."""
    at = desk()
    known, whole = at.form(form), at.cabinet.forms[form]
    sheet = found_or_404(open_sheet, at.cabinet, form, record_id)
    if whole.append_only:
        abort(403)
    seen = papers(at, known, sheet.answers)
    if step is None and in_steps(seen.form):
        return redirect(url_for("RecordPages.edit_section", form=form, record_id=record_id, step=1, **seen.word))
    on_desk = SheetOnDesk(
        at, seen.form, whole, place_asked(), sheet.answers, sheet.case, sheet.record,
        section_or_404(seen.form, step), cancel_url=record_url(form, record_id, seen.word), papers=seen,
        step_url=lambda place: url_for(
            "RecordPages.edit_section", form=form, record_id=record_id, step=place + 1, **seen.word
        ),
    )
    on_desk.hidden["_seen"] = request.form.get("_seen") or seen_token(
        form, record_id, sheet.record.version, marks(on_desk.questions, sheet.answers)
    )
    if request.method == "GET":
        return on_desk.opened()
    return on_desk.answer_post(lambda answers, reason: _file_correction(at, on_desk, answers, reason))


def _file_new(
    at: Desk, sheet: SheetOnDesk, case: Record | None, answers: Answers, reason: str, word: str
) -> Response:
    case_id = case.id if case is not None else None
    filed = filed_before(at.cabinet, sheet.whole, word)
    if filed is not None and (again := typed_since(at, sheet, filed, answers)) is not None:
        return again
    try:
        record_id = enter(at.cabinet, sheet.whole, answers, at.clerk, case_id, word, reason)
    except AlreadyThere as one:
        return compared_with_the_one(sheet, one.record_id, answers, boxes_of(request.form))
    except OutOfReach:
        abort(404)
    key, on_paper = sheet.whole.key, sheet.papers.word if sheet.papers else {}
    if "_more" in request.form and sheet.step is None:
        keep_for_next(sheet, answers)
        address = url_for("RecordPages.new", form=key, case=case_id, **on_paper)
        return saved(gettext("Saved. Here is the next one."), address)
    after = sheet.next_step(answers) if "_more" in request.form else None
    if after is not None:
        address = url_for("RecordPages.edit_section", form=key, record_id=record_id, step=after + 1, **on_paper)
        return saved(gettext("Saved."), address)
    if not at.worker.may("see", key):
        return saved(gettext("Saved."), "/")
    return saved(gettext("Saved."), record_url(key, record_id))


def _file_correction(at: Desk, on_desk: SheetOnDesk, answers: Answers, reason: str) -> Answer:
    assert on_desk.record is not None
    form, record_id = on_desk.whole, on_desk.record.id
    version = seen_version(on_desk.hidden["_seen"], form.key, record_id)
    try:
        correct(at.cabinet, form, record_id, version, answers, at.clerk, reason)
    except Clash:
        return clash_page(at, on_desk, answers), 409
    except OutOfReach:
        abort(404)
    word = on_desk.papers.word if on_desk.papers else {}
    if "_more" in request.form and on_desk.step is not None:
        after = on_desk.next_step(answers)
        if after is not None:
            return saved(gettext("Saved."), url_for(
                "RecordPages.edit_section", form=form.key, record_id=record_id, step=after + 1, **word
            ))
    return saved(gettext("Saved."), record_url(form.key, record_id, word))
