"""The overview of the residential programme: free beds, stays and their last day, service agreements."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import format_decimal, gettext, ngettext

from app.access.gate import may, page
from app.access.view import View
from app.pages.desk import Desk, desk
from app.pages.moments import day_text
from app.records.labels import shown
from app.records.programme import (
    AGREEMENT,
    CASE,
    FACILITY,
    STAY,
    Agreement,
    Beds,
    CurrentStay,
    ProgrammeNow,
    programme_now,
)
from app.records.tables import USER


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
    last_day: str
    left: str
    state: str
    """``over``, ``near`` or nothing."""
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
    valid_until: str
    is_over: bool


class ProgrammePage(View):
    """Beds free, people near their limit, promised against delivered."""

    @page("/programme", may("see", STAY))
    def programme(self) -> str:
        at = desk()
        now = programme_now(at.cabinet, at.seen_forms(), at.reading)
        return render_template(
            "programme.html", title=gettext("Places and stays"), phases=phase_blocks(at, now),
            stays=[_stay_line(at, now, one) for one in now.stays],
            agreements=[_agreement_line(at, now, one) for one in now.agreements],
        )


def phase_blocks(at: Desk, now: ProgrammeNow) -> list[PhaseBlock]:
    """The phases in the order of the choice list, those with a facility."""
    if not now.beds:
        return []
    question = at.forms[FACILITY].questions["phase"]
    codes = [choice.code for choice in question.options()]
    by_phase = {code: [one for one in now.beds if one.phase == code] for code in codes}
    return [
        _phase_block(now, shown(question, code, at.reading), of_phase)
        for code, of_phase in by_phase.items() if of_phase
    ]


def _phase_block(now: ProgrammeNow, title: str, of_phase: list[Beds]) -> PhaseBlock:
    beds, free = sum(one.beds for one in of_phase), sum(one.free for one in of_phase)
    target = max((one.target or 0 for one in of_phase), default=0)
    return PhaseBlock(
        title, ngettext("%(num)s bed free of %(beds)s", "%(num)s beds free of %(beds)s", free, beds=beds), free <= 0,
        gettext("The programme is for %(target)s people.", target=target) if target > beds else "",
        [
            (
                now.titles.get((FACILITY, one.facility_id), ""),
                url_for("RecordPages.show", form=FACILITY, record_id=one.facility_id),
                _taken_text(one),
            )
            for one in of_phase
        ],
    )


def _taken_text(beds: Beds) -> str:
    """How many beds are taken, and how many would be once somebody accepts what waits."""
    said = gettext("%(taken)s of %(beds)s taken", taken=beds.taken, beds=beds.beds)
    return f"{said} · {_waiting_text(beds.waiting)}" if beds.waiting else said


def _waiting_text(count: int) -> str:
    return ngettext("%(num)s waits for acceptance", "%(num)s wait for acceptance", count)


def _stay_line(at: Desk, now: ProgrammeNow, one: CurrentStay) -> StayLine:
    questions, today = at.forms[STAY].questions, at.reading.today
    left = one.days_left(today)
    return StayLine(
        now.titles.get((CASE, one.case_id), str(one.case_id)),
        url_for("RecordPages.show", form=STAY, record_id=one.record_id),
        shown(questions["phase"], one.answers.get("phase"), at.reading),
        now.titles.get((FACILITY, one.answers.get("facility") or 0), ""),
        day_text(one.answers["admitted_on"]), day_text(one.last_day) if one.last_day else "", left_text(left),
        "" if left is None else "over" if left < 0 else "near" if one.is_near(today) else "",
        _extension(now, one), one.is_waiting,
    )


def left_text(days: int | None) -> str:
    """How many days are left, or how many it is over."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("%(num)s day over", "%(num)s days over", -days)
    return ngettext("%(num)s day", "%(num)s days", days)


def _extension(now: ProgrammeNow, one: CurrentStay) -> str:
    until = one.answers.get("extended_until")
    if not until:
        return ""
    approver = now.titles.get((USER, one.answers.get("extension_approved_by") or 0), "")
    if not approver:
        return gettext("until %(day)s", day=day_text(until))
    return gettext("until %(day)s, approved by %(name)s", day=day_text(until), name=approver)


def _agreement_line(at: Desk, now: ProgrammeNow, one: Agreement) -> AgreementLine:
    questions, answers = at.forms[AGREEMENT].questions, one.answers
    provider, until = questions["provider"].link_target() or "", answers.get("valid_until")
    return AgreementLine(
        now.titles.get((provider, answers.get("provider") or 0), ""),
        url_for("RecordPages.show", form=AGREEMENT, record_id=one.record_id),
        shown(questions["service"], answers.get("service"), at.reading),
        shown(questions["promised"], answers.get("promised"), at.reading),
        " · ".join([str(format_decimal(one.delivered)), *([_waiting_text(one.waiting)] if one.waiting else [])]),
        format_decimal(one.hours), day_text(until) if until else "", bool(until and until < at.reading.today),
    )
