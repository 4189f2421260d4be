"""The overview of the residential programme: free beds, stays and their last day, service agreements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import format_decimal, gettext, ngettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import RouteAccess, page_route, require_permission
from dosar.access.services import access_services
from dosar.access.worker import Worker
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.overview.programme import CurrentStay, FacilityBeds, ProgrammeNow, ServiceAgreement, programme_now
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text
from dosar.records.titles import show_answer


@dataclass(slots=True)
class PhaseBlock:
    """The beds of one phase."""

    title: str
    free: str
    is_full: bool
    note: str
    facilities: list[tuple[str, str, str]]
    """(name, address, how many are taken)."""


@dataclass(slots=True)
class StayLine:
    """Somebody who stays now."""

    case: str
    url: str
    phase: str
    place: str
    since: str
    last: str
    told: str
    """How many days are left."""
    level: str
    """How much that matters: ``high``, ``medium`` or nothing."""
    extension: str
    is_waiting: bool = False


@dataclass(slots=True)
class AgreementLine:
    """What an agreement promised and what came of it."""

    provider: str
    url: str
    service: str
    promised: str
    delivered: str
    hours: str
    until: str
    is_over: bool


def sees_stays() -> RouteAccess:
    """Open to roles that see the sheets of the stays; there is no overview where no form says who stays where."""

    def check(_: Worker, __: Mapping[str, Any]) -> None:
        declared = access_services().definition.stages.programme
        if declared is None:
            abort(404)
        require_permission("see", declared.stays.form)

    return RouteAccess(check)


class ProgrammePage(PageView):
    """Beds free, people near their limit, promised against delivered."""

    @page_route("/programme", sees_stays())
    def programme(self) -> str:
        context = page_context()
        declared = context.repository.definition.stages.programme
        if declared is None:
            abort(404)
        now = programme_now(context.repository, declared, context.seen_forms(), context.reading)
        return render_template(
            "reports/programme.html",
            title=gettext("Places and stays"),
            phases=phase_blocks(context, now),
            stays=[_stay_line(context, now, stay) for stay in now.stays],
            agreements=[_agreement_line(context, now, agreement) for agreement in now.agreements],
            is_of_every_case=now.is_of_every_case,
        )


def phase_blocks(context: PageContext, now: ProgrammeNow) -> list[PhaseBlock]:
    """The phases in the order of the choice list, those with a facility."""
    if not now.beds:
        return []
    question = context.forms[now.declared.places.form].questions[now.declared.places.phase]
    codes = [choice.code for choice in question.options()]
    by_phase = {code: [bed for bed in now.beds if bed.phase == code] for code in codes}
    return [
        _phase_block(now, show_answer(question, code, context.reading), of_phase)
        for code, of_phase in by_phase.items()
        if of_phase
    ]


def _phase_block(now: ProgrammeNow, title: str, of_phase: list[FacilityBeds]) -> PhaseBlock:
    beds, free = sum(facility.beds for facility in of_phase), sum(facility.free for facility in of_phase)
    target = max((facility.target or 0 for facility in of_phase), default=0)
    return PhaseBlock(
        title,
        _free_text(now, free, beds),
        free <= 0,
        gettext("The programme is for %(target)s people.", target=target) if target > beds else "",
        [
            (
                now.titles.get((now.declared.places.form, facility.place_id), ""),
                url_for("RecordPages.show", form=now.declared.places.form, record_id=facility.place_id),
                _taken_text(facility) if now.is_of_every_case else _roughly_free_text(facility.free),
            )
            for facility in of_phase
        ],
    )


def _free_text(now: ProgrammeNow, free: int, beds: int) -> str:
    if not now.is_of_every_case:
        return _roughly_free_text(free)
    return ngettext("%(num)s bed free of %(beds)s", "%(num)s beds free of %(beds)s", free, beds=beds)


def _roughly_free_text(free: int) -> str:
    """Whether somebody can be placed, for who may not know how many stay."""
    return gettext("beds free") if free > 0 else gettext("no bed free")


def _taken_text(beds: FacilityBeds) -> str:
    """How many beds are taken, and how many would be once somebody accepts what waits."""
    text = gettext("%(taken)s of %(beds)s taken", taken=beds.taken, beds=beds.beds)
    return f"{text} · {_waiting_text(beds.waiting)}" if beds.waiting else text


def _waiting_text(count: int) -> str:
    return ngettext("%(num)s waits for acceptance", "%(num)s wait for acceptance", count)


def _stay_line(context: PageContext, now: ProgrammeNow, stay: CurrentStay) -> StayLine:
    stays, today = now.declared.stays, context.reading.today
    days_left = stay.days_left(today)
    return StayLine(
        now.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=stays.form, record_id=stay.record_id),
        show_answer(context.forms[stays.form].questions[stays.phase], stay.phase, context.reading),
        now.titles.get((now.declared.places.form, stay.place_id or 0), ""),
        day_text(stay.since),
        day_text(stay.until) if stay.until else "",
        days_left_text(days_left),
        "" if days_left is None else "high" if days_left < 0 else "medium" if stay.is_near(today) else "",
        _extension_text(now, stay),
        stay.is_waiting,
    )


def days_left_text(days: int | None) -> str:
    """How many days are left, or how many it is over."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("%(num)s day over", "%(num)s days over", -days)
    return ngettext("%(num)s day", "%(num)s days", days)


def _extension_text(now: ProgrammeNow, stay: CurrentStay) -> str:
    if not stay.extended_to:
        return ""
    day, approver = day_text(stay.extended_to), now.titles.get((USER_LINK, stay.approver_id or 0), "")
    if not approver:
        return gettext("until %(day)s", day=day)
    return gettext("until %(day)s, approved by %(name)s", day=day, name=approver)


def _agreement_line(context: PageContext, now: ProgrammeNow, agreement: ServiceAgreement) -> AgreementLine:
    declared = now.agreed
    questions, until = context.forms[declared.form].questions, agreement.answers[declared.until]
    return AgreementLine(
        now.titles.get(
            (questions[declared.provider].link_target() or "", agreement.answers[declared.provider] or 0), ""
        ),
        url_for("RecordPages.show", form=declared.form, record_id=agreement.record_id),
        show_answer(questions[declared.service], agreement.answers[declared.service], context.reading),
        show_answer(questions[declared.promised], agreement.answers[declared.promised], context.reading),
        " · ".join(
            [
                str(format_decimal(agreement.delivered)),
                *([_waiting_text(agreement.waiting)] if agreement.waiting else []),
            ]
        ),
        format_decimal(agreement.hours),
        day_text(until) if until else "",
        bool(until and until < context.reading.today),
    )
