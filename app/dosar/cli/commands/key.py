"""``dosar key …``: what opens the data, and how that is changed, while Dosar is stopped.

No passphrase stands on a command line: it is typed unseen, or comes through a pipe.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import LocalizedCommand, LocalizedGroup, option
from dosar.cli.places import Places, database_url, place_options
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from dosar.database.keys.key_changes import KeyChanges
    from dosar.database.store import Store

key = LocalizedGroup(
    "key",
    help=msgid("what opens the data: passphrase, recovery card, key file"),
    options_metavar=None,
    subcommand_metavar=msgid("COMMAND"),
    no_args_is_help=False,
)
WITH_OPTIONS = msgid("[OPTIONS]")
SLOT_ID = re.compile(r"[0-9a-f]{8}")


@key.command("status", cls=LocalizedCommand, help=msgid("say what opens the data"), options_metavar=WITH_OPTIONS)
@place_options
def status(places: Places) -> int:
    from dosar.cli.console.key_words import status_lines
    from dosar.database.keys.key_changes import stored_status

    data = places.existing_data_folder(database_url())
    status = stored_status(data, places.key_file)
    if status.is_unproved:
        _require_right_key(places, data)
    for line in status_lines(status):
        print(translate_message(line))
    return 0


def _require_right_key(places: Places, data: Path) -> None:
    """Raises :class:`StoreError` for a key file that does not open the database."""
    from dosar.cli.runtime import open_used_store

    open_used_store(data, places.encryption_key(data), database_url()).close()


@key.command(
    "passphrase",
    cls=LocalizedCommand,
    help=msgid("set a passphrase, or change the one there is"),
    options_metavar=WITH_OPTIONS,
)
@option("--add", msgid("one more, for a second person"), is_flag=True)
@place_options
def passphrase(places: Places, add: bool) -> int:
    from dosar.cli.console.key_words import ask_new_passphrase, replaced_passphrase

    with _changes(places, "passphrase") as changes:
        replaced = None if add else replaced_passphrase(changes)
        changes.set_passphrase(ask_new_passphrase(), *([replaced] if replaced else []))
        _say(Message("The passphrase is set."))
        _say_what_is_left(changes)
    return 0


@key.command("card", cls=LocalizedCommand, help=msgid("make a new recovery card"), options_metavar=WITH_OPTIONS)
@option("--add", msgid("one more, for a second person"), is_flag=True)
@option("--replace", msgid("the card that the new one replaces, by the name that status shows"), metavar="SLOT")
@place_options
def card(places: Places, add: bool, replace: str | None) -> int:
    from dosar.access.sealed.pending_cards import card_opens
    from dosar.cli.console.key_words import new_card_number, show_new_card

    with _changes(places, "card") as changes:
        before = changes.status()
        number = new_card_number(before, add, replace)
        changes.set_card(show_new_card(number), number)
        _say(card_opens(number, number in before.cards))
        _say_what_is_left(changes)
    return 0


@key.command(
    "seal",
    cls=LocalizedCommand,
    help=msgid("have the passphrase typed at every start: the key file, or what is in the keyring, goes"),
    options_metavar=WITH_OPTIONS,
)
@place_options
def seal(places: Places) -> int:
    with _changes(places, "seal") as changes:
        changes.stop_opening_by_itself()
    _say(Message("From the next start on Dosar asks for the passphrase."))
    return 0


@key.command(
    "file",
    cls=LocalizedCommand,
    help=msgid("open by itself with a key file: whoever has this computer has the data"),
    options_metavar=WITH_OPTIONS,
)
@place_options
def file(places: Places) -> int:
    with _changes(places, "file") as changes:
        _say(Message("The data open by themselves with the key file %(file)s.", {"file": changes.keep_in_file()}))
    return 0


@key.command(
    "keyring",
    cls=LocalizedCommand,
    help=msgid("open by itself with the keyring of the computer's account"),
    options_metavar=WITH_OPTIONS,
)
@place_options
def keyring(places: Places) -> int:
    with _changes(places, "keyring") as changes:
        changes.keep_in_keyring()
    _say(Message("The data open by themselves once this account has signed in to the computer."))
    return 0


@key.command(
    "remove",
    cls=LocalizedCommand,
    help=msgid("take away one way to open the data; its name is what status shows in brackets"),
    options_metavar=WITH_OPTIONS,
)
@click.argument("slot", metavar="SLOT")
@place_options
def remove(places: Places, slot: str) -> int:
    with _changes(places, "remove", *([slot] if SLOT_ID.fullmatch(slot) else [])) as changes:
        changes.remove(slot)
    _say(Message("Removed. Whoever knew it still opens old copies: dosar key new makes another key."))
    return 0


@key.command(
    "forget",
    cls=LocalizedCommand,
    help=msgid("delete the database with the former key, which dosar key new left"),
    options_metavar=WITH_OPTIONS,
)
@place_options
def forget(places: Places) -> int:
    from dosar.cli.only_program import stopped_data
    from dosar.database.keys.old_key import OLD_KEY_REMOVED_ACTION, remove_old_databases

    with stopped_data(places) as data:  # what opens and reads the new one may let go of the old one
        removed = remove_old_databases(data.folder)
        if removed:
            data.store.open_kept_data_key()
            data.store.tell(OLD_KEY_REMOVED_ACTION)
    _say(
        Message("The database with the former key was deleted. Older back-ups elsewhere still hold what it held.")
        if removed
        else Message("There is no database with a former key here.")
    )
    return 0


@key.command(
    "new",
    cls=LocalizedCommand,
    help=msgid("encrypt the data with another key, when somebody may know the one there is"),
    options_metavar=WITH_OPTIONS,
)
@place_options
def new(places: Places) -> int:
    from dosar.cli.console.key_words import ask_new_key, kept_lines, step_message
    from dosar.cli.only_program import stopped_data
    from dosar.database.keys.key_changes import KeyChanges
    from dosar.database.keys.rekey import change_master_key, unused_name
    from dosar.database.system_tables import utc_now

    with stopped_data(places) as data:
        moment = unused_name(data.folder, f"{utc_now():%Y-%m-%d-%H%M%S}")
        change = ask_new_key(KeyChanges(data.folder, data.key, places.key_file))
        _log_change(data.store, data.folder, data.key, "new")
        for step in change_master_key(change, data.store, moment):
            _say(step_message(step))
    for line in kept_lines(change, moment, bool(database_url())):
        _say(line)
    return 0


@contextmanager
def _changes(places: Places, *done: str) -> Iterator["KeyChanges"]:
    """The slots of the folder, while Dosar is stopped and once its database has opened; the audit log tells what was
    ``done``."""
    from dosar.cli.only_program import stopped_data
    from dosar.database.keys.key_changes import KeyChanges

    with stopped_data(places) as data:
        _say_if_older(data.store, data.folder, data.key)
        yield KeyChanges(data.folder, data.key, places.key_file)
        _log_change(data.store, data.folder, data.key, *done)


def _say_if_older(store: "Store", folder: Path, master_key: bytes) -> None:
    """Before the change: after it the file is the newest one again."""
    from dosar.access.sealed.slots_serial import OLDER_SLOTS, note_slots
    from dosar.database.audit.trail import add_event

    if not store.open_kept_data_key():
        return
    with store.writing() as session:
        if note_slots(session, folder, master_key):
            add_event(session, "key_slots_older")
            _say(OLDER_SLOTS)


def _log_change(store: "Store", folder: Path, master_key: bytes, *done: str) -> None:
    """In the audit log: nobody who has signed in did it, but somebody at the computer."""
    from dosar.access.sealed.after_restore import note_renewed
    from dosar.access.sealed.slots_serial import note_slots
    from dosar.database.audit.trail import add_event

    if not store.open_kept_data_key():
        return
    with store.writing() as session:
        add_event(session, "key_changed", fields=done)
        note_renewed(session, *done)
        note_slots(session, folder, master_key)


def _say_what_is_left(changes: "KeyChanges") -> None:
    from dosar.cli.console.key_words import next_step

    step = next_step(changes.status())
    if step is not None:
        _say(step)


def _say(message: Message) -> None:
    print(translate_message(message))
