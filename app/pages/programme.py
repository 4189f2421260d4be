"""The overview of the residential programme: free beds, stays and their last day, service agreements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import format_decimal, gettext, ngettext

from app.access.gate import Door, page, require
from app.access.guarded import guarded
from app.access.view import View
from app.access.worker import Worker
from app.language.form import CASE
from app.pages.desk import Desk, desk
from app.pages.moments import day_text
from app.records.labels import shown
from app.records.programme import Agreement, Beds, CurrentStay, ProgrammeNow, programme_now
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


def _sees_stays() -> Door:
    """Open to roles that see the sheets of the stays; there is no overview where no form says who stays where."""
    def check(_: Worker, __: Mapping[str, Any]) -> None:
        declared = guarded().definition.stages.programme
        if declared is None:
            abort(404)
        require("see", declared.stays.form)
    return Door("see <stays>", check)


class ProgrammePage(View):
    """Beds free, people near their limit, promised against delivered."""

    @page("/programme", _sees_stays())
    def programme(self) -> str:
        at = desk()
        declared = at.cabinet.definition.stages.programme
        if declared is None:
            abort(404)
        now = programme_now(at.cabinet, declared, at.seen_forms(), at.reading)
        return render_template(
            "programme.html", title=gettext("Places and stays"), phases=phase_blocks(at, now),
            stays=[_stay_line(at, now, one) for one in now.stays],
            agreements=[_agreement_line(at, now, one) for one in now.agreements],
        )


def phase_blocks(at: Desk, now: ProgrammeNow) -> list[PhaseBlock]:
    """The phases in the order of the choice list, those with a facility."""
    if not now.beds:
        return []
    question = at.forms[now.declared.places.form].questions[now.declared.places.phase]
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
                now.titles.get((now.declared.places.form, one.place_id), ""),
                url_for("RecordPages.show", form=now.declared.places.form, record_id=one.place_id),
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
    stays, today = now.declared.stays, at.reading.today
    left = one.days_left(today)
    return StayLine(
        now.titles.get((CASE, one.case_id), str(one.case_id)),
        url_for("RecordPages.show", form=stays.form, record_id=one.record_id),
        shown(at.forms[stays.form].questions[stays.phase], one.phase, at.reading),
        now.titles.get((now.declared.places.form, one.place_id or 0), ""),
        day_text(one.since), day_text(one.last_day) if one.last_day else "", left_text(left),
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
    if not one.extended_until:
        return ""
    day, approver = day_text(one.extended_until), now.titles.get((USER, one.approver_id or 0), "")
    if not approver:
        return gettext("until %(day)s", day=day)
    return gettext("until %(day)s, approved by %(name)s", day=day, name=approver)


def _agreement_line(at: Desk, now: ProgrammeNow, one: Agreement) -> AgreementLine:
    declared = now.agreed
    questions, until = at.forms[declared.form].questions, one.answers[declared.until]
    return AgreementLine(
        now.titles.get((questions[declared.provider].link_target() or "", one.answers[declared.provider] or 0), ""),
        url_for("RecordPages.show", form=declared.form, record_id=one.record_id),
        shown(questions[declared.service], one.answers[declared.service], at.reading),
        shown(questions[declared.promised], one.answers[declared.promised], at.reading),
        " · ".join([str(format_decimal(one.delivered)), *([_waiting_text(one.waiting)] if one.waiting else [])]),
        format_decimal(one.hours), day_text(until) if until else "", bool(until and until < at.reading.today),
    )
