"""What the audit log says of the openings of the data: what opened them, and the wrong guesses before."""

from dosar.access.organisation.settings import is_one_laptop_declared
from dosar.database.audit.trail import add_event
from dosar.database.keys.key_slots import OPENS_BY_ITSELF
from dosar.database.keys.opening_log import OpeningLog, forget_wrong_guesses, read_wrong_guesses
from dosar.database.store import Store

UNSEALED_ACTION, WRONG_GUESSES_ACTION = "unsealed", "unseal_failed"
ONE_LAPTOP = "one_laptop"


def tell_opening(store: Store, openings: OpeningLog) -> None:
    """Tell what opened the data just now, and once what opened nothing while the log could not be written."""
    guesses, opened = read_wrong_guesses(openings.data), openings.opened
    with store.writing() as session:
        if guesses is not None:
            moments = [moment.isoformat("T", "seconds") for moment in (guesses.first, guesses.last)]
            add_event(session, WRONG_GUESSES_ACTION, fields=[str(guesses.count), *moments], outcome="denied")
        if opened is not None:
            declared = opened.kind in OPENS_BY_ITSELF and is_one_laptop_declared(session)
            fields = [opened.kind, opened.slot, ONE_LAPTOP if declared else ""]
            add_event(session, UNSEALED_ACTION, fields=[word for word in fields if word])
    if guesses is not None:
        forget_wrong_guesses(openings.data)
