"""Opening a case that one does not work on, in an emergency; and what whoever watches over all cases reads of it."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import RouteAccess, current_worker, page_route
from dosar.access.emergency_access import (
    EMERGENCY_ACTION,
    EmergencyAccess,
    WorksThereAlready,
    emergencies,
    end_emergency,
    mark_seen,
    open_in_emergency,
    query_emergencies,
    watches_over_cases,
)
from dosar.access.services import access_services
from dosar.access.worker import Worker
from dosar.database.joint_reads import DeferredRead, known_result
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.text.message import Mistake
from dosar.pages.actions import saved_response
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text, reason_text
from dosar.pages.input.forms import TranslatedForm, reason_field, stripped
from dosar.records.audit_log import reasons_given
from dosar.records.titles import link_titles


def _requires_break_glass(worker: Worker, _: Any) -> None:
    if not may_break_glass(worker):
        abort(403)


def may_break_glass(worker: Worker) -> bool:
    """Whether there is any case that she could open by it: to whoever reaches all, none is closed."""
    return worker.allowance.breaks_glass and not worker.scope.reaches_all_cases


def _requires_oversight(worker: Worker, _: Any) -> None:
    if not watches_over_cases(worker):
        abort(403)


class EmergencyForm(TranslatedForm):
    """Which case, and why."""

    act = lazy_gettext("Open the case")
    explained = lazy_gettext(
        "For an emergency in a case on which you do not work. It is open to you for four hours; the coordinator reads "
        "at once that you opened it, and why, and the history of the case keeps it."
    )
    code = StringField(
        lazy_gettext("Case number"),
        [InputRequired(lazy_gettext("Write the number of the case.")), Length(max=60)],
        filters=[stripped],
    )
    reason = reason_field(lazy_gettext("Why do you have to open it now?"))


class EmergencyPages(PageView):
    """Break-glass, for the roles that may."""

    @page_route("/break-glass", RouteAccess(_requires_break_glass).with_recent_proof(), ("GET", "POST"))
    def open(self) -> Any:
        form, context = EmergencyForm(), page_context()
        if not form.validate_on_submit():
            return _emergency_page(form)
        try:
            case_id, until = open_in_emergency(
                access_services(), context.repository, context.worker, form.code.data or "", form.reason.data or ""
            )
        except WorksThereAlready as mistake:
            form.code.errors = (mistake.message.say(gettext),)
            return _emergency_page(form, url_for("CasePages.case", case_id=mistake.case_id))
        except Mistake as mistake:
            mistaken = form.code if (form.reason.data or "").strip() else form.reason
            mistaken.errors = (mistake.message.say(gettext),)
            return _emergency_page(form)
        return saved_response(
            gettext("The case is open to you until %(when)s. The coordinator is told.", when=moment_text(until)),
            url_for("CasePages.case", case_id=case_id),
        )

    @page_route("/break-glass/opened", RouteAccess(_requires_oversight))
    def opened(self) -> str:
        """What was opened in the last weeks."""
        return render_template("cases/emergencies.html", lines=_opened_lines(page_context()))

    @page_route("/break-glass/<int:emergency_id>/seen", RouteAccess(_requires_oversight), ("POST",))
    def seen(self, emergency_id: int) -> Any:
        mark_seen(access_services(), current_worker(), emergency_id)
        return redirect(url_for("EmergencyPages.opened"), 303)

    @page_route("/break-glass/<int:emergency_id>/close", RouteAccess(_requires_oversight), ("POST",))
    def close(self, emergency_id: int) -> Any:
        end_emergency(access_services(), current_worker(), emergency_id)
        return redirect(url_for("EmergencyPages.opened"), 303)


def query_unseen(context: PageContext) -> DeferredRead[Sequence[EmergencyAccess]]:
    """What nobody has looked at yet, for who watches over all cases."""
    if not watches_over_cases(context.worker):
        return known_result(())
    return query_emergencies(access_services(), unseen=True)


def emergencies_block(context: PageContext, unseen: Sequence[EmergencyAccess]) -> HomeBlock | None:
    """What was opened in an emergency, and nobody has looked at yet."""
    if not unseen:
        return None
    url = url_for("EmergencyPages.opened")
    entries = [HomeEntry(f"{line['code']} · {line['who']}", url, line["opened"]) for line in _lines(context, unseen)]
    return HomeBlock(gettext("Cases opened in an emergency"), entries)


def _emergency_page(form: EmergencyForm, hers_url: str = "") -> Any:
    return render_template("cases/emergency.html", form=form, hers_url=hers_url, back_url="/"), form.status


def _opened_lines(context: PageContext) -> list[dict[str, Any]]:
    """All of the last weeks, and why each was opened."""
    opened = emergencies(access_services())
    lines = _lines(context, opened)
    cases = {line.case_id for line, shown in zip(opened, lines, strict=True) if shown["code"]}
    reasons: dict[tuple[int, int | None], list[str]] = {}
    for case_id, user_id, reason in reasons_given(context.repository, CASE_FORM, cases, EMERGENCY_ACTION):
        reasons.setdefault((case_id, user_id), []).append(reason_text(reason))
    for line, shown in zip(opened, lines, strict=True):
        told = reasons.get((line.case_id, line.user_id))
        shown["why"] = told.pop(0) if told else ""
    return lines


def _lines(context: PageContext, found: Any) -> list[dict[str, Any]]:
    """Each in words: the code of the case, who opened it, until when; one statement for all."""
    opened: list[EmergencyAccess] = list(found)
    if not opened:
        return []
    nameless = {CASE_FORM: context.repository.forms[CASE_FORM].seen_with(frozenset())}
    ids = {CASE_FORM: {line.case_id for line in opened}, USER_LINK: {line.user_id for line in opened}}
    names = link_titles(context.repository, nameless, ids, context.reading)
    now = access_services().clock()
    return [
        {
            "code": names.get((CASE_FORM, line.case_id), ""),
            "who": names.get((USER_LINK, line.user_id), ""),
            "opened": moment_text(line.opened),
            "until": moment_text(line.until),
            "url": url_for("RecordPages.history", form=CASE_FORM, record_id=line.case_id),
            "seen_url": ""
            if line.seen_by or line.user_id == context.worker.id
            else url_for("EmergencyPages.seen", emergency_id=line.id),
            "close_url": url_for("EmergencyPages.close", emergency_id=line.id) if line.until > now else "",
        }
        for line in opened
    ]
