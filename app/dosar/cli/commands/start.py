"""``dosar start``: the pages are shown, until it is stopped."""

import gc
import socket
import sys
import webbrowser
from _thread import interrupt_main
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from dosar.cli.console.lasting_output import lasting_output
from dosar.cli.console.locale import computer_language, translate_message
from dosar.cli.console.localized import command, option, setting
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from flask import Flask

    from dosar.access.sealed.vault import Vault
    from dosar.access.set_up_code import SetUpCode
    from dosar.backups.restoring.restore_work import RestoreWork
    from dosar.cli.serving.opening import OpeningLines
    from dosar.cli.serving.stopping import Stop
    from dosar.database.keys.master_key import MasterKeyPlace

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8080
DEFAULT_SEAL_HOURS = 12
LAST_LOOK_SECONDS = 3.0
"""So long the page that looks again every second shows why Dosar cannot start."""
LOADING = msgid("The program is being loaded.")


def _https_host(context: click.Context, parameter: click.Parameter, address: str | None) -> str | None:
    """The host of an address such as ``https://dosar.exemplu.ro``."""
    if address is None:
        return None
    host = _host_named(address)
    if host:
        return host
    raise click.BadParameter(
        translate_message(Message("write the address like https://dosar.exemplu.ro, without anything behind the name"))
    )


def _host_named(address: str) -> str | None:
    """The host, where there is nothing behind it but perhaps a port."""
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme == "https" and parts.port != 0 and not parts.path.strip("/") and not parts.query
    except ValueError:  # a bracket that is not closed, a port that is no number
        return None
    return parts.hostname if is_whole else None


@dataclass
class _Start:
    """What was asked for."""

    places: Places
    demo: bool
    port: int
    address: str | None
    """The host that a web server with HTTPS shows it under."""
    no_browser: bool
    new_organisation: bool
    seal_after: float
    """Hours without anybody at work, after which the data are sealed; 0: never."""
    begins: bool = False
    """Whether an empty database is no wonder."""
    shown_code: str | None = None
    """What the first administrator must type, where there is nobody yet."""
    telephone_code: str | None = None
    """What lets the first telephone of all be connected."""
    set_up_code: "SetUpCode | None" = None
    """The code of this start, whether anybody needs it or not."""
    shows_accounts: bool = False
    """Whether the accounts are those of the demo."""
    restore: "RestoreWork | None" = None
    """Who brings back-ups back while this program runs."""

    @property
    def hosts(self) -> list[str]:
        """Names of this program beside the computer's own."""
        return [self.address] if self.address else []

    @property
    def pages_address(self) -> str:
        """Where this machine's browser finds the pages."""
        return f"http://{DEFAULT_HOST}:{self.port}/"


@command(msgid("start the application"))
@setting("--demo", msgid("with ten invented cases, on this machine only"), is_flag=True)
@setting("--port", msgid("the port of the pages (%(default)s)"), type=int, default=DEFAULT_PORT)
@setting(
    "--address",
    msgid("the address under which a web server with HTTPS, on this machine, shows Dosar to others"),
    type=str,
    metavar="https://…",
    callback=_https_host,
)
@setting("--no-browser", msgid("do not open a browser"), is_flag=True)
@option("--new-organisation", msgid("begin anew where the database of a known data folder is gone"), is_flag=True)
@setting(
    "--seal-after",
    msgid("lock the data again after so many hours in which nobody worked (%(default)s; 0: never)"),
    type=click.FloatRange(0, 10_000),
    default=DEFAULT_SEAL_HOURS,
    metavar="HOURS",
)
@place_options
def start(places: Places, **options: Any) -> int:
    from dosar.cli.serving.single_instance import running_address
    from dosar.database.installation.lock_file import FolderInUse

    started = _Start(places, **options)
    if started.demo:
        _refuse_public_demo(started)
    data = places.new_data_folder(started.demo)
    try:
        return _serve_alone(started, data)
    except FolderInUse:
        address = running_address(data)
        if address is None:
            return _serve_alone(started, data)  # it may have ended meanwhile
    print(
        translate_message(
            Message(
                "Dosar is running on the data folder %(folder)s already: %(address)s (Ctrl+C in its window stops it)",
                {"folder": data, "address": address},
            )
        ),
        flush=True,
    )
    if not started.no_browser:
        webbrowser.open(address)
    return 0


def show_folder(places: Places, port: int, no_browser: bool) -> int:
    """Show the pages of the data folder that the places name, on this computer, until it is stopped."""
    started = _Start(
        places,
        demo=False,
        port=port,
        address=None,
        no_browser=no_browser,
        new_organisation=False,
        seal_after=DEFAULT_SEAL_HOURS,
    )
    return _serve_alone(started, places.new_data_folder())


