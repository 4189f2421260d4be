"""The organisation's clock: stamps are kept in UTC, and shown in its time zone, whatever the machine is set to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

COUNTRY_TIME_ZONES = {"RO": "Europe/Bucharest", "MD": "Europe/Chisinau"}
DEFAULT_TIME_ZONE = COUNTRY_TIME_ZONES["RO"]
OFFERED_REGION = "Europe/"


def time_zone_of(name: str | None, country: str | None) -> ZoneInfo:
    """The zone with this name, else that of the country."""
    if name is not None and name in time_zone_names():
        return ZoneInfo(name)
    return ZoneInfo(COUNTRY_TIME_ZONES.get(country or "", DEFAULT_TIME_ZONE))


@cache
def time_zone_names() -> Sequence[str]:
    """The zones an organisation may choose: those of Europe, its countries' own first."""
    ours = dict.fromkeys(COUNTRY_TIME_ZONES.values())
    return [
        *ours,
        *sorted(name for name in available_timezones() if name.startswith(OFFERED_REGION) and name not in ours),
    ]


def local_time(stamp: datetime, zone: ZoneInfo) -> datetime:
    """A stamp, kept in UTC without its zone, as the clock on the wall shows it."""
    return stamp.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def local_day(stamp: datetime, zone: ZoneInfo) -> date:
    """The day of a stamp, as the calendar on the wall shows it."""
    return local_time(stamp, zone).date()


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The stamp of the day's first moment."""
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)
