"""The way back in for an organisation that locked itself out: for who has the computer and the key.

Each step is told in the account history, by nobody: it was a command on the computer itself.
"""

from datetime import timedelta
from functools import partial

from sqlalchemy import delete, select

from dosar.access.accounts.access_periods import ALWAYS, access_periods, end_account_days, require_open_days
from dosar.access.accounts.access_requests import give_access, waiting_requests
from dosar.access.accounts.handover import hand_over_work
from dosar.access.accounts.users import give_invitation
from dosar.access.audit.account_log import log_account_change
from dosar.access.factors.second_factor import drop_second_factor, second_factor_of
from dosar.access.framework import Role, User
from dosar.access.login.credentials import normalized_user_name
from dosar.access.recovery.first_telephone import new_telephone_code
from dosar.access.services import AccessServices
from dosar.access.tables import invitation_table, try_table
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from dosar.language.text.translations import LANGUAGES
from dosar.records.deadlines.all_days import forget_reckoning
from dosar.records.repository import Repository

RESCUE_LIFETIME = timedelta(hours=24)


def forget_all_waits(services: AccessServices, user_name: str) -> None:
    """Let the user, and whoever sits beside her, try to sign in at once: the waits of accounts and addresses are
    digests, so all of them are forgotten. Raises :class:`Mistake` for a user there is not."""
    with services.store.writing() as session:
        user = _user_named(services, user_name)
        session.execute(delete(try_table))
        log_account_change(services, None, user.id, "unlocked")


def reset_administrator(services: AccessServices, user_name: str) -> str:
    """Make the user an administrator who can come in; gives the word of her invitation.

    Her account is opened and has no last day, her password and telephone open nothing any more. Raises
    :class:`Mistake`.
    """
    with services.store.writing() as session:
        user = _user_named(services, user_name)
        _make_administrator(services, user)
        if not user.active:
            user.active = True
            log_account_change(services, None, user.id, "opened")
        end_account_days(services, user.id)
        user.password = None
        drop_second_factor(services, user.id, None)
        session.execute(delete(invitation_table).where(invitation_table.c.user_id == user.id))
        word = give_invitation(services, user.id, RESCUE_LIFETIME)
        log_account_change(services, None, user.id, "invited")
        forget_reckoning(session)
    return word


def reset_telephone(services: AccessServices, user_name: str) -> str:
    """Disconnect the user's telephone and passkeys; gives the code with which she connects another one, beside her own
    password. Raises :class:`Mistake`."""
    with services.store.writing():
        user = _user_named(services, user_name)
        if user.password is None or not user.active:
            raise Mistake("Whoever has no password yet connects a telephone by her invitation.")
        require_open_days(services, user.id)
        user_id: int = user.id
        if second_factor_of(services, user_id) is not None:
            drop_second_factor(services, user_id, None)
        return new_telephone_code(services, None, user_id)


def confirm_at_computer(services: AccessServices, user_name: str) -> None:
    """Give the user what waits for a second person, where there is none any more. Raises :class:`Mistake`."""
    with services.store.writing() as session:
        user = _user_named(services, user_name)
        waiting = waiting_requests(services, user.id)
        if not waiting:
            raise Mistake("Nobody asks for this any more.")
        for found in waiting:
            give_access(services, None, found, partial(_hand_over, services))
        forget_reckoning(session)


def _hand_over(services: AccessServices, from_id: int, to_id: int) -> None:
    reading = ReadingContext(services.organisation().language or LANGUAGES[0], services.today())
    hand_over_work(services, Repository(services.store, services.definition), None, from_id, to_id, reading)


def _make_administrator(services: AccessServices, user: User) -> None:
    if ADMINISTRATOR in _held_today(services, user):
        return
    before = sorted(role.name for role in user.roles)
    user.roles = [*user.roles, services.session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).one()]
    log_account_change(services, None, user.id, "changed", {"roles": (before, sorted([*before, ADMINISTRATOR]))})


def _held_today(services: AccessServices, user: User) -> set[str]:
    """Her own roles, and those of her teams but where her place is over or has not begun."""
    periods, today = access_periods(services, user.id), services.today()
    of_teams = [team.roles for team in user.groups if periods.get(team.id, ALWAYS).is_open(today)]
    return {role.name for roles in (user.roles, *of_teams) for role in roles}


def _user_named(services: AccessServices, user_name: str) -> User:
    user: User | None = services.session.scalar(select(User).where(User.username == normalized_user_name(user_name)))
    if user is None:
        raise Mistake('There is no user "%(name)s".', name=user_name)
    return user
