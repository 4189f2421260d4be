"""``dosar start``: the pages are shown, until it is stopped."""

import webbrowser
from typing import Any
from urllib.parse import urlsplit

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import command, option, setting
from dosar.cli.places import Places, database_url, place_options
from dosar.cli.serving.program import serve_folder
from dosar.cli.starting.options import DEFAULT_PORT, DEFAULT_SEAL_HOURS, StartOptions
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid


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

    asked = StartOptions(places, **options)
    if asked.demo:
        _refuse_public_demo(asked)
    data = places.new_data_folder(asked.demo)
    try:
        return serve_folder(asked, data)
    except FolderInUse:
        address = running_address(data)
        if address is None:
            return serve_folder(asked, data)  # it may have ended meanwhile
    print(
        translate_message(
            Message(
                "Dosar is running on the data folder %(folder)s already: %(address)s (Ctrl+C in its window stops it)",
                {"folder": data, "address": address},
            )
        ),
        flush=True,
    )
    if not asked.no_browser:
        webbrowser.open(address)
    return 0


def show_folder(places: Places, port: int, no_browser: bool) -> int:
    """Show the pages of the data folder that the places name, on this computer, until it is stopped."""
    return serve_folder(StartOptions(places, port=port, no_browser=no_browser), places.new_data_folder())


def _refuse_public_demo(asked: StartOptions) -> None:
    """Everybody knows the passwords of the demo. Raises :class:`StoreError`."""
    if asked.address:
        raise StoreError(
            "Everybody knows the passwords of the demo, so it is shown on this computer only. Start it without "
            "--address, or without --demo."
        )
    if database_url():
        raise StoreError(
            "The demo is kept in a folder of its own and never in a database that others reach. Start it without "
            "DATABASE_URL, or without --demo."
        )
