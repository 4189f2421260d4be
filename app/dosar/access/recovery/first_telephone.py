"""The code with which the first telephone is connected to an account: a password alone, perhaps a stolen one, connects
none.

Whoever comes by her invitation needs no code: she has just been handed the address. Everybody else gets one from an
administrator, for a day and for once. After a telephone was disconnected it is never the administrator who asked for
that, or who reset the password since: together the two would be the whole account. Where there is no other one, a
command on the computer itself gives the code, to whoever has the key of the data.
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, exists, func, insert, select

from dosar.access.accounts.access_periods import require_open_days
from dosar.access.accounts.administrators import able_administrators
from dosar.access.accounts.users import user_name_of, user_to_change
from dosar.access.audit.account_log import log_account_change
from dosar.access.factors.second_factor import second_factor_of
from dosar.access.login.known_devices import known_device
from dosar.access.login.login import throttle_secret
from dosar.access.login.one_time_codes import new_handed_code, recovery_digest
from dosar.access.login.throttle import CODE_LIMIT, Guess, count_try, forget_tries
from dosar.access.services import AccessServices
from dosar.access.tables import account_history_table, invitation_table, second_factor_table
from dosar.access.worker import Worker
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.language.text.message import Mistake, msgid

CODE_LIFETIME = timedelta(hours=24)
history = account_history_table.c
AT_THE_COMPUTER = msgid(
    "There is no second administrator who could confirm it, and one alone does not. Whoever has the key of the data "
    "(the passphrase or the recovery card) stops Dosar and runs “dosar reset-telephone %(user)s” on its computer."
)
DROPPED = "telephone_dropped"
INVITED = "invited"
OPENING_ACTIONS = (INVITED, "telephone_reset_asked")
"""What an administrator does who could make the account her own, if she had the code too."""


def may_connect_by_invitation(services: AccessServices, user_id: int) -> bool:
    """Whether the address she was handed is enough: not where a telephone was disconnected before, unless the address
    comes from a command on the computer itself."""
    last_invited_by = select(history.by_id).where(history.id == _last(services, user_id, (INVITED,)))
    return not _last(services, user_id, (DROPPED,)) or services.session.scalar(last_invited_by) is None


def give_telephone_code(services: AccessServices, by: Worker, user_id: int) -> str:
    """The code to hand over; an earlier one opens nothing any more. Raises :class:`Mistake`."""
    with services.store.writing():
        user = user_to_change(services, by, user_id)
        if user_id == by.id:
            raise Mistake("You connect another telephone on your own profile.")
        if second_factor_of(services, user_id) is not None:
            raise Mistake("A telephone is connected to this account already.")
        if user.password is None or not user.active:
            raise Mistake("Whoever has no password yet connects a telephone by her invitation.")
        require_open_days(services, user_id)
        if _last(services, user_id, (DROPPED,)):  # an inviter of who never had one could as well invite her once more
            require_no_opener(services, by, user_id)
        return new_telephone_code(services, by, user_id)


def require_no_opener(
    services: AccessServices, by: Worker, user_id: int, actions: Sequence[str] = OPENING_ACTIONS
) -> None:
    """Raises :class:`Mistake` for whoever the account would be with the code: who did one of these ``actions`` with it
    since its user connected her last telephone."""
    openers = _openers(services, user_id, actions)
    if by.id not in openers:
        return
    if not able_administrators(services) - openers - {user_id}:
        raise Mistake(AT_THE_COMPUTER, user=user_name_of(services, user_id))
    raise Mistake(
        "Another administrator gives this code: you asked to disconnect the telephone or gave a new password."
    )


def new_telephone_code(services: AccessServices, by: Worker | None, user_id: int) -> str:
    """The same inside the caller's transaction, for who has just disconnected the telephone; ``by`` is nobody for a
    command on the computer itself."""
    code, expires = new_handed_code(), services.clock() + CODE_LIFETIME
    services.session.execute(delete(invitation_table).where(invitation_table.c.user_id == user_id))
    services.session.execute(
        insert(invitation_table).values(id=_code_digest(services, user_id, code), user_id=user_id, expires=expires)
    )
    log_account_change(services, by, user_id, "telephone_code")
    return code


def use_telephone_code(services: AccessServices, user_id: int, user_name: str, code: str) -> bool:
    """Use the code up that she was handed; a try is counted before it is checked.

    Raises :class:`~dosar.access.login.throttle.TooManyTries`.
    """
    secret, guess = throttle_secret(), Guess(str(user_id), device=known_device(user_name), limit=CODE_LIMIT)
    with services.store.writing():
        counted = count_try(services, secret, guess)
    with services.store.writing():
        fits = _use_up(services, user_id, code) or _is_code_of_this_start(services, code)
        if fits:
            forget_tries(services, secret, guess, counted)
        else:
            add_event(services.session, "code_failed", objects={ACCOUNT_OBJECT: [user_id]}, outcome="denied")
    return fits


def has_no_telephone_at_all(services: AccessServices) -> bool:
    """Whether nobody has connected one yet: then whoever stands at the computer reads a code on its console."""
    return services.is_set_up() and not services.session.scalar(select(exists(select(second_factor_table.c.user_id))))


def _is_code_of_this_start(services: AccessServices, code: str) -> bool:
    return has_no_telephone_at_all(services) and services.set_up_code.fits(code)


def _use_up(services: AccessServices, user_id: int, code: str) -> bool:
    given, moment = invitation_table.c, services.clock()
    row_id = _code_digest(services, user_id, code)
    used = delete(invitation_table).where(
        given.id == row_id,
        given.user_id == user_id,
        given.expires > moment,
        given.expires <= moment + CODE_LIFETIME,
    )
    return bool(services.session.execute(used).rowcount)


def _code_digest(services: AccessServices, user_id: int, code: str) -> str:
    """What is kept; no word of an invitation has such a digest, so the code chooses no password."""
    return hmac.digest(
        services.store.purpose_key("telephone-code"), recovery_digest(user_id, code).encode(), "sha256"
    ).hex()


def _openers(services: AccessServices, user_id: int, actions: Sequence[str]) -> set[int]:
    since = _last(services, user_id, ("telephone",))
    found = select(history.by_id).where(history.user_id == user_id, history.action.in_(actions), history.id > since)
    return set(services.session.scalars(found)) - {None}


def _last(services: AccessServices, user_id: int, actions: tuple[str, ...]) -> int:
    """The entry of the account history in which one of these happened last; 0 for never."""
    found = select(func.max(history.id)).where(history.user_id == user_id, history.action.in_(actions))
    return services.session.scalar(found) or 0
