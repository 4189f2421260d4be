"""``dosar backup`` and ``dosar restore``: everything to another place, and back from there."""

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import PATH, LocalizedCommand, command, option
from dosar.cli.console.troubles import translate_trouble
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from dosar.backups.places.place import BackupPlace
    from dosar.backups.restoring.restore import Restored
    from dosar.cli.console.secret_input import TypedSecret
    from dosar.database.store import Store

SOME_FAILED = 1
LOOK_PORT = 8081


@command(msgid("back everything up and verify it, also while Dosar runs"))
@option(
    "--to",
    msgid("a folder, https://… (WebDAV) or s3://bucket?endpoint=…, instead of the places that are set up in Dosar"),
    metavar="PLACE",
)
@option("--secret-file", msgid("a file with user:password for a server named by --to"), type=PATH)
@place_options
def backup(places: Places, to: str | None, secret_file: Path | None) -> int:
    from dosar.cli.runtime import open_used_store

    data = places.existing_data_folder(database_url())
    named = _named_place(data, to, secret_file) if to is not None else None
    _finish_interrupted(data)
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        store.open_kept_data_key()
        runs = _to_named(store, data, places, named, str(to)) if named is not None else _to_places(store, data, places)
    finally:
        store.close()
    return SOME_FAILED if [*runs].count(False) else 0


def _named_place(data: Path, to: str, secret_file: Path | None) -> "BackupPlace":
    """A folder, or a server. Raises :class:`StoreError`."""
    from dosar.backups.places.settings import open_place, place_from_address
    from dosar.language.text.message import Mistake

    if "://" not in to:
        _refuse_inside(data, Path(to))
        to = str(Path(to).absolute())
    try:
        return open_place(place_from_address(to, _secret_in(secret_file)))
    except Mistake as mistake:
        raise StoreError(mistake.message.text, **mistake.message.values) from None


def _secret_in(file: Path | None) -> str:
    """Not on the command line, where whoever lists the processes reads it."""
    try:
        return "" if file is None else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise StoreError("The file %(file)s cannot be read. It holds one line, user:password.", file=file) from None


def _to_named(store: "Store", data: Path, places: Places, place: "BackupPlace", named: str) -> list[bool]:
    from dosar.backups.keeping.back_up import back_up_to
    from dosar.cli.console.backup_words import StepLines, made_line

    run = back_up_to(store, data, places.forms_folder(), place, StepLines().tell)
    seconds = (run.ended_at - run.begun_at).total_seconds()
    print(translate_message(made_line(run.name, named, run.bytes, seconds)), flush=True)
    if run.trouble is not None:
        print(translate_trouble(run.trouble), file=sys.stderr, flush=True)
    return [run.trouble is None]


def _to_places(store: "Store", data: Path, places: Places) -> list[bool]:
    """To all that are set up, and whether each is as it should be: a stick may wait for its turn. Raises
    :class:`StoreError` where there is none."""
    from dosar.backups.keeping.runs import COMMAND
    from dosar.backups.keeping.states import WAITS, waiting_places
    from dosar.backups.keeping.work import BackupWork
    from dosar.cli.console.backup_words import made_line
    from dosar.database.system_tables import utc_now

    work = BackupWork(store, data, places.forms_folder())
    if not work.places():
        raise StoreError(
            "No place for back-ups is set up in Dosar yet. Name a folder, on another disk: dosar backup --to FOLDER"
        )
    outcomes = work.run(COMMAND)
    waiting = waiting_places(work, outcomes, utc_now())
    for each in outcomes:
        if each.made is not None:
            line = made_line(each.made.name, each.place.title, each.made.bytes, each.made.seconds)
            print(translate_message(line), flush=True)
        if each.place.id in waiting:
            print(f"{each.place.title}: {translate_message(Message(WAITS))}", flush=True)
        elif each.trouble is not None:
            print(f"{each.place.title}: {translate_trouble(each.trouble)}", file=sys.stderr, flush=True)
    return [each.made is not None or each.place.id in waiting for each in outcomes]


def _finish_interrupted(data: Path) -> None:
    """Where Dosar runs, it has done so already."""
    from dosar.cli.only_program import only_program
    from dosar.database.installation.lock_file import FolderInUse

    with suppress(FolderInUse), only_program(data):
        pass


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
@option(
    "--look",
    msgid("open it beside the data, to look something up; all of it is gone when that is stopped"),
    is_flag=True,
)
@option("--port", msgid("the port of the pages with --look (%(default)s)"), type=int, default=LOOK_PORT)
@option("--no-browser", msgid("do not open a browser"), is_flag=True)
@place_options
def restore(places: Places, file: Path, look: bool, port: int, no_browser: bool) -> int:
    from dosar.cli.console.backup_words import restored_lines
    from dosar.cli.only_program import only_program
    from dosar.database.keys.key_file import keep_out_of_core_dumps

    keep_out_of_core_dumps()
    if file.is_dir():
        raise StoreError("%(folder)s is a folder. Name a file in it: a back-up is called dosar-….dosar.", folder=file)
    if not file.is_file():
        raise StoreError("There is no file %(file)s. Name the back-up, a file that ends in .dosar.", file=file)
    if look:
        return _look_at(places, file, port, no_browser)
    data, url = places.new_data_folder(), database_url()
    with only_program(data, url):
        restored = _restored(places, file, data, url)
    for line in restored_lines(restored, data):
        print(translate_message(line))
    return 0


def _look_at(places: Places, file: Path, port: int, no_browser: bool) -> int:
    """The database that DATABASE_URL names is left alone: a back-up is a file, and is shown as one."""
    from dosar.backups.reading.lookup_folder import lookup_folder
    from dosar.cli.commands.start import show_folder
    from dosar.cli.console.secret_input import TypedSecret
    from dosar.cli.only_program import only_program

    os.environ.pop("DATABASE_URL", None)
    typed = TypedSecret()
    with lookup_folder(places.data_folder()) as folder:
        with only_program(folder):
            restored = _restored(places, file, folder, None, typed)
        told = Message(
            "This is the back-up of %(moment)s, opened to look at; the data themselves go on elsewhere. Whatever is "
            "changed in it is gone when it is stopped. Sign in with the name and the password of that day.",
            {"moment": f"{restored.moment_here:%Y-%m-%d %H:%M}"},
        )
        print(translate_message(told), flush=True)
        shown = replace(places, data=folder, forms=restored.forms or places.forms, passphrase=False, typed=typed)
        return show_folder(shown, port, no_browser)


def _restored(
    places: Places, file: Path, data: Path, url: str | None, typed: "TypedSecret | None" = None
) -> "Restored":
    """By the key file, where one opens the back-up; else by what is typed, which opens the pages too where they show
    the back-up: it is asked for once."""
    from dosar.backups.file.troubles import WrongSecret
    from dosar.backups.restoring.restore import restore_backup
    from dosar.backups.restoring.server_restoring import restore_to_server
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
    secret = ask_secret(Message("Passphrase or recovery card: "))
    restored = restored_with(secret)
    if typed is not None:
        typed.keep(secret)
    return restored
