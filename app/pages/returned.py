"""What stands on a sheet that was returned to the one who filed it."""

from dataclasses import dataclass

from flask_babel import gettext

from app.pages.desk import Desk
from app.pages.moments import moment_text
from app.records.acceptance import last_judgement
from app.records.labels import user_names
from app.records.tables import Record


@dataclass(slots=True)
class ReturnedNotice:
    """Who returned it and when, and what is to be mended."""

    told: str
    note: str


def returned_notice(at: Desk, record: Record) -> ReturnedNotice | None:
    """What is said on a sheet that was returned and not mended yet, where it is read and where it is mended."""
    found = last_judgement(at.cabinet, record)
    if found is None:
        return None
    who = user_names(at.cabinet, [found.by], at.reading).get(found.by or 0, gettext("Dosar"))
    return ReturnedNotice(gettext("Returned by %(who)s, %(when)s:", who=who, when=moment_text(found.at)), found.note)
