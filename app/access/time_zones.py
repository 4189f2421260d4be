"""The organisation's clock: stamps are kept in UTC, and shown in its time zone, whatever the machine is set to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

OF_COUNTRY = {"RO": "Europe/Bucharest", "MD": "Europe/Chisinau"}
DEFAULT = OF_COUNTRY["RO"]
OFFERED = "Europe/"


def zone_of(name: str | None, country: str | None) -> ZoneInfo:
    """The zone with this name, else that of the country."""
    return ZoneInfo(name if name in zone_names() else OF_COUNTRY.get(country or "", DEFAULT))


@cache
def zone_names() -> Sequence[str]:
    """The zones an organisation may choose: those of Europe, its countries' own first."""
    ours = dict.fromkeys(OF_COUNTRY.values())
    return [*ours, *sorted(name for name in available_timezones() if name.startswith(OFFERED) and name not in ours)]


def here(stamp: datetime, zone: ZoneInfo) -> datetime:
    """A stamp, kept in UTC without its zone, as the clock on the wall shows it."""
    return stamp.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def day_of(stamp: datetime, zone: ZoneInfo) -> date:
    """The day of a stamp, as the calendar on the wall shows it."""
    return here(stamp, zone).date()


def beginning_of(day: date, zone: ZoneInfo) -> datetime:
    """The stamp of the day's first moment."""
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)