def _refuse_public_demo(started: _Start) -> None:
    """Everybody knows the passwords of the demo. Raises :class:`StoreError`."""
    if started.address:
        raise StoreError(
            "Everybody knows the passwords of the demo, so it is shown on this computer only. Start it without "
            "--address, or without --demo."
        )
    if database_url():
        raise StoreError(
            "The demo is kept in a folder of its own and never in a database that others reach. Start it without "
            "DATABASE_URL, or without --demo."
        )


@lasting_output()
def _serve_alone(started: _Start, data: Path) -> int:
    """Everything between the start and the stop; afterwards the file of the database is whole by itself."""
    began = monotonic()
    with _garbage_collection_paused():
        from dosar.access.sealed.vault import Vault
        from dosar.access.set_up_code import SetUpCode
        from dosar.cli.endings import ended_by, waiting_for_window
        from dosar.cli.first_start import may_start_empty
        from dosar.cli.only_program import only_program
        from dosar.cli.serving.gate import Gate
        from dosar.cli.serving.opening import OpeningLines
        from dosar.cli.serving.sealing import can_be_unsealed, close_application, seal_on_hangup, watch_idle
        from dosar.cli.serving.server import serve_requests
        from dosar.cli.serving.single_instance import new_instance
        from dosar.cli.serving.stop_request import watch_stop_request
        from dosar.cli.serving.stopping import Stop
        from dosar.database.installation.folder_note import write_note
        from dosar.database.installation.lock_file import publish_instance
        from dosar.pages.sealed.sealed_app import create_sealed_app

    instance, stop = new_instance(started.pages_address), Stop()
    with (
        waiting_for_window(interrupt_main),
        only_program(data, database_url()),
        _listening_socket(started.port) as listening,
        OpeningLines(started.pages_address, began) as lines,
    ):
        publish_instance(data, instance)
        write_note(data, on_a_server=bool(database_url()))
        watch_stop_request(data, instance.token, stop.ask)
        started.begins = may_start_empty(started.places, data, started.demo, started.new_organisation)
        started.set_up_code = SetUpCode()
        place = started.places.key_place(data)
        started.places.forms_folder()  # raises where there are none, before a key is made
        vault = Vault(
            place.by_typing,
            lambda key: _open(started, place, key, vault, instance.token),
            close_application,
            _print_trouble,
            lambda: not started.demo and can_be_unsealed(data, started.places.key_file),
            steps=lines.steps,
        )
        sealed = create_sealed_app(vault, started.hosts, instance.token)
        failures = _begin_opening(started, vault, place, stop, lines)
        watch_idle(vault, data, started.places.key_file, started.seal_after)
        with ended_by(stop.ask):
            seal_on_hangup(vault, stop.ask)
            serve_requests(Gate(vault, sealed), listening, stop, bool(started.address))
            vault.wait_until_closed()
        if failures:
            raise failures[0]
    _print_stopped(data)
    return 0


def _begin_opening(
    started: _Start, vault: "Vault", place: "MasterKeyPlace", stop: "Stop", lines: "OpeningLines"
) -> list[Exception]:
    """Have the data opened in the background, unless somebody must type first. What goes wrong stops the program and
    comes to stand in the list: nobody could try again."""
    from dosar.database.installation.installation_marker import end_beginning, mark_beginning

    failures: list[Exception] = []

    def end_opening(failure: Exception | None) -> None:
        lines.end()
        if failure is None:
            end_beginning(place.data)
            _print_greeting(started, is_open=True)
        else:
            failures.append(failure)
            vault.fail_to_open(failure)
            if vault.steps.is_watched or not started.no_browser:
                sleep(LAST_LOOK_SECONDS)
            stop.ask()

    if started.begins:
        mark_beginning(place.data)
    if started.places.passphrase:
        lines.end()  # somebody types here
    key = started.places.key_at_start(place)
    _open_browser(started, place.data)
    if key is None:
        lines.end()
        end_beginning(place.data)
        _print_greeting(started, is_open=False)
    else:
        vault.begin_opening(key, end_opening)
    return failures


