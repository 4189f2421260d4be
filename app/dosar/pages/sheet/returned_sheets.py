"""What stands on a sheet that was returned to the one who filed it."""

from dataclasses import dataclass

from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text, reason_text
from dosar.records.sheets.acceptance import last_return
from dosar.records.titles import user_names


@dataclass(slots=True)
class ReturnedNotice:
    """Who returned it and when, and what is to be mended."""

    text: str
    note: str


def returned_notice(context: PageContext, record: Record) -> ReturnedNotice | None:
    """What is said on a sheet that was returned and not mended yet, where it is read and where it is mended."""
    found = last_return(context.repository, record)
    if found is None:
        return None
    who = user_names(context.repository, [found.by], context.reading).get(found.by or 0, gettext("Dosar"))
    text = gettext("Returned by %(who)s, %(when)s:", who=who, when=moment_text(found.at))
    return ReturnedNotice(text, reason_text(found.note))
