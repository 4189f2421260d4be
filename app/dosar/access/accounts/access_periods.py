"""From which day until which an account is open, and its place in a team: outside these days it opens nothing.

The days are the organisation's, and are looked at in the statement that says who somebody is
(:mod:`dosar.access.identity`): at its midnight the next page is another one, whatever session is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from dosar.access.audit.account_log import log_account_change
from dosar.access.services import AccessServices
from dosar.access.tables import access_period_table
from dosar.access.worker import Worker
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.text.message import Mistake
from dosar.records.deadlines.changed_sheets import note_changed_accounts

period = access_period_table.c


@dataclass(frozen=True)
class AccessPeriod:
    """The first and the last day; an end that is left open is none."""

    since: date | None = None
    until: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether the day lies within."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def is_within(self, other: "AccessPeriod") -> bool:
        """Whether every day of it is one of the other's, too."""
        later = other.since is None or (self.since is not None and self.since >= other.since)
        earlier = other.until is None or (self.until is not None and self.until <= other.until)
        return later and earlier


ALWAYS = AccessPeriod()


def access_periods(services: AccessServices, user_id: int) -> dict[int, AccessPeriod]:
    """Team → the days of the user's place in it; those of her account stand under :data:`ACCOUNT_ITSELF`."""
    rows = services.session.execute(
        select(period.group_id, period.since, period.until).where(period.user_id == user_id)
    )
    return {row.group_id: AccessPeriod(row.since, row.until) for row in rows}


def account_periods(services: AccessServices) -> dict[int, AccessPeriod]:
    """User → the days of her account, of all who have any."""
    rows = services.session.execute(
        select(period.user_id, period.since, period.until).where(period.group_id == ACCOUNT_ITSELF)
    )
    return {row.user_id: AccessPeriod(row.since, row.until) for row in rows}


def narrow_periods(services: AccessServices, by: Worker, user_id: int, wanted: Mapping[int, AccessPeriod]) -> None:
    """Keep these days, inside the caller's transaction. Raises :class:`Mistake` for what is no narrower than before:
    it would open cases, and a second person confirms that."""
    before = access_periods(services, user_id)
    for group_id, days in wanted.items():
        was = before.get(group_id, ALWAYS)
        if days == was:
            continue
        _require_sense(days)
        if not days.is_within(was):
            raise Mistake(
                "These days are more than before. Close the account and open it again, or take the person out of the "
                "team and put her in again: a second person confirms it, and the days begin anew."
            )
        _keep_period(services, user_id, group_id, days)
        name = "account_days" if group_id == ACCOUNT_ITSELF else "team_days"
        log_account_change(services, by, user_id, "changed", {name: (_as_text(was), _as_text(days))})


def forget_periods(services: AccessServices, user_id: int, group_id: int | None = None) -> None:
    """The days go with the place, or all of them with the account: who comes again begins anew."""
    hers = delete(access_period_table).where(period.user_id == user_id)
    services.session.execute(hers if group_id is None else hers.where(period.group_id == group_id))
    note_changed_accounts(services.session, [user_id])


def end_account_days(services: AccessServices, user_id: int) -> None:
    """Let the account open on every day, inside the caller's transaction, by a command on the computer itself."""
    was = access_periods(services, user_id).get(ACCOUNT_ITSELF, ALWAYS)
    if was != ALWAYS:
        forget_periods(services, user_id, ACCOUNT_ITSELF)
        log_account_change(services, None, user_id, "changed", {"account_days": (_as_text(was), "")})


def require_open_days(services: AccessServices, user_id: int) -> None:
    """Raises :class:`Mistake` for an account whose last day is over: nobody signs in to it."""
    until = access_periods(services, user_id).get(ACCOUNT_ITSELF, ALWAYS).until
    if until is not None and until < services.today():
        raise Mistake(
            "The last day of this account is over, so nobody signs in to it. An administrator closes it and opens it "
            "again: then its days begin anew."
        )


def _require_sense(days: AccessPeriod) -> None:
    if days.since and days.until and days.until < days.since:
        raise Mistake("The last day lies before the first one.")


def _keep_period(services: AccessServices, user_id: int, group_id: int, days: AccessPeriod) -> None:
    forget_periods(services, user_id, group_id)
    values = {"user_id": user_id, "group_id": group_id, "since": days.since, "until": days.until}
    services.session.execute(insert(access_period_table).values(values))


def _as_text(days: AccessPeriod) -> str:
    return f"{days.since or '…'} – {days.until or '…'}" if days != ALWAYS else ""
