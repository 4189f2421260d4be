"""One record of the open back-up beside what it is today, and its way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.backups.salvage.losses import Loss, LostRecord, loss_of, opened_pair, restorable_questions
from dosar.backups.salvage.record_salvage import RecordSalvage
from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import PageResponse, record_face_url, saved_response
from dosar.pages.backups.salvage.copy_reading import LOSS_WORDS, CopyReading, reading_or_404
from dosar.pages.backups.salvage.salvage_page import SALVAGE_ACCESS, flash_lost_links
from dosar.pages.context import PageContext, find_or_404
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.records.no_bed import OverbookingForm, no_bed_text
from dosar.pages.rendering.record_view import answer_text
from dosar.records.beds.required_beds import NoBed
from dosar.records.sheets.save import EditConflict
from dosar.records.sheets.stored_answers import answers_of
from dosar.records.titles import title_of_record

RIGHT_FOR = {Loss.GONE: "enter", Loss.DELETED: "delete", Loss.CHANGED: "correct"}
"""What became of a record → the right without which it does not come back."""


@dataclass(slots=True)
class ComparedAnswer:
    """One question, as it was answered then and is today."""

    name: str
    label: str
    then: str
    now: str


@dataclass
class Compared:
    """A record of the back-up beside what it is today."""

    form: Form
    """As she may know it."""
    sheet: Any
    today: Record | None
    lost: LostRecord | None


class SalvageRecordPage(PageView):
    """A record that is gone, put away, or has other answers."""

    @page_route("/from-backup/records/<form>/<int:record_id>", SALVAGE_ACCESS)
    def record(self, form: str, record_id: int) -> PageResponse:
        with reading_or_404() as reading:
            return _record_page(reading, _compared(reading, form, record_id))

    @page_route("/from-backup/records/<form>/<int:record_id>", SALVAGE_ACCESS, ("POST",))
    def bring(self, form: str, record_id: int) -> PageResponse:
        with reading_or_404() as reading:
            compared = _compared(reading, form, record_id)
            if compared.lost is None:
                return redirect(url_for("SalvageRecordPage.record", form=form, record_id=record_id), 303)
            if not reading.today.worker.may(RIGHT_FOR[compared.lost.loss], form):
                abort(403)
            asked = OverbookingForm()
            salvage = reading.salvage(asked.given_reason())
            try:
                number = _bring(salvage, compared.lost)
            except EditConflict:
                flash(gettext("Somebody changed the record meanwhile. Compare once more."), "warning")
                return redirect(url_for("SalvageRecordPage.record", form=form, record_id=record_id), 303)
            except Mistake as mistake:
                return _record_page(reading, compared, mistake.message.say(gettext)), 422
            except NoBed as refused:
                problem = no_bed_text(reading.today, refused)
                return _record_page(reading, compared, problem, asked if refused.may_confirm else None), 422
            flash_lost_links(salvage)
            told = gettext("Saved.") if compared.lost.loss is Loss.CHANGED else gettext("The record is back.")
            return saved_response(told, record_face_url(form, number))


def _bring(salvage: RecordSalvage, lost: LostRecord) -> int:
    if lost.loss is not Loss.CHANGED:
        return find_or_404(salvage.bring_record, lost.form, lost.id)
    version, wanted = request.form.get("version", ""), set(request.form.getlist("take"))
    if not version.isdecimal() or len(version) > 9:
        raise EditConflict
    return int(find_or_404(salvage.bring_answers, lost.form, lost.id, int(version), wanted).id)


def _compared(reading: CopyReading, key: str, record_id: int) -> Compared:
    form = reading.today.form(key)
    sheet, today = find_or_404(opened_pair, reading.copy, reading.today.repository, key, record_id)
    return Compared(form, sheet, today, loss_of(reading.copy, reading.today.repository, form, sheet.record))


def _record_page(
    reading: CopyReading, compared: Compared, problem: str = "", asked: OverbookingForm | None = None
) -> str:
    form, lost = compared.form, compared.lost
    is_changed = lost is not None and lost.loss is Loss.CHANGED
    now = answers_of(reading.today.repository, compared.today) if is_changed and compared.today is not None else {}
    return render_template(
        "backups/salvage/record.html",
        when=reading.when,
        form_title=text_in_language(form.title, reading.today.reading.language),
        case=reading.then.case_head(compared.sheet.case),
        entry=title_of_record(form, compared.sheet.answers, reading.today.reading, compared.sheet.record.id),
        told=str(LOSS_WORDS[lost.loss]) if lost is not None else "",
        is_changed=is_changed,
        answers=_compared_answers(reading, form, compared.sheet.answers, now, is_changed),
        may_bring=lost is not None and reading.today.worker.may(RIGHT_FOR[lost.loss], form.key),
        version=compared.today.version if compared.today is not None else "",
        today_url=record_face_url(form.key, compared.today.id) if compared.today is not None else "",
        action=url_for("SalvageRecordPage.bring", form=form.key, record_id=compared.sheet.record.id),
        problem=problem,
        asked=asked,
        taken=request.form.getlist("take"),
    )


def _compared_answers(
    reading: CopyReading, form: Form, then: Answers, now: Answers, is_changed: bool
) -> list[ComparedAnswer]:
    """The questions with other answers, or all that were answered."""
    asked = (
        restorable_questions(reading.copy, reading.today.repository, form, then, now)
        if is_changed
        else [question for question in form.questions.values() if then.get(question.name) not in (None, [])]
    )
    titles_then, titles_now = reading.then.titles(asked, then), reading.today.titles(asked, now)
    return [
        ComparedAnswer(
            question.name,
            text_in_language(question.label, reading.today.reading.language),
            _text(reading.then, question, then.get(question.name), titles_then),
            _text(reading.today, question, now.get(question.name), titles_now),
        )
        for question in asked
    ]


def _text(context: PageContext, question: Question, answer: Any, titles: RecordTitles) -> str:
    """The answer in words, without a link: what had this number then may be something else today."""
    if not question.columns_asked():
        return answer_text(context, question, answer, titles)
    return "\n".join(_row_text(context, question.columns_asked(), row, titles) for row in answer or ())


def _row_text(context: PageContext, columns: Iterable[Question], row: Answers, titles: RecordTitles) -> str:
    language = context.reading.language
    cells = (
        (text_in_language(column.label, language), answer_text(context, column, row.get(column.name), titles))
        for column in columns
    )
    return "; ".join(f"{label}: {text}" for label, text in cells if text)
