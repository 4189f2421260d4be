"""Moments and days as people read them here: the day first, by the organisation's clock."""

from datetime import date, datetime

from babel.dates import format_datetime as babel_datetime
from flask_babel import gettext, ngettext

from app.access.guarded import guarded
from app.access.languages import wording
from app.access.time_zones import here
from app.fields.dates import written_day
from app.fields.locales import locale_of

PATTERNS = {"ro": "dd.MM.y, HH:mm", "en": "d MMM y, HH:mm"}
TIME = "HH:mm"


def moment_text(at: datetime) -> str:
    """A stamp, kept in UTC: ``22.11.2026, 05:09`` or ``22 Nov 2026, 05:09``."""
    return _written(at, PATTERNS.get(locale_of(wording()).language, PATTERNS["en"]))


def time_text(at: datetime) -> str:
    """The time of a stamp."""
    return _written(at, TIME)


def day_text(day: date) -> str:
    """A day, as answers show it."""
    return written_day(day, wording())


def due_text(day: date, today: date) -> str:
    """A day that something is due on, and how far it is."""
    return f"{day_text(day)} · {_how_far((day - today).days)}"


def _how_far(days: int) -> str:
    if not days:
        return gettext("today")
    if days < 0:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", -days)
    return ngettext("in %(num)s day", "in %(num)s days", days)


def _written(at: datetime, pattern: str) -> str:
    return babel_datetime(here(at, guarded().organisation().zone), pattern, locale=locale_of(wording()))
