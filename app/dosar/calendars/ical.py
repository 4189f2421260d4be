"""A calendar file (RFC 5545) of what is due, as Outlook, Google, Thunderbird and telephones read it.

Whole days stand as days; an appointment with an hour stands at its hour, in UTC, which every program understands. It
blocks no time, rings no bell, and says to other programs that it is private.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dosar.access.organisation.time_zones import local_midnight
from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word
from dosar.overview.reminders import Reminder

if TYPE_CHECKING:
    from icalendar import Event

PRODUCER = "-//Dosar//Dosar//RO"
HOUR = re.compile(r"\s*(\d{1,2}):(\d{2})")
APPOINTMENT = timedelta(hours=1)
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
    calendar.add("x-wr-calname", "Dosar")
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for reminder in {found.key: found for found in reversed(reminders)}.values():
        calendar.add_component(_event(reminder, reader))
    return bytes(calendar.to_ical())


def _event(reminder: Reminder, reader: CalendarReader) -> "Event":
    from icalendar import Event

    late = translated_word(LATE, reader.language) if reminder.day < reader.today else ""
    event = Event()
    event.add("uid", f"{reader.identify(reminder.key)}@dosar")
    event.add("dtstamp", local_midnight(reader.today, reader.zone).replace(tzinfo=UTC))
    event.add("summary", f"{late}: {reminder.what}" if late else reminder.what)
    event.add("categories", [CATEGORY, late or translated_word(DUE, reader.language)])
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    begins = _begins(reminder, reader.zone)
    event.add("dtstart", begins or reminder.day)
    event.add("dtend", begins + APPOINTMENT if begins else reminder.day + timedelta(days=1))
    return event


def _begins(reminder: Reminder, zone: ZoneInfo) -> datetime | None:
    """When an appointment begins; none for a whole day, nor for an hour that cannot be read."""
    found = HOUR.match(reminder.time)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return datetime.combine(reminder.day, time(int(found[1]), int(found[2])), zone).astimezone(UTC)
