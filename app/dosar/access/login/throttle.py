"""Waits that grow with every wrong password, per account and per address.

A try is counted before it is checked, so that many at once gain nothing. Whether an account exists
makes no difference: both keys are digests of what was typed.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from dosar.access.login.credentials import normalized_user_name
from dosar.access.services import AccessServices
from dosar.access.tables import try_table

TRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
TRIES_FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class TryLimit:
    """How many tries are free; each one more waits longer than the one before."""

    kind: str
    free_tries: int

    def delay_after(self, tries: int) -> timedelta:
        """How long nobody may try again after this many tries."""
        beyond = tries - self.free_tries
        return timedelta() if beyond < 0 else TRY_DELAYS[min(beyond, len(TRY_DELAYS) - 1)]


ACCOUNT_LIMIT = TryLimit("account", free_tries=5)
CODE_LIMIT = TryLimit("code", free_tries=5)
ADDRESS_LIMIT = TryLimit("address", free_tries=20)
"""A whole office may stand behind one address."""


class TooManyTries(Exception):
    """Nobody may try again before some minutes have passed."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"{minutes} minutes")


def count_try(
    services: AccessServices,
    secret: str,
    account: str,
    address: str | None = None,
    limit: TryLimit = ACCOUNT_LIMIT,
) -> None:
    """Count a try, inside the caller's transaction. Raises :class:`TooManyTries`."""
    moment = services.clock()
    services.session.execute(delete(try_table).where(try_table.c.last <= moment - TRIES_FORGOTTEN_AFTER))
    keys = {_try_digest(secret, limit, account): limit}
    if address is not None:
        keys[_try_digest(secret, ADDRESS_LIMIT, address)] = ADDRESS_LIMIT
    counters = {row.key: row for row in services.session.execute(select(try_table).where(try_table.c.key.in_(keys)))}
    closed_until = max((row.closed_until for row in counters.values()), default=moment)
    if closed_until > moment:
        raise TooManyTries(-(-(closed_until - moment) // timedelta(minutes=1)))
    for key, counted in keys.items():
        _save_try(services.session, key, counted, counters.get(key), moment)


def forget_tries(
    services: AccessServices,
    secret: str,
    account: str,
    address: str | None = None,
    limit: TryLimit = ACCOUNT_LIMIT,
) -> None:
    """The account's owner came in: her wrong tries are forgotten, and this was none of the address's."""
    services.session.execute(delete(try_table).where(try_table.c.key == _try_digest(secret, limit, account)))
    if address is not None:
        services.session.execute(
            update(try_table)
            .where(try_table.c.key == _try_digest(secret, ADDRESS_LIMIT, address))
            .values(tries=try_table.c.tries - 1, closed_until=services.clock())
        )


def _save_try(session: Any, key: str, limit: TryLimit, row: Any, moment: datetime) -> None:
    tries = (row.tries if row else 0) + 1
    values = {"tries": tries, "closed_until": moment + limit.delay_after(tries), "last": moment}
    if row is None:
        session.execute(insert(try_table).values(key=key, **values))
    else:
        session.execute(update(try_table).where(try_table.c.key == key).values(values))


def _try_digest(secret: str, limit: TryLimit, text: str) -> str:
    """A digest: what is typed as a user name is sometimes the password."""
    counted_text = f"{limit.kind}:{normalized_user_name(text)}"
    return hmac.digest(secret.encode(), counted_text.encode(), "sha256").hex()
