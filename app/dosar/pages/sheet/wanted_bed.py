"""The sheet of a stay begun from the plan of beds: the address says the place (``place``) and the first day (``on``).

Nothing is reserved by it: the case is chosen next, and the bed is asked for when the sheet is saved.
"""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request

from dosar.language.form import Form
from dosar.language.question import Answers
from dosar.pages.context import PageContext
from dosar.pages.input.asked_days import asked_day
from dosar.pages.urls import new_sheet_url, parse_record_number
from dosar.records.scope.row_scope import OutOfReach

PLACE, DAY = "place", "on"


def wanted_bed_url(form: str, place_id: int, day: date, back: str) -> str:
    """Where a stay is begun in this place and on this day; it leads ``back`` once it is saved."""
    return f"{new_sheet_url(form, None, back)}&{urlencode({PLACE: place_id, DAY: day.isoformat()})}"


def answers_of_wanted_bed(context: PageContext, form: Form) -> Answers:
    """What the sheet begins with: place, its phase, first day; nothing where the form is not that of the stays, and no
    place where there is none that she may choose."""
    declared = context.repository.definition.stages.programme
    if declared is None or declared.stays.form != form.key or PLACE not in request.args:
        return {}
    stays, place = declared.stays, _place(context, declared.places.form)
    phase = getattr(place, declared.places.phase) if place is not None else None
    found = {stays.place: getattr(place, "id", None), stays.phase: phase, stays.since: asked_day(DAY).day}
    return {name: answer for name, answer in found.items() if answer is not None and name in form.questions}


def _place(context: PageContext, form: str) -> Any:
    number = request.args.get(PLACE, 0, type=parse_record_number)
    if not number or form not in context.named_forms():
        return None
    try:
        return context.repository.find(form, number)
    except OutOfReach:
        return None
