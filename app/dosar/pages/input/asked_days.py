"""Days asked for in an address: typed as on a sheet, so that no browser shows them in another country's order."""

from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext

from dosar.access.i18n.languages import request_reading, request_wording
from dosar.fields.formats.days import format_day, read_day
from dosar.language.text.message import Mistake

MAX_DAY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A box for a day: what stands in it, and the day that was read, or why there is none."""

    name: str
    typed: str = ""
    day: date | None = None
    problem: str = ""


def asked_day(name: str, past: bool = False) -> AskedDay:
    """The day that the address asks for under this name; a day that is ``past`` may lack its year."""
    typed = request.args.get(name, "").strip()[:MAX_DAY_LENGTH]
    if not typed:
        return AskedDay(name)
    try:
        day = read_day(typed, request_reading().today, past=past)
    except Mistake as mistake:
        return AskedDay(name, typed, None, mistake.message.say(gettext))
    return shown_day(name, day)


def shown_day(name: str, day: date) -> AskedDay:
    """The box with this day in it, in the reader's language."""
    return AskedDay(name, format_day(day, request_wording()), day)
