"""What happened to an account since its owner last came in: she alone knows what of it was not hers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dosar.access.account_log import AccountAction, AccountEntry, account_entries
from dosar.access.services import AccessServices
from dosar.access.tables import user_table

WAYS_IN: tuple[AccountAction, ...] = (
    "invited",
    "password",
    "telephone",
    "telephone_dropped",
    "telephone_code",
    "telephone_reset_asked",
    "recovery_codes",
    "passkey_added",
    "passkey_removed",
    "unlocked",
)
"""What changes how somebody gets in."""
WORTH_TELLING = 3
"""So many wrong passwords and codes are no slip of her fingers any more."""
MOST_CHANGES = 20
"""On her profile: more than somebody makes who wants one of them pushed out of sight, unseen."""


@dataclass(frozen=True)
class SinceLastTime:
    """What she is told of when she comes in."""

    last: datetime
    wrong_tries: int
    """Wrong passwords and codes, or 0 where they were few."""
    changes: Sequence[AccountEntry]
    """Of the ways into her account, the newest first."""


def since_last_time(services: AccessServices, user_id: int) -> SinceLastTime | None:
    """To be asked before :func:`~dosar.access.login.login.count_sign_in`; None where there is nothing to tell, and at
    her first sign-in."""
    user = user_table.c
    last, failed = services.session.execute(
        select(user.last_login, user.fail_login_count).where(user.id == user_id)
    ).one()
    if last is None:
        return None
    changes = [entry for entry in changed_ways_in(services, user_id) if entry.at > last]
    wrong_tries = failed if (failed or 0) >= WORTH_TELLING else 0
    return SinceLastTime(last, wrong_tries, changes) if wrong_tries or changes else None


def changed_ways_in(services: AccessServices, user_id: int) -> list[AccountEntry]:
    """The last changes of the ways into this account, the newest first."""
    return account_entries(services, MOST_CHANGES, user_id=user_id, actions=WAYS_IN)
