"""What the organisation says of itself: its name, the language and the time zone it works in."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from dosar.access.organisation.time_zones import time_zone_of
from dosar.access.tables import setting_table
from dosar.database.joint_reads import DeferredRead
from dosar.database.union_reads import UnionPart

NAME_SETTING, LANGUAGE_SETTING, COUNTRY_SETTING = "organisation.name", "organisation.language", "organisation.country"
TIME_ZONE_SETTING = "organisation.time_zone"
CONTACT_SETTING, DATA_PROTECTION_SETTING = "organisation.contact", "organisation.data_protection"
PROCESSORS_SETTING = "organisation.processors"
DEMO_SETTING, UNFILED_DEMO_SETTING = "demo", "demo.unfiled"
"""Set in a database that was filled with invented people, whose passwords everybody knows."""

SECOND_PERSON_SETTING = "second_person"
"""Set once two people watch over accounts: from then on nobody opens cases to anybody alone."""
ONE_LAPTOP_SETTING = "keys.one_laptop"
"""Set once somebody has said that the data may open by themselves."""


@dataclass(frozen=True)
class Organisation:
    """Empty until the set-up."""

    name: str = ""
    language: str | None = None
    country: str | None = None
    """Whose Romanian the forms speak: RO or MD."""
    time_zone: str | None = None
    """Which clock it lives by; without one, that of its country."""
    contact: str = ""
    """Where it is reached, for the register of processing."""
    data_protection: str = ""
    """Who is asked about data: the data protection officer, or whoever does it."""
    processors: str = ""
    """Who works on the data for it, such as a host, with the day of the agreement (GDPR art. 28)."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of everything it reads and writes."""
        return time_zone_of(self.time_zone, self.country)


def read_organisation(session: Any) -> Organisation:
    """The organisation as it is kept."""
    values = dict(session.execute(select(setting_table.c.key, setting_table.c.value)).all())
    return Organisation(
        values.get(NAME_SETTING, ""),
        values.get(LANGUAGE_SETTING),
        values.get(COUNTRY_SETTING),
        values.get(TIME_ZONE_SETTING),
        values.get(CONTACT_SETTING, ""),
        values.get(DATA_PROTECTION_SETTING, ""),
        values.get(PROCESSORS_SETTING, ""),
    )


def save_organisation(session: Any, organisation: Organisation) -> None:
    """Keep it, inside the caller's transaction."""
    settings = {
        NAME_SETTING: organisation.name,
        LANGUAGE_SETTING: organisation.language,
        COUNTRY_SETTING: organisation.country,
        TIME_ZONE_SETTING: organisation.time_zone,
        CONTACT_SETTING: organisation.contact,
        DATA_PROTECTION_SETTING: organisation.data_protection,
        PROCESSORS_SETTING: organisation.processors,
    }
    session.execute(delete(setting_table).where(setting_table.c.key.in_(settings)))
    rows = [{"key": key, "value": value} for key, value in settings.items() if value]
    session.execute(insert(setting_table), rows)


def mark_as_demo(session: Any) -> None:
    """Write down that nobody in this database is real, inside the caller's transaction."""
    write_setting(session, DEMO_SETTING, "1")


def is_marked_as_demo(session: Any) -> bool:
    """Whether the database was filled with invented people."""
    return bool(read_setting(session, DEMO_SETTING))


def note_unfiled_demo(session: Any, unfiled: bool) -> None:
    """Write down whether the invented cases are still to be filed, inside the caller's transaction."""
    write_setting(session, UNFILED_DEMO_SETTING, "1" if unfiled else "")


def is_demo_unfiled(session: Any) -> bool:
    """Whether there are the people of the demo, and not yet their cases: somebody stopped the program meanwhile."""
    return bool(read_setting(session, UNFILED_DEMO_SETTING))


def note_second_person(session: Any) -> None:
    """Write down that two people watch over accounts, inside the caller's transaction."""
    write_setting(session, SECOND_PERSON_SETTING, "1")


def had_second_person(session: Any) -> bool:
    """Whether two people have ever watched over accounts."""
    return bool(read_setting(session, SECOND_PERSON_SETTING))


def declare_one_laptop(session: Any, declared: bool) -> None:
    """Write down whether the data open by themselves because somebody wants it so, inside the caller's transaction."""
    write_setting(session, ONE_LAPTOP_SETTING, "1" if declared else "")


def is_one_laptop_declared(session: Any) -> bool:
    """Whether somebody has said that the data may open by themselves."""
    return bool(read_setting(session, ONE_LAPTOP_SETTING))


def read_setting(session: Any, key: str) -> str:
    """What is kept under this key; nothing where it was never said."""
    return session.scalar(select(setting_table.c.value).where(setting_table.c.key == key)) or ""


def query_settings(*keys: str) -> DeferredRead[dict[str, str]]:
    """What is kept under these keys, to be asked for together with others; nothing where it was never said."""
    part = UnionPart(setting_table, [setting_table.c.key, setting_table.c.value], [setting_table.c.key.in_(keys)])
    return DeferredRead.of_part(
        ("settings", keys),
        lambda: part,
        lambda rows: dict.fromkeys(keys, "") | {row["key"]: row["value"] for row in rows},
    )


def write_setting(session: Any, key: str, value: str) -> None:
    """Keep it in place of what was kept, inside the caller's transaction; nothing is kept of an empty one."""
    session.execute(delete(setting_table).where(setting_table.c.key == key))
    if value:
        session.execute(insert(setting_table).values(key=key, value=value))
