"""Disconnecting the telephone of somebody who lost it: one administrator asks, a second one confirms.

Nobody else's password and nobody's mail opens an account by it: the user signs in with her own password, and connects
another telephone with the code that the second administrator hands over to her. Where there is no second administrator
beside her, one alone disconnects nothing: whoever has the key of the data does, by a command on the computer itself
(:func:`dosar.access.recovery.rescue.reset_telephone`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from dosar.access.accounts.administrators import able_administrators
from dosar.access.accounts.users import user_to_change
from dosar.access.audit.account_log import log_account_change
from dosar.access.factors.second_factor import drop_second_factor, second_factor_of
from dosar.access.recovery.first_telephone import AT_THE_COMPUTER, INVITED, new_telephone_code, require_no_opener
from dosar.access.services import AccessServices
from dosar.access.tables import telephone_reset_table
from dosar.access.worker import Worker
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.language.text.message import Mistake

REQUEST_LIFETIME = timedelta(days=3)
reset = telephone_reset_table.c


@dataclass(frozen=True)
class TelephoneReset:
    """Somebody asked to have this user's telephone disconnected."""

    user_id: int
    asked_by: int
    asked: datetime

    def is_confirmed_by(self, worker: Worker) -> bool:
        """Whether this worker may confirm: an administrator, neither who asked nor whose telephone it is."""
        return worker.is_administrator and worker.id not in (self.asked_by, self.user_id)


def waiting_resets(services: AccessServices) -> dict[int, TelephoneReset]:
    """User → what waits for a second administrator."""
    now = services.clock()
    in_time = reset.asked > now - REQUEST_LIFETIME, reset.asked <= now + CLOCK_MAY_GO_BACK
    rows = services.session.execute(select(telephone_reset_table).where(*in_time))
    return {row.user_id: TelephoneReset(row.user_id, row.asked_by, row.asked) for row in rows}


def ask_for_reset(services: AccessServices, by: Worker, user_id: int) -> None:
    """Ask to have the telephone disconnected. Raises :class:`Mistake`, also where no second administrator is there."""
    with services.store.writing() as session:
        user = user_to_change(services, by, user_id)
        if user_id == by.id:
            raise Mistake("You connect another telephone on your own profile.")
        if second_factor_of(services, user_id) is None:
            raise Mistake("No telephone is connected to this account.")
        if not able_administrators(services) - {by.id, user_id}:
            raise Mistake(AT_THE_COMPUTER, user=user.username)
        _forget(services, user_id)
        session.execute(insert(telephone_reset_table).values(user_id=user_id, asked_by=by.id, asked=services.clock()))
        log_account_change(services, by, user_id, "telephone_reset_asked")


def confirm_reset(services: AccessServices, by: Worker, user_id: int) -> str:
    """Disconnect the telephone, as the second administrator; the code with which the user connects another one.

    Raises :class:`Mistake`, also for whoever invited the user anew: with the code the account would be hers.
    """
    with services.store.writing():
        waiting = waiting_resets(services).get(user_id)
        if waiting is None:
            raise Mistake("Nobody asks for this any more.")
        if not waiting.is_confirmed_by(by):
            raise Mistake("A second administrator confirms it, who neither asked for it nor owns the telephone.")
        require_no_opener(services, by, user_id, (INVITED,))
        _forget(services, user_id)
        drop_second_factor(services, user_id, by)
        return new_telephone_code(services, by, user_id)


def refuse_reset(services: AccessServices, by: Worker, user_id: int) -> None:
    """Leave the telephone connected; whoever asked may do so too."""
    with services.store.writing():
        user_to_change(services, by, user_id)
        _forget(services, user_id)
        log_account_change(services, by, user_id, "telephone_kept")


def _forget(services: AccessServices, user_id: int) -> None:
    services.session.execute(delete(telephone_reset_table).where(reset.user_id == user_id))
