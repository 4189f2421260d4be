"""The second factor of an account: a telephone that makes codes, and recovery codes for who has it not at hand.

The secret is sealed under a key of its own (``store.purpose_key``): reading the table makes no codes. Each code opens
once: one that was used, or is older than that, is refused by the database itself, however many try at once.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import and_, delete, func, insert, or_, select, update

from dosar.access.audit.account_log import log_account_change
from dosar.access.factors.passkeys import remove_all_passkeys
from dosar.access.login.login import count_failure, throttle_secret
from dosar.access.login.one_time_codes import (
    STEP_SECONDS,
    is_telephone_code,
    matching_step,
    new_recovery_code,
    recovery_digest,
    step_at,
)
from dosar.access.login.sessions.open_sessions import end_sessions
from dosar.access.login.throttle import CODE_LIMIT, Guess, count_try, forget_tries
from dosar.access.services import AccessServices
from dosar.access.tables import recovery_code_table, second_factor_table, user_table
from dosar.access.worker import Worker
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.database.sealing.sealed_value import open_value, seal_value

RECOVERY_CODES = 10
CLOCK_WAS_WRONG_STEPS = 3600 // STEP_SECONDS
"""A code used further ahead than this was used while the clock was wrong: it holds nobody back."""


@dataclass(frozen=True)
class SecondFactor:
    """A user's telephone, as her profile tells of it."""

    enrolled: datetime
    recovery_codes: int
    """How many of them are left."""


def is_second_factor_required(services: AccessServices, user_id: int) -> bool:
    """Whether a password alone opens nothing: for everybody, but in the demo for who has no telephone connected."""
    return not services.is_demo() or second_factor_of(services, user_id) is not None


def second_factor_of(services: AccessServices, user_id: int) -> SecondFactor | None:
    """The user's telephone, if she has connected one."""
    factor, codes = second_factor_table.c, recovery_code_table.c
    left = select(func.count()).where(codes.user_id == user_id).scalar_subquery()
    row = services.session.execute(select(factor.enrolled, left).where(factor.user_id == user_id)).one_or_none()
    return None if row is None else SecondFactor(*row)


def enrol_first(services: AccessServices, user_id: int, secret: str, code: str) -> list[str] | None:
    """Connect the telephone that made this code to an account that has none; its recovery codes.

    None for a wrong code, and for an account that has a telephone: a password alone must never replace it.
    """
    with services.store.writing():
        return None if second_factor_of(services, user_id) else replace_telephone(services, user_id, secret, code)


def replace_telephone(services: AccessServices, user_id: int, secret: str, code: str) -> list[str] | None:
    """Connect the telephone that made this code, in place of any other; the new recovery codes.

    None for a wrong code.
    """
    step = matching_step(secret, code, step_at(services.clock()))
    return None if step is None else save_second_factor(services, user_id, secret, step)


def save_second_factor(services: AccessServices, user_id: int, secret: str, last_step: int = 0) -> list[str]:
    """Keep the secret, sealed, and give new recovery codes: only digests of them are kept."""
    kept = {"secret": seal_secret(services, user_id, secret), "last_step": last_step, "enrolled": services.clock()}
    with services.store.writing() as session:
        session.execute(delete(second_factor_table).where(second_factor_table.c.user_id == user_id))
        session.execute(insert(second_factor_table).values(user_id=user_id, **kept))
        log_account_change(services, user_id, user_id, "telephone")
        return _new_recovery_codes(session, user_id)


def replace_recovery_codes(services: AccessServices, user_id: int) -> list[str]:
    """New recovery codes; the old ones open nothing any more."""
    with services.store.writing() as session:
        log_account_change(services, user_id, user_id, "recovery_codes")
        return _new_recovery_codes(session, user_id)


def drop_second_factor(services: AccessServices, user_id: int, by: Worker | None) -> None:
    """Disconnect the user's telephone and passkeys, inside the caller's transaction: her sessions end, and she connects
    a telephone anew when she next signs in. ``by`` is nobody for a command on the computer itself."""
    for table in (second_factor_table, recovery_code_table):
        services.session.execute(delete(table).where(table.c.user_id == user_id))
    remove_all_passkeys(services, by, user_id)
    end_sessions(services, user_id)
    log_account_change(services, by, user_id, "telephone_dropped")


def use_code(services: AccessServices, user_id: int, code: str) -> bool:
    """Use the code up, one of the telephone or of the paper, inside the caller's transaction.

    False for a wrong one, and for one that was used.
    """
    if is_telephone_code(code):
        return _use_telephone_code(services, user_id, code)
    codes = recovery_code_table.c
    used = delete(recovery_code_table).where(codes.id == recovery_digest(user_id, code), codes.user_id == user_id)
    return bool(services.session.execute(used).rowcount)


def check_code(services: AccessServices, user_id: int, code: str, device: str | None = None) -> bool:
    """Whether this code opens the account now; it opens nothing a second time.

    A try is counted before it is checked. Raises :class:`~dosar.access.login.throttle.TooManyTries`.
    """
    secret, guess = throttle_secret(), Guess(str(user_id), device=device, limit=CODE_LIMIT)
    with services.store.writing():
        counted = count_try(services, secret, guess)
    with services.store.writing():
        fits = use_code(services, user_id, code)
        if fits:
            forget_tries(services, secret, guess, counted)
        else:
            count_failure(services, user_table.c.id == user_id)
            add_event(services.session, "code_failed", objects={ACCOUNT_OBJECT: [user_id]}, outcome="denied")
    return fits


def seal_secret(services: AccessServices, user_id: int, secret: str) -> str:
    """The secret as it is kept: nobody reads it without the organisation's key, nor moves it to another account."""
    return b64encode(seal_value(_sealing_key(services), secret.encode(), _bound_to(user_id))).decode()


def open_secret(services: AccessServices, user_id: int, sealed: str) -> str:
    """The opposite of :func:`seal_secret`. Raises :class:`~cryptography.exceptions.InvalidTag`."""
    return open_value(_sealing_key(services), b64decode(sealed), _bound_to(user_id)).decode()


def _sealing_key(services: AccessServices) -> bytes:
    key: bytes = services.store.purpose_key("totp")
    return key


def _bound_to(user_id: int) -> bytes:
    return f"user:{user_id}".encode()


def _use_telephone_code(services: AccessServices, user_id: int, code: str) -> bool:
    factor, now = second_factor_table.c, step_at(services.clock())
    sealed = services.session.scalar(select(factor.secret).where(factor.user_id == user_id))
    try:
        step = None if sealed is None else matching_step(open_secret(services, user_id, sealed), code, now)
    except InvalidTag:  # somebody wrote into the database: a telephone of another account, or of nobody
        current_app.logger.error("The second factor of user %s was not sealed by Dosar for her.", user_id)
        return False
    if step is None:
        return False
    is_unused = or_(factor.last_step < step, factor.last_step > now + CLOCK_WAS_WRONG_STEPS)
    used = update(second_factor_table).where(and_(factor.user_id == user_id, is_unused)).values(last_step=step)
    return bool(services.session.execute(used).rowcount)


def _new_recovery_codes(session: Any, user_id: int) -> list[str]:
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.execute(delete(recovery_code_table).where(recovery_code_table.c.user_id == user_id))
    rows = [{"id": recovery_digest(user_id, code), "user_id": user_id} for code in codes]
    session.execute(insert(recovery_code_table), rows)
    return codes
