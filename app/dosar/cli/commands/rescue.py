"""Commands that let an organisation in again that locked itself out: for who has the computer and the key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import LocalizedCommand, command
from dosar.cli.places import Places, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, Mistake, msgid

if TYPE_CHECKING:
    from dosar.access.services import AccessServices


@command(msgid("let a user try to sign in again at once, after too many wrong passwords"))
@click.argument("user", metavar="USER")
@place_options
def unlock(places: Places, user: str) -> int:
    from dosar.access.recovery.rescue import forget_all_waits

    with _accounts(places) as services:
        forget_all_waits(services, user)
    print(translate_message(Message("All waits at sign-in are forgotten.")))
    return 0


@click.command(
    "reset-administrator",
    cls=LocalizedCommand,
    help=msgid("let an administrator choose a new password, or make a user an administrator where none is left"),
    options_metavar=msgid("[OPTIONS]"),
)
@click.argument("user", metavar="USER")
@place_options
def reset_administrator(places: Places, user: str) -> int:
    from dosar.access.recovery.rescue import reset_administrator as reset

    with _accounts(places) as services:
        word = reset(services, user)
    told = Message(
        "Start Dosar, and open this address behind its name within 24 hours; it opens once: %(path)s",
        {"path": f"/invitation/{word}"},
    )
    print(translate_message(told))
    return 0


@click.command(
    "reset-telephone",
    cls=LocalizedCommand,
    help=msgid(
        "disconnect a user's telephone where there is no second administrator, and show the code for another one"
    ),
    options_metavar=msgid("[OPTIONS]"),
)
@click.argument("user", metavar="USER")
@place_options
def reset_telephone(places: Places, user: str) -> int:
    from dosar.access.recovery.rescue import reset_telephone as reset

    with _accounts(places) as services:
        code = reset(services, user)
    told = Message(
        "The telephone is disconnected. Give this code to the person herself; with it, after her password, she "
        "connects another one within 24 hours: %(code)s",
        {"code": code},
    )
    print(translate_message(told))
    return 0


@click.command(
    "confirm-access",
    cls=LocalizedCommand,
    help=msgid("give a user what waits for a second person, where there is no second person any more"),
    options_metavar=msgid("[OPTIONS]"),
)
@click.argument("user", metavar="USER")
@place_options
def confirm_access(places: Places, user: str) -> int:
    from dosar.access.recovery.rescue import confirm_at_computer

    with _accounts(places) as services:
        confirm_at_computer(services, user)
    print(translate_message(Message("Whatever was asked for this user is confirmed.")))
    return 0


@contextmanager
def _accounts(places: Places) -> Iterator["AccessServices"]:
    """The accounts of the organisation, while Dosar is stopped. A mistake is told like any other trouble."""
    from dosar.access.services import AccessServices
    from dosar.cli.only_program import stopped_data
    from dosar.migrations.upgrade import last_good_definition

    with stopped_data(places) as data:
        data.store.open_kept_data_key()
        try:
            yield AccessServices(data.store, last_good_definition(data.store))
        except Mistake as mistake:
            raise StoreError(mistake.message.text, **mistake.message.values) from None