def _open(started: _Start, place: "MasterKeyPlace", key: bytes, vault: "Vault", instance: str) -> "Flask":
    """The application on the data that the key opens."""
    data = place.data
    vault.steps.tell(LOADING)
    with _garbage_collection_paused():
        from dosar.access.sealed.opening_events import tell_opening
        from dosar.access.sealed.vault_use import install_vault
        from dosar.backups.reading.looking import is_only_looked_at
        from dosar.cli.first_start import first_telephone_code, forget_organisation, is_demo, set_up_code
        from dosar.cli.runtime import open_app
        from dosar.cli.serving.backups import watch_backups
        from dosar.database.installation.integrity import watch_integrity
        from dosar.database.installation.owed_rewrite import watch_owed_rewrite

        if started.new_organisation:
            forget_organisation(data, key)
        app, findings = open_app(
            data,
            started.places.forms_folder(),
            key,
            database_url(),
            demo=started.demo,
            begins=started.begins,
            HOSTS=started.hosts,
            INSTANCE=instance,
            tell=vault.steps.tell,
            SET_UP_CODE=started.set_up_code,
            KEY_FILE=started.places.key_file,
        )
        install_vault(app, vault)
    started.begins = started.new_organisation = False
    tell_opening(app.extensions["dosar_access"].store, place.openings)
    _print_older_slots(app, data, key)
    _print_findings(findings)
    started.shows_accounts = is_demo(app)
    started.shown_code = set_up_code(app)
    started.telephone_code = first_telephone_code(app)
    store = app.extensions["dosar_repository"].store
    watch_integrity(store, _print_trouble)
    watch_owed_rewrite(store)
    started.restore = watch_backups(
        app, vault, started.restore, by_itself=not (is_demo(app) or is_only_looked_at(data))
    )
    return app


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """What is made inside is never looked through for garbage: that would take a third of the start, and later
    hold up a page for a fifth of a second."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _listening_socket(port: int) -> socket.socket:
    """The place where browsers knock; taken first, since it may be somebody else's."""
    try:
        return socket.create_server((DEFAULT_HOST, port))
    except (OSError, OverflowError):
        raise StoreError(
            "Port %(port)s cannot be used: another program has it, or this account may not. Choose another "
            "one, for example: dosar start --port %(other)s",
            port=port,
            other=DEFAULT_PORT + 1 if port == DEFAULT_PORT else DEFAULT_PORT,
        ) from None


def _print_stopped(data: Path) -> None:
    """Also, where the disk is full, that the file alone is not all."""
    from dosar.database.store import unwritten_log

    log = unwritten_log(data)
    if log is not None:
        together = Message(
            "Dosar has stopped, but %(file)s could not be written into the database beside it: the disk may be full. "
            "Nothing is lost. Copy or move neither of the two without the other, and start Dosar again once there is "
            "room.",
            {"file": log},
        )
        print(translate_message(together), file=sys.stderr, flush=True)
    else:
        print(translate_message(Message("Dosar has stopped, and the data are closed.")), flush=True)


def _print_older_slots(app: "Flask", data: Path, key: bytes) -> None:
    """On the console and in the audit log, at every start until something that opens the data is changed."""
    from dosar.access.sealed.slots_serial import OLDER_SLOTS, note_slots
    from dosar.database.audit.trail import add_event

    with app.extensions["dosar_access"].store.writing() as session:
        is_older = note_slots(session, data, key)
        if is_older:
            add_event(session, "key_slots_older")
    if is_older:
        print(translate_message(OLDER_SLOTS), file=sys.stderr, flush=True)


def _print_trouble(trouble: StoreError) -> None:
    print(translate_message(trouble), file=sys.stderr, flush=True)


def _print_findings(findings: Sequence[Any]) -> None:
    from dosar.cli.console.findings import start_lines
    from dosar.language.load.folder import is_only_advice

    for line in start_lines(findings, computer_language()):
        print(line, file=sys.stderr)
    if not is_only_advice(findings):
        last_good = Message("The last good version of these files runs. Mend them and start again.")
        print(translate_message(last_good), file=sys.stderr)


def _print_accounts(started: _Start) -> None:
    if started.shows_accounts:
        from dosar.cli.demo import demo_accounts, demo_password

        print(translate_message(Message("Demo: user name, password, role")))
        for account in demo_accounts(started.places.forms_folder()):
            print(f"{account['user']}\t{demo_password(account['user'])}\t{account['role']}")


def _print_greeting(started: _Start, is_open: bool) -> None:
    from dosar.cli.console.key_words import swap_lines

    code = started.shown_code
    _print_accounts(started)
    print(f"Dosar: {started.pages_address}   ({translate_message(Message('Ctrl+C stops it'))})", flush=True)
    if not is_open:
        locked = Message("The data are locked: open this address, and type the passphrase there.")
        print(translate_message(locked), flush=True)
    if code:
        print(translate_message(Message("Code of the set-up: %(code)s", {"code": code})), flush=True)
    if started.telephone_code:
        connects = Message(
            "Nobody has connected a telephone yet. Code for the first one: %(code)s", {"code": started.telephone_code}
        )
        print(translate_message(connects), flush=True)
    for line in swap_lines() if not started.demo else ():
        print(translate_message(line), file=sys.stderr, flush=True)


def _open_browser(started: _Start, data: Path) -> None:
    """At once: it shows how far the start is. Where there is nobody yet, it brings the code of the set-up along."""
    from dosar.database.installation.installation_marker import is_founded

    if started.no_browser:
        return
    code = None if started.demo or is_founded(data) else started.set_up_code
    opened = f"{started.pages_address}set-up#{code.shown}" if code else started.pages_address
    Thread(target=webbrowser.open, args=[opened], daemon=True).start()
