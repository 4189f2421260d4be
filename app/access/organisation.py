"""What the organisation says of itself: its name, the language and the time zone it works in."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from app.access.tables import setting_table
from app.access.time_zones import zone_of

NAME, LANGUAGE, COUNTRY = "organisation.name", "organisation.language", "organisation.country"
TIME_ZONE = "organisation.time_zone"
COUNTRIES = ("RO", "MD")


@dataclass(frozen=True)
class Organisation:
    """Empty until the set-up."""

    name: str = ""
    language: str | None = None
    country: str | None = None
    """Whose Romanian the forms speak: RO or MD."""
    time_zone: str | None = None
    """Which clock it lives by; without one, that of its country."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of everything it reads and writes."""
        return zone_of(self.time_zone, self.country)


def read_organisation(session: Any) -> Organisation:
    """The organisation as it is kept."""
    kept = dict(session.execute(select(setting_table.c.key, setting_table.c.value)).all())
    return Organisation(kept.get(NAME, ""), kept.get(LANGUAGE), kept.get(COUNTRY), kept.get(TIME_ZONE))


def keep_organisation(session: Any, organisation: Organisation) -> None:
    """Keep it, inside the caller's transaction."""
    settings = {
        NAME: organisation.name, LANGUAGE: organisation.language, COUNTRY: organisation.country,
        TIME_ZONE: organisation.time_zone,
    }
    session.execute(delete(setting_table).where(setting_table.c.key.in_(settings)))
    said = [{"key": key, "value": value} for key, value in settings.items() if value]
    session.execute(insert(setting_table), said)
