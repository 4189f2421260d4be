"""The plan of beds in words: the stays line by line, the free days of each place, how full the months were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext

from dosar.access.i18n.languages import request_wording
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.overview.bed_plan import WEEK, BedPlan, PlacePlan, PlannedStay, next_month
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text
from dosar.pages.sheet.wanted_bed import wanted_bed_url
from dosar.records.beds.stay_days import ONE_DAY

MONTH_PATTERN = "LLLL y"


@dataclass(slots=True)
class FreeLine:
    """Weeks in which a place has a free bed, one after the other."""

    place: str
    since: str
    last: str
    """Nothing where it is free until the end of the plan at least."""
    beds: str
    """How many at least, for who may know that."""
    url: str
    """Where a stay is begun with its first day."""


@dataclass(slots=True)
class StayLine:
    """A stay of the plan in words."""

    number: int
    place: str
    bed: int
    case: str
    url: str
    since: str
    last: str
    told: str
    look: str
    level: str
    """How much it matters: ``high``, ``medium`` or nothing."""


def place_name(plan: BedPlan, place: PlacePlan) -> str:
    return plan.titles.get((plan.declared.places.form, place.place_id), "")


def free_lines(context: PageContext, plan: BedPlan, place: PlacePlan) -> Iterator[FreeLine]:
    """When the place has a free bed from today on, for who files stays."""
    weeks = list(zip(plan.weeks, place.free, strict=True))
    for is_free, found in groupby(weeks, key=lambda week: week[1] > 0):
        stretch = list(found)
        since, until = stretch[0][0], stretch[-1][0] + WEEK
        url = begin_stay_url(context, plan, place, since, until) if is_free else ""
        if url:
            yield FreeLine(
                place_name(plan, place),
                day_text(max(since, context.reading.today)),
                day_text(until - ONE_DAY) if until < plan.until else "",
                format_decimal(min(free for _, free in stretch)) if plan.is_of_every_case else "",
                url,
            )


def begin_stay_url(context: PageContext, plan: BedPlan, place: PlacePlan, since: date, until: date) -> str:
    """Where a stay in the place is begun, with the first of these days that is not over; nothing where all are, or for
    who files none. Nothing is reserved before that sheet is saved."""
    today, form = context.reading.today, plan.declared.stays.form
    if until <= today or not context.worker.may("enter", form):
        return ""
    return wanted_bed_url(form, place.place_id, max(since, today), f"/programme/beds?from={plan.since}")


def free_text(plan: BedPlan, free: int) -> str:
    """How many beds, or whether there is one for who may not know how many stay."""
    if plan.is_of_every_case:
        return f"−{-free}" if free < 0 else str(free)
    return "✓" if free > 0 else "–"


def too_many_text(plan: BedPlan, free: int) -> str:
    return ngettext("one too many", "%(num)s too many", -free) if plan.is_of_every_case and free < 0 else ""


def told_text(line: StayLine) -> str:
    until = line.last or gettext("no last day")
    return f"{line.case} · {until}, {line.told} ({line.since} – {until})"


def numbers_of_stays(plan: BedPlan, places: Sequence[PlacePlan]) -> Mapping[int, int]:
    """Stay → its line in the plan in words."""
    stays = (stay for place in places for lane in place.lanes for stay in lane if stay.days.until > plan.since)
    return {stay.record_id: number for number, stay in enumerate(stays, 1)}


def stay_lines(context: PageContext, plan: BedPlan, place: PlacePlan, numbers: Mapping[int, int]) -> Iterator[StayLine]:
    """The stays of the place that are not over when the plan begins, bed by bed."""
    for number, lane in enumerate(place.lanes, 1):
        for stay in lane:
            if stay.days.until > plan.since:
                yield stay_line(context, plan, stay, numbers, place_name(plan, place), number)


def stay_line(
    context: PageContext,
    plan: BedPlan,
    stay: PlannedStay,
    numbers: Mapping[int, int],
    place: str = "",
    bed: int = 0,
) -> StayLine:
    """The stay as the plan tells it."""
    look, told, level = _state(stay, context.reading.today)
    return StayLine(
        numbers.get(stay.record_id, 0),
        place,
        bed,
        plan.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=plan.declared.stays.form, record_id=stay.record_id),
        day_text(stay.since),
        day_text(stay.last) if stay.last else "",
        told,
        look,
        level,
    )


def _state(stay: PlannedStay, today: date) -> tuple[str, str, str]:
    """How it looks, in words, and how much it matters."""
    if stay.is_twice:
        return "twice", gettext("in two places at once"), "high"
    if stay.is_waiting:
        return "waiting", gettext("waits for acceptance"), "medium"
    if stay.is_reserved(today):
        return "reserved", gettext("reserved"), ""
    if stay.is_over(today):
        return "over", gettext("past the last day"), "high"
    return ("left", gettext("has left"), "") if stay.has_left else ("stays", gettext("stays there"), "")


def occupancy(plan: BedPlan, places: Sequence[PlacePlan]) -> dict[str, Any]:
    """Of how many nights beds were taken, by place and month."""
    lengths = [(next_month(month) - month).days for month in plan.months]
    return {
        "months": [format_day(month, request_wording(), MONTH_PATTERN) for month in plan.months],
        "places": [
            (
                place_name(plan, place),
                [
                    _share_text(nights, length * place.beds)
                    for nights, length in zip(place.nights, lengths, strict=True)
                ],
            )
            for place in places
        ],
    }


def _share_text(nights: int, possible: int) -> str:
    if not possible:
        return "–"
    share = round(100 * nights / possible)
    return gettext("%(share)s%% (%(nights)s of %(possible)s nights)", share=share, nights=nights, possible=possible)
