"""Moments, days and sizes as people read them here: the day first, by the organisation's clock."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_datetime as babel_datetime
from flask_babel import format_decimal, gettext

from dosar.access.i18n.languages import request_wording
from dosar.access.organisation.time_zones import local_day, local_time
from dosar.access.services import access_services
from dosar.fields.formats.days import format_day
from dosar.language.question import ReadingContext
from dosar.language.text.locales import locale_of
from dosar.language.text.message import msgid
from dosar.language.text.translations import own_texts

MOMENT_PATTERN = msgid("d MMM y, HH:mm")
TIME_PATTERN, EXACT_PATTERN = "HH:mm", "HH:mm:ss"
SIZE_UNITS, SIZE_FACTOR = ("kB", "MB", "GB", "TB"), 1000


def moment_text(moment: datetime) -> str:
    """A stamp, kept in UTC: ``22.11.2026, 05:09`` or ``22 Nov 2026, 05:09``."""
    return _format_moment(moment, gettext(MOMENT_PATTERN))


def time_text(moment: datetime) -> str:
    """The time of a stamp."""
    return _format_moment(moment, TIME_PATTERN)


def exact_time_text(moment: datetime) -> str:
    """The same with its seconds, where the minute tells too little."""
    return _format_moment(moment, EXACT_PATTERN)


def when_text(moment: datetime) -> str:
    """``today, 18:30``, ``yesterday, 18:30``, or the day: by the organisation's clock."""
    services = access_services()
    days = (services.today() - local_day(moment, services.organisation().zone)).days
    if days == 0:
        return gettext("today, %(time)s", time=time_text(moment))
    if days == 1:
        return gettext("yesterday, %(time)s", time=time_text(moment))
    return moment_text(moment)


def day_text(day: date) -> str:
    """A day, as answers show it."""
    return format_day(day, request_wording())


def due_text(day: date, reading: ReadingContext, is_waiting: bool = False) -> str:
    """A day that something is due on, and how far it is; of a sheet that waits, that nothing is due yet."""
    text = f"{format_day(day, reading.language)} · {days_away_text((day - reading.today).days, reading.language)}"
    return f"{text} · {gettext('waits for acceptance')}" if is_waiting else text


@lru_cache(maxsize=4096)
def days_away_text(days: int, language: str) -> str:
    """How far a day is from today. A page tells it hundreds of times."""
    texts = own_texts(language)
    if not days:
        return texts.gettext("today")
    if days == 1:
        return texts.gettext("tomorrow")
    if days < 0:
        return texts.ngettext("%(num)s day overdue", "%(num)s days overdue", -days) % {"num": -days}
    return texts.ngettext("in %(num)s day", "in %(num)s days", days) % {"num": days}


def _format_moment(moment: datetime, pattern: str) -> str:
    return babel_datetime(
        local_time(moment, access_services().organisation().zone), pattern, locale=locale_of(request_wording())
    )


def reason_text(reason: str | None, is_hidden: bool = False) -> str:
    """Words that somebody typed beside a record, or that the reader may not see them."""
    return " ".join(filter(None, (reason, gettext("(reason hidden)") if is_hidden or reason is None else "")))


def size_text(count: int) -> str:
    """How large a file is."""
    size, unit = count / SIZE_FACTOR, SIZE_UNITS[0]
    for unit in SIZE_UNITS:
        if size < SIZE_FACTOR or unit == SIZE_UNITS[-1]:
            break
        size /= SIZE_FACTOR
    return f"{format_decimal(round(size, 1 if size < 10 else 0))} {unit}"
