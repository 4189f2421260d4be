"""A calendar file (RFC 5545) of what is due, as Outlook, Google, Thunderbird and telephones read it.

Whole days stand as days. An appointment stands at its hour by the organisation's clock, and the file says when that
clock is changed (``VTIMEZONE``): the hour stays right before and after, and also in a program of another country.
Nothing blocks time or rings a bell, and everything says to other programs that it is private.

A program that subscribes fetches the whole file each time: what is done or waived is not in it any more, and what is
moved keeps its name (``UID``), so it moves there too. No ``SEQUENCE`` is needed for that: each day's file is newer by
``DTSTAMP``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dosar.access.organisation.time_zones import local_midnight
from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word
from dosar.overview.reminders import Reminder, hours_of

if TYPE_CHECKING:
    from icalendar import Event, Timezone

PRODUCER = "-//Dosar//Dosar//RO"
APPOINTMENT = timedelta(hours=1)
"""How long one lasts that does not say when it ends, or ends before it begins."""
CALENDAR_NAME = "Dosar"
FETCH_EVERY = timedelta(hours=1)
LATE, DUE = msgid("Overdue"), msgid("Due")
CATEGORY = "Dosar"


@dataclass(frozen=True)
class CalendarReader:
    """Who reads it, and when."""

    language: str
    today: date
    zone: ZoneInfo
    identify: Callable[[str], str]
    """A name for what is due that tells nobody what it is, and stays the same."""


def write_calendar(reminders: Sequence[Reminder], reader: CalendarReader) -> bytes:
    """The file; the same bytes all day, as long as nothing changes."""
    from icalendar import Calendar  # takes a while to come, and most organisations never ask for it

    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", CALENDAR_NAME)
    calendar.add("x-wr-calname", CALENDAR_NAME)
    calendar.add("x-wr-timezone", reader.zone.key)
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    events = [_event(found, reader) for found in {found.key: found for found in reversed(reminders)}.values()]
    if days := [found.day for found in reminders if _hours(found, reader.zone)]:
        calendar.add_component(_clock(reader.zone, min(days), max(days)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _clock(zone: ZoneInfo, first: date, last: date) -> "Timezone":
    """When the clock is changed, in the whole years of these days."""
    from icalendar import Timezone

    return Timezone.from_tzinfo(zone, zone.key, date(first.year, 1, 1), date(last.year + 1, 12, 31))


def _event(reminder: Reminder, reader: CalendarReader) -> "Event":
    from icalendar import Event

    late = translated_word(LATE, reader.language) if reminder.day < reader.today else ""
    event = Event()
    event.add("uid", f"{reader.identify(reminder.key)}@dosar")
    event.add("dtstamp", local_midnight(reader.today, reader.zone).replace(tzinfo=UTC))
    whose = translated_word(reminder.whose, reader.language)
    event.add("summary", " · ".join(filter(None, (f"{late}: {reminder.what}" if late else reminder.what, whose))))
    event.add("categories", [CATEGORY, late or translated_word(DUE, reader.language), *filter(None, (whose,))])
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    begins, ends = _hours(reminder, reader.zone) or (reminder.day, reminder.day + timedelta(days=1))
    event.add("dtstart", begins)
    event.add("dtend", ends)
    return event


def _hours(reminder: Reminder, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """When an appointment begins and ends; none for a whole day, nor for an hour that cannot be read.

    It ends after it begins also on a day on which the clock is changed: an hour that the clock leaves out is the one
    after it, and an end that only comes when the clock shows an hour again is told by UTC.
    """
    said = [datetime.combine(reminder.day, hour, zone) for hour in hours_of(reminder)]
    if not said:
        return None
    by_clock = said[-1] - said[0]
    begins, ends = said[0].astimezone(UTC), said[-1].astimezone(UTC)
    if ends <= begins:
        ends = begins + (by_clock if by_clock > timedelta() else APPOINTMENT)
    return (begins, ends) if ends.astimezone(zone).fold else (begins.astimezone(zone), ends.astimezone(zone))
