"""What goes where data of before take the place of those of now, told before anybody says yes."""

from datetime import datetime

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from dosar.access.services import access_services
from dosar.database.system_tables import history_table


def saved_since(moment: datetime) -> int:
    """How many entries the history got since."""
    since = select(func.count()).select_from(history_table).where(history_table.c.at > moment)
    return access_services().session.scalar(since) or 0


def lost_text(count: int) -> str:
    """What goes that was saved since."""
    if not count:
        return gettext("Nothing was saved in Dosar since this back-up, so no work is lost.")
    return ngettext(
        "What was saved since this back-up goes: %(num)s entry of the history.",
        "What was saved since this back-up goes: %(num)s entries of the history.",
        count,
    )
