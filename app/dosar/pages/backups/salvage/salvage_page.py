"""What the open back-up has and the data of today lack: found by the number of a case, or among what was lost since."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.backups.salvage.losses import Loss, losses_of_case, losses_since, opened_pair
from dosar.backups.salvage.record_salvage import RecordSalvage
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.pages.actions import PageResponse, saved_response
from dosar.pages.backups.salvage.copy_reading import CopyReading, open_reading, reading_or_404
from dosar.pages.context import find_or_404
from dosar.pages.records.no_bed import OverbookingForm, no_bed_text
from dosar.records.beds.required_beds import NoBed
from dosar.records.finding.case_codes import cases_called
from dosar.records.scope.row_scope import CaseIsRestricted, OutOfReach

SALVAGE_ACCESS = requires_page("recycle")
"""Whoever brings deleted records back; of what she may not see, nothing is told."""
MOST_SHOWN = 50


class SalvagePage(PageView):
    """The open back-up, and one case of it."""

    @page_route("/from-backup", SALVAGE_ACCESS)
    def overview(self) -> Any:
        with open_reading() as reading:
            return _overview(reading)

    @page_route("/from-backup", SALVAGE_ACCESS, ("POST",))
    def find(self) -> Any:
        with reading_or_404() as reading:
            code = request.form.get("code", "").strip()
            hers = [case_id for case_id in _cases_called(reading, code) if _is_hers(reading, case_id)]
            if len(hers) == 1:
                return redirect(url_for("SalvagePage.case", case_id=hers[0]), 303)
            return _overview(reading, code, _several_text() if hers else _not_found_text(code)), 422

    @page_route("/from-backup/cases/<int:case_id>", SALVAGE_ACCESS)
    def case(self, case_id: int) -> PageResponse:
        with reading_or_404() as reading:
            find_or_404(opened_pair, reading.copy, reading.today.repository, CASE_FORM, case_id)
            return _case_page(reading, case_id)

    @page_route("/from-backup/cases/<int:case_id>", SALVAGE_ACCESS, ("POST",))
    def bring_case(self, case_id: int) -> PageResponse:
        with reading_or_404() as reading:
            find_or_404(opened_pair, reading.copy, reading.today.repository, CASE_FORM, case_id)
            asked = OverbookingForm()
            salvage = reading.salvage(asked.given_reason())
            try:
                number, sheets = find_or_404(salvage.bring_case, case_id)
            except Mistake as mistake:
                return _case_page(reading, case_id, mistake.message.say(gettext)), 422
            except NoBed as refused:
                problem = no_bed_text(reading.today, refused)
                return _case_page(reading, case_id, problem, asked if refused.may_confirm else None), 422
            told = ngettext(
                "The case is there, and %(num)s sheet came back.",
                "The case is there, and %(num)s sheets came back.",
                sheets,
            )
            flash_lost_links(salvage)
            return saved_response(told, url_for("CasePages.case", case_id=number))


def flash_lost_links(salvage: RecordSalvage) -> None:
    """Say what could not come along."""
    if salvage.links_lost:
        flash(
            ngettext(
                "%(num)s link leads to a record that is not there any more; it was left out.",
                "%(num)s links lead to records that are not there any more; they were left out.",
                salvage.links_lost,
            ),
            "warning",
        )


def _overview(reading: CopyReading | None, code: str = "", problem: str = "") -> str:
    lines = []
    if reading is not None:
        keys = [form.key for form in reading.forms()]
        lines = reading.lines(losses_since(reading.copy, reading.today.repository, keys, MOST_SHOWN))
    return render_template(
        "backups/salvage/overview.html",
        when=reading.when if reading is not None else "",
        lines=lines,
        code=code,
        problem=problem,
        action=url_for("SalvagePage.find"),
    )


def _cases_called(reading: CopyReading, code: str) -> list[int]:
    """The cases of the back-up that are called so, or that have this number where cases have no codes."""
    repository, question = reading.copy.repository, reading.today.repository.forms[CASE_FORM].code_question
    if question is not None and question.name in reading.today.form(CASE_FORM).questions:
        return cases_called(repository, question, code)
    return [int(code)] if code.isdecimal() and len(code) < 10 and _has_case(reading, int(code)) else []


def _has_case(reading: CopyReading, number: int) -> bool:
    case: Any = reading.copy.repository.record_class(CASE_FORM)
    return reading.copy.repository.session.scalar(select(case.id).where(case.id == number)) is not None


def _is_hers(reading: CopyReading, case_id: int) -> bool:
    """Whether the page of the case would open: that a case is there is told to nobody else."""
    try:
        opened_pair(reading.copy, reading.today.repository, CASE_FORM, case_id)
    except CaseIsRestricted:
        return True  # she sees the case, and reads why
    except OutOfReach:
        return False
    return True


def _several_text() -> str:
    return gettext("The back-up has several cases that are called so. Write the whole number of the case.")


def _not_found_text(code: str) -> str:
    """The same for a case that is not there, that is not hers, and that was erased: each would tell of somebody."""
    if not code:
        return gettext("Write the number of the case.")
    return gettext(
        "The back-up has no case with this number that you may see. Who was erased or made anonymous since does not "
        "come back either: two persons decided it."
    )


def _case_page(reading: CopyReading, case_id: int, problem: str = "", asked: OverbookingForm | None = None) -> str:
    lost = losses_of_case(reading.copy, reading.today.repository, reading.forms(), case_id)
    missing = [each for each in lost if each.loss is Loss.GONE or (each.form, each.loss) == (CASE_FORM, Loss.DELETED)]
    return render_template(
        "backups/salvage/case.html",
        when=reading.when,
        case=reading.then.case_head(reading.copy.repository.case(case_id)),
        lines=reading.lines(lost),
        missing=len(missing),
        problem=problem,
        asked=asked,
        action=url_for("SalvagePage.bring_case", case_id=case_id),
    )
