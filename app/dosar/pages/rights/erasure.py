"""Having a person erased: one asks on her case, another confirms; what is left is told as a number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms.fields import SelectChoice

from dosar.access.accounts.deciders import advises, may_ask_to_erase, may_confirm_erasure
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.database.form_tables import Record
from dosar.database.installation.erasure_register import ANONYMISE, ERASE
from dosar.language.text.message import Mistake
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import OneOf, TranslatedForm
from dosar.pages.rights.numbers import case_numbers, told_numbers
from dosar.records.erasure.erasure_requests import (
    GROUNDS,
    ErasureRequest,
    Tombstone,
    ask_for_erasure,
    may_ask_for_erasure,
    refuse_erasure,
    request_of_case,
    tombstones,
    waiting_request,
    waiting_requests,
)
from dosar.records.rights.mentions import mentions_elsewhere
from dosar.records.titles import user_names

KIND_LABELS = {
    ERASE: lazy_gettext("Erase everything"),
    ANONYMISE: lazy_gettext("Make anonymous: keep what the figures need"),
}
DONE_LABELS = {ERASE: lazy_gettext("Erased"), ANONYMISE: lazy_gettext("Made anonymous")}


class ErasureForm(TranslatedForm):
    """What is to be done, and why: nothing that says anything of the person."""

    kind = OneOf(
        lazy_gettext("What is to be done"),
        lazy_gettext("Choose what is to be done."),
        choices=[SelectChoice(*kind) for kind in KIND_LABELS.items()],
    )
    ground = OneOf(
        lazy_gettext("Why"),
        lazy_gettext("Choose a reason."),
        choices=[SelectChoice(code, lazy_gettext(words)) for code, words in GROUNDS.items()],
    )


@dataclass(slots=True)
class RequestLine:
    """Something that waits for a second person."""

    what: str
    who: str
    url: str
    confirm_url: str
    refuse_url: str


class ErasurePage(PageView):
    """Whoever may delete cases asks; whoever else answers for the rights of the persons confirms
    (:mod:`dosar.pages.rights.confirming`)."""

    @page_route("/cases/<int:case_id>/erasure", requires_page("rights"))
    def ask(self, case_id: int) -> Any:
        context, case = _asked_case(case_id)
        return _erasure_page(context, case, ErasureForm())

    @page_route("/cases/<int:case_id>/erasure", requires_page("rights").with_recent_proof(), methods=("POST",))
    def wish(self, case_id: int) -> Any:
        context, case = _asked_case(case_id)
        asked = ErasureForm()
        if not asked.validate_on_submit():
            return _erasure_page(context, case, asked)
        try:
            ask_for_erasure(
                context.repository, case.id, str(asked.kind.data), str(asked.ground.data), context.worker.id
            )
        except Mistake as mistake:
            return _erasure_page(context, case, asked, mistake.message.say(gettext))
        flash(gettext("A second person has to confirm it now, on the page “Rights of the persons”."), "success")
        return redirect(url_for("RightsPage.overview"), 303)

    @page_route("/rights/<int:request_id>/refuse", requires_page("rights").with_recent_proof(), methods=("POST",))
    def refuse(self, request_id: int) -> Any:
        def act(context: PageContext) -> str:
            asked = waiting_request(context.repository, request_id)
            if asked is not None and asked.asked_by != context.worker.id:
                require_decider(context, asked)
            refuse_erasure(context.repository, request_id)
            return gettext("The case stays as it is.")

        return _decided(act)


def may_have_erased(context: PageContext) -> bool:
    """Whether this worker may ask to have a case erased that she reaches."""
    may = "rights" in context.worker.pages and may_ask_for_erasure(context.worker.scope)
    return may and may_ask_to_erase(access_services(), context.worker)


def _asked_case(case_id: int) -> tuple[PageContext, Record]:
    context = page_context()
    case = find_or_404(context.repository.case, case_id)
    if not may_have_erased(context):
        abort(403)
    return context, case


def require_decider(context: PageContext, asked: ErasureRequest) -> None:
    """Raises :class:`Mistake` for who advises and does not decide."""
    services = access_services()
    if advises(services, context.worker) and not may_confirm_erasure(services, context.worker, asked.asked_by):
        raise Mistake(
            "The data protection officer advises and does not decide: somebody else who answers for the rights of the "
            "persons does."
        )


def _erasure_page(context: PageContext, case: Record, asked: ErasureForm, refused: str = "") -> Any:
    waiting = request_of_case(context.repository, case.id)
    return render_template(
        "rights/erasure.html",
        title=gettext("Erase a person, or make her anonymous"),
        case=context.case_head(case),
        form=asked,
        refused=refused,
        waiting=waiting and request_lines(context, [waiting])[0],
        mentions=mentions_elsewhere(context.repository, context.seen_forms(), case.id, context.reading),
        copy_url=url_for("AccessFilePage.ask", case_id=case.id),
        back_url=url_for("CasePages.case", case_id=case.id),
    ), 422 if refused else asked.status


def _decided(act: Callable[[PageContext], str]) -> Any:
    try:
        flash(act(page_context()), "success")
    except Mistake as mistake:
        flash(mistake.message.say(gettext), "warning")
    return redirect(url_for("RightsPage.overview"), 303)


def request_lines(context: PageContext, found: list[ErasureRequest] | None = None) -> list[RequestLine]:
    """What waits for a second person, each by a number of its own; that of the case for those who may know it."""
    waiting = waiting_requests(context.repository) if found is None else found
    cases = {asked.case_id for asked in waiting}
    reached, codes = case_numbers(context, cases), told_numbers(context, cases)
    names = user_names(context.repository, [asked.asked_by for asked in waiting], context.reading)
    confirms = {asked.id: may_confirm_erasure(access_services(), context.worker, asked.asked_by) for asked in waiting}
    return [
        RequestLine(
            request_text(asked, codes.get(asked.case_id, "")),
            f"{names.get(asked.asked_by, '')} · {moment_text(asked.asked_at)}",
            url_for("CasePages.case", case_id=asked.case_id) if asked.case_id in reached else "",
            url_for("ConfirmingPage.look", request_id=asked.id) if confirms[asked.id] else "",
            url_for("ErasurePage.refuse", request_id=asked.id)
            if confirms[asked.id] or asked.asked_by == context.worker.id
            else "",
        )
        for asked in waiting
    ]


def request_text(asked: ErasureRequest, code: str) -> str:
    """What is confirmed: the number by which those who asked and who confirms mean the same, and what is done."""
    number = gettext("Request %(number)s", number=asked.id)
    return " · ".join(filter(None, (number, code, str(KIND_LABELS[asked.kind]), gettext(GROUNDS[asked.ground]))))


def tombstone_lines(context: PageContext) -> list[tuple[str, str]]:
    """What was erased: what, and who when."""
    found = tombstones(context.repository)
    names = user_names(
        context.repository, [user for left in found for user in (left.asked_by, left.agreed_by)], context.reading
    )
    return [(_tombstone_text(left), _deciders_text(left, names)) for left in found]


def _tombstone_text(left: Tombstone) -> str:
    sheets = ngettext("%(num)s sheet", "%(num)s sheets", left.records)
    return f"{left.number}. {DONE_LABELS[left.kind]} · {gettext(GROUNDS[left.ground])} · {sheets}"


def _deciders_text(left: Tombstone, names: dict[int, str]) -> str:
    return gettext(
        "%(when)s, asked for by %(asked)s, confirmed by %(confirmed)s",
        when=moment_text(left.at),
        asked=names.get(left.asked_by, ""),
        confirmed=names.get(left.agreed_by, ""),
    )
