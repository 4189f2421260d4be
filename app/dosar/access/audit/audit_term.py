"""For how many years the audit log is kept: longer by one person's word, shorter by two.

Whoever answers for the organisation sets it. Fewer years could hide something for good, so they wait for somebody who
watches over the log, and never are fewer than :data:`LEAST_YEARS`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dosar.access.organisation.settings import read_setting, write_setting
from dosar.access.services import AccessServices
from dosar.access.worker import Worker
from dosar.database.audit.trail import add_event
from dosar.database.audit_pruning import LEAST_YEARS
from dosar.language.text.message import Mistake

MOST_YEARS = 30
"""More than that is no choice of the page."""
REQUEST_LIFETIME = timedelta(days=14)
YEARS_SETTING, ASKED_SETTING = "audit.years", "audit.years_asked"


@dataclass(frozen=True)
class AskedYears:
    """Somebody asked for fewer years."""

    years: int
    asked_by: int
    asked: datetime


def read_audit_years(session: Any) -> int:
    """For how many years the audit log is kept."""
    kept = read_setting(session, YEARS_SETTING)
    return max(int(kept), LEAST_YEARS) if kept.isdecimal() else LEAST_YEARS


def waiting_years(services: AccessServices) -> AskedYears | None:
    """What waits for a second person, if anything does."""
    years, _, rest = read_setting(services.session, ASKED_SETTING).partition(" ")
    by, _, moment = rest.partition(" ")
    if not moment:
        return None
    found = AskedYears(int(years), int(by), datetime.fromisoformat(moment))
    return found if abs(services.clock() - found.asked) < REQUEST_LIFETIME else None


def set_audit_years(services: AccessServices, by: Worker, years: int) -> bool:
    """Keep the log for so many years, at once where these are more. Whether it was done; else it is asked for.

    What waited till then waits no more: another request stands in its place, or it is taken back.
    Raises :class:`Mistake` for fewer than the least.
    """
    if not LEAST_YEARS <= years <= MOST_YEARS:
        raise Mistake("The audit log is kept for %(least)s years at least.", least=LEAST_YEARS)
    with services.store.writing() as session:
        now, waiting = read_audit_years(session), waiting_years(services)
        write_setting(session, ASKED_SETTING, "")
        if waiting is not None and years >= now:
            add_event(session, "audit_years_taken_back", actor=by.id, fields=[str(waiting.years)])
        if years < now:
            write_setting(session, ASKED_SETTING, f"{years} {by.id} {services.clock().isoformat()}")
            add_event(session, "audit_years_asked", actor=by.id, fields=[str(years)])
        elif years > now:
            _set(session, by, years)
    return years >= now


def confirm_audit_years(services: AccessServices, by: Worker, years: int) -> None:
    """Let the fewer years count, as the second person. Raises :class:`Mistake`."""
    with services.store.writing() as session:
        asked = waiting_years(services)
        if asked is None or asked.years != years:
            raise Mistake("Nobody asks for this any more.")
        if asked.asked_by == by.id:
            raise Mistake("A second person confirms it, not the one who asked.")
        write_setting(session, ASKED_SETTING, "")
        _set(session, by, years)


def refuse_audit_years(services: AccessServices, by: Worker) -> None:
    """Let nothing come of it. Raises :class:`Mistake`."""
    with services.store.writing() as session:
        if (asked := waiting_years(services)) is None:
            raise Mistake("Nobody asks for this any more.")
        write_setting(session, ASKED_SETTING, "")
        add_event(session, "audit_years_refused", actor=by.id, fields=[str(asked.years)])


def _set(session: Any, by: Worker, years: int) -> None:
    write_setting(session, YEARS_SETTING, str(years))
    add_event(session, "audit_years", actor=by.id, fields=[str(years)])
