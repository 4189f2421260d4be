"""``dosar backup`` and ``dosar restore``: everything to another place, and back from there."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import PATH, LocalizedCommand, command, option
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from dosar.backups.places.place import BackupPlace
    from dosar.backups.restoring import Restored
    from dosar.database.store import Store

SOME_FAILED = 1


@command(msgid("back everything up and verify it, also while Dosar runs"))
@option("--to", msgid("a folder, instead of the places that are set up in Dosar"), type=PATH, metavar="FOLDER")
@place_options
def backup(places: Places, to: Path | None) -> int:
    from dosar.backups.running import run_backup
    from dosar.backups.runs import COMMAND
    from dosar.cli.console.backup_words import StepLines, run_line
    from dosar.cli.runtime import open_used_store, stored_organisation

    data = places.existing_data_folder(database_url())
    _finish_interrupted(data)
    key = places.encryption_key(data)
    store = open_used_store(data, key, database_url())
    troubles = 0
    try:
        store.open_kept_data_key()
        zone, forms = stored_organisation(store).zone, places.forms_folder()
        for title, place, place_id in _places(store, data, to):
            run = run_backup(store, data, forms, key, place, COMMAND, zone, StepLines().tell, place_id)
            if run.verified:
                print(translate_message(run_line(run, title)), flush=True)
            if run.trouble is not None:
                troubles += 1
                print(translate_message(run.trouble), file=sys.stderr, flush=True)
    finally:
        store.close()
    return SOME_FAILED if troubles else 0


def _finish_interrupted(data: Path) -> None:
    """Where Dosar runs, it has done so already."""
    from dosar.cli.only_program import only_program
    from dosar.database.installation.lock_file import FolderInUse

    with suppress(FolderInUse), only_program(data):
        pass


def _places(store: "Store", data: Path, named: Path | None) -> "list[tuple[str, BackupPlace, int | None]]":
    """What each is called, the place, and its number. Raises :class:`StoreError` where there is none."""
    from dosar.backups.places.folder import FolderPlace
    from dosar.backups.places.settings import open_place, read_places
    from dosar.language.text.message import Mistake

    if named is not None:
        _refuse_inside(data, named)
        return [(str(named), FolderPlace(named), None)]
    with store.snapshot() as connection:
        kept = read_places(connection)
    if not kept:
        raise StoreError(
            "No place for back-ups is set up in Dosar yet. Name a folder, on another disk: dosar backup --to FOLDER"
        )
    try:
        return [(each.title, open_place(each), each.id) for each in kept]
    except Mistake as mistake:
        raise StoreError(mistake.message.text, **mistake.message.values) from None


def _refuse_inside(data: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(data.resolve()):
        raise StoreError(
            "%(folder)s lies inside the data folder: whatever happens to the data happens to the back-up. Name a "
            "folder on another disk.",
            folder=folder,
        )


@click.command(
    cls=LocalizedCommand,
    help=msgid("put a back-up in the place of the data; what is there is kept aside"),
    options_metavar=msgid("[OPTIONS]"),
)
@click.argument("file", type=PATH, metavar="FILE")
@place_options
def restore(places: Places, file: Path) -> int:
    from dosar.cli.console.backup_words import restored_lines
    from dosar.cli.only_program import only_program
    from dosar.database.keys.key_file import keep_out_of_core_dumps

    keep_out_of_core_dumps()
    if not file.is_file():
        raise StoreError("There is no file %(file)s. Name the back-up, a file that ends in .dosar.", file=file)
    data, url = places.new_data_folder(), database_url()
    with only_program(data, url):
        restored = _restored(places, file, data, url)
    for line in restored_lines(restored, data):
        print(translate_message(line))
    return 0


def _restored(places: Places, file: Path, data: Path, url: str | None) -> "Restored":
    """By the key file, where one opens the back-up; else by what is typed."""
    from dosar.backups.file.troubles import WrongSecret
    from dosar.backups.restoring import restore_backup
    from dosar.backups.server_restoring import restore_to_server
    from dosar.cli.console.backup_words import StepLines
    from dosar.cli.console.secret_input import ask_secret
    from dosar.database.keys.key_file import default_key_file

    def restored_with(secret: str | Path) -> "Restored":
        tell = StepLines().tell
        return restore_to_server(file, secret, data, url, tell) if url else restore_backup(file, secret, data, tell)

    key_file = places.key_file or default_key_file(data)
    if key_file.is_file() and not places.passphrase:
        with suppress(WrongSecret):
            return restored_with(key_file)
    return restored_with(ask_secret(Message("Passphrase or recovery card: ")))
