"""The sheet of an activity begun from a place: everybody who stays there on a day, to be ticked in one go.

The address says the place (``staying``) and the day (``on``), and another day is one press away; nothing of it names a
person.
"""

from dataclasses import dataclass, replace

from flask import request, url_for

from dosar.filing.opening.residents import answers_of_residents
from dosar.language.form import Form
from dosar.language.question import Answers
from dosar.pages.context import PageContext
from dosar.pages.input.asked_days import AskedDay, asked_day, shown_day
from dosar.pages.urls import parse_record_number
from dosar.records.beds.stay_days import ONE_DAY


@dataclass(frozen=True)
class Residents:
    """Of which place and day it is."""

    place_id: int
    day: AskedDay
    answers: Answers
    """What the sheet begins with; nothing where nobody in her reach stays there on that day."""
    action: str
    """The address of the page, to which a day is added."""
    before_url: str = ""
    after_url: str = ""
    """Nothing where the day after is still to come."""
    today_url: str = ""
    """Nothing on the page of today."""


def requested_residents(context: PageContext, form: Form) -> Residents | None:
    """What the address asks for; nothing where it names no place, or the form is not that of the activities."""
    place_id = request.args.get("staying", 0, type=parse_record_number)
    declared = context.repository.definition.stages.programme
    if not place_id or declared is None or declared.activities is None or declared.activities.form != form.key:
        return None
    asked, today = asked_day("on", past=True), context.reading.today
    day = asked.day or today
    answers = answers_of_residents(context.repository, declared, context.seen_forms(), form, place_id, day)
    address = url_for("RecordPages.new", form=form.key)
    here = f"{address}?staying={place_id}"
    found = Residents(
        place_id, asked if asked.problem else shown_day("on", day), answers, address, f"{here}&on={day - ONE_DAY}"
    )
    if day < today:
        found = replace(found, after_url=f"{here}&on={day + ONE_DAY}")
    return found if day == today else replace(found, today_url=here)
