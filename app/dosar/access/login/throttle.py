"""Waits that grow with every wrong guess, per account and per address, and go away again by themselves.

A try is counted before it is checked, so that many at once gain nothing. Whether an account exists makes no
difference: all keys are digests of what was typed. Nobody is locked out for good: an account waits an hour at most,
one known device of hers six, whatever the clock does; tries are forgotten one by one, and from a device on which the
account's owner has signed in before she may still try when others have guessed at her account or from her address.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from dosar.access.login.credentials import normalized_user_name
from dosar.access.services import AccessServices
from dosar.access.tables import try_table

SWEPT_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class TryLimit:
    """How many tries are free, how long each one more waits, and after which time one is forgotten."""

    kind: str
    free_tries: int
    delays: tuple[timedelta, ...]
    one_forgotten_in: timedelta

    def delay_after(self, tries: int) -> timedelta:
        """How long nobody may try again after this many tries."""
        beyond = tries - self.free_tries
        return timedelta() if beyond < 0 else self.delays[min(beyond, len(self.delays) - 1)]


def _minutes(*lengths: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=length) for length in lengths)


ACCOUNT_LIMIT = TryLimit("account", 5, _minutes(1, 5, 15, 60), timedelta(hours=1))
"""31 guesses in 24 hours, from however many addresses."""
CODE_LIMIT = TryLimit("code", 5, _minutes(1, 5, 15, 60), timedelta(hours=1))
MAIL_CODE_LIMIT = TryLimit("mail_code", 1, _minutes(2, 10, 60), timedelta(hours=1))
"""Codes that a worker has mailed to an address: nobody fills a stranger's mailbox with them."""
PASSKEY_LIMIT = TryLimit("passkey", 20, _minutes(1, 2, 5), timedelta(minutes=3))
"""Per address and passkey. A passkey is no secret that could be guessed: this holds off who wears the program out."""
DEVICE_LIMIT = TryLimit("device", 3, _minutes(60, 360), timedelta(hours=6))
"""8 more on a device that is known, while the account or the address has to wait."""
ADDRESS_LIMIT = TryLimit("address", 20, _minutes(1, 2, 5), timedelta(minutes=3))
"""A whole office may stand behind one address, and all who share one computer do."""
FEED_LIMIT = TryLimit("calendar", 5, _minutes(1, 5, 15, 60), timedelta(hours=1))
"""Per word of a calendar's address: a program goes on asking for an address that was ended."""
FEED_ADDRESS_LIMIT = TryLimit("calendar_address", 20, _minutes(1, 2, 5), timedelta(minutes=3))
"""Apart from the sign-in: a calendar program that is set up wrongly keeps nobody of its office from signing in."""


@dataclass(frozen=True)
class Guess:
    """A try at an account: from which address, and on which device if its owner has signed in there before."""

    account: str
    address: str | None = None
    device: str | None = None
    limit: TryLimit = ACCOUNT_LIMIT
    address_limit: TryLimit = ADDRESS_LIMIT

    @property
    def counted_at(self) -> list[tuple[TryLimit, str]]:
        """Where it is counted."""
        at_address = [] if self.address is None else [(self.address_limit, self.address)]
        return [(self.limit, self.account), *at_address]

    @property
    def counted_on_device(self) -> list[tuple[TryLimit, str]]:
        """Where it is counted instead, while others have to wait."""
        return [] if self.device is None else [(DEVICE_LIMIT, f"{self.limit.kind}:{self.account}:{self.device}")]


Counted = Sequence[tuple[TryLimit, str]]


class TooManyTries(Exception):
    """Nobody may try again before some minutes have passed."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"{minutes} minutes")


def count_try(services: AccessServices, secret: str, guess: Guess) -> Counted:
    """Count a try, inside the caller's transaction; where it was counted. Raises :class:`TooManyTries`."""
    moment = services.clock()
    services.session.execute(delete(try_table).where(try_table.c.last <= moment - SWEPT_AFTER))
    try:
        return _count(services.session, secret, guess.counted_at, moment)
    except TooManyTries:
        if guess.device is None:
            raise
    return _count(services.session, secret, guess.counted_on_device, moment)


def forget_tries(services: AccessServices, secret: str, guess: Guess, counted: Counted) -> None:
    """The account's owner came in: her wrong tries are forgotten, and this was none of the address's."""
    hers = [_try_digest(secret, *where) for where in (guess.counted_at[0], *guess.counted_on_device)]
    services.session.execute(delete(try_table).where(try_table.c.key.in_(hers)))
    for limit, text in counted:
        if limit is guess.address_limit:
            services.session.execute(
                update(try_table)
                .where(try_table.c.key == _try_digest(secret, limit, text))
                .values(tries=try_table.c.tries - 1, closed_until=services.clock())
            )


def _count(session: Any, secret: str, counted: Counted, moment: datetime) -> Counted:
    keys = {_try_digest(secret, limit, text): limit for limit, text in counted}
    rows = {row.key: row for row in session.execute(select(try_table).where(try_table.c.key.in_(keys)))}
    wait = max((_wait(keys[row.key], row, moment) for row in rows.values()), default=timedelta())
    if wait > timedelta():
        raise TooManyTries(-(-wait // timedelta(minutes=1)))
    for key, limit in keys.items():
        _save_try(session, key, limit, rows.get(key), moment)
    return counted


def _wait(limit: TryLimit, row: Any, moment: datetime) -> timedelta:
    """How long nobody may try yet; a wait longer than any there is was reckoned while the clock was wrong."""
    wait: timedelta = row.closed_until - moment
    return timedelta() if wait > max(limit.delays) else wait


def _save_try(session: Any, key: str, limit: TryLimit, row: Any, moment: datetime) -> None:
    tries, counted_from = _remembered(limit, row, moment)
    values = {"tries": tries + 1, "closed_until": moment + limit.delay_after(tries + 1), "last": counted_from}
    if row is None:
        session.execute(insert(try_table).values(key=key, **values))
    else:
        session.execute(update(try_table).where(try_table.c.key == key).values(values))


def _remembered(limit: TryLimit, row: Any, moment: datetime) -> tuple[int, datetime]:
    """How many tries are not forgotten yet, and from when on the next one is being forgotten."""
    if row is None or row.last > moment:  # a row of the future was written while the clock was wrong
        return (row.tries if row else 0), moment
    forgotten = (moment - row.last) // limit.one_forgotten_in
    if forgotten >= row.tries:
        return 0, moment
    return row.tries - forgotten, row.last + forgotten * limit.one_forgotten_in


def _try_digest(secret: str, limit: TryLimit, text: str) -> str:
    """A digest: what is typed as a user name is sometimes the password."""
    counted_text = f"{limit.kind}:{normalized_user_name(text)}"
    return hmac.digest(secret.encode(), counted_text.encode(), "sha256").hex()
