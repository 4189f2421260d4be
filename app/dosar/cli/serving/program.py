"""A program that shows the pages of one data folder, from its start to its stop."""

import socket
import sys
from _thread import interrupt_main
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from dosar.cli.console.lasting_output import lasting_output
from dosar.cli.console.locale import translate_message
from dosar.cli.places import database_url
from dosar.cli.starting.garbage import garbage_collection_paused
from dosar.cli.starting.options import DEFAULT_HOST, DEFAULT_PORT, StartOptions
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message

if TYPE_CHECKING:
    from dosar.access.sealed.vault import Vault
    from dosar.cli.serving.stopping import Stop
    from dosar.cli.starting.opening import Opening
    from dosar.cli.starting.opening_lines import OpeningLines
    from dosar.database.installation.lock_file import RunningInstance
    from dosar.updates.restarting import Restart


@lasting_output()
def serve_folder(options: StartOptions, data: Path) -> int:
    """Everything between the start and the stop; afterwards the file of the database is whole by itself.

    Raises :class:`FolderInUse` where another program shows the folder.
    """
    began = monotonic()
    with garbage_collection_paused():
        from dosar.cli.endings import waiting_for_window
        from dosar.cli.only_program import only_program
        from dosar.cli.serving.single_instance import new_instance
        from dosar.cli.serving.stopping import Stop
        from dosar.cli.starting.opening_lines import OpeningLines
        from dosar.updates.programs.program import DOSAR
        from dosar.updates.programs.trial import note_start
        from dosar.updates.restarting import QUIET, Restart, run_chosen

    instance, stop = new_instance(options.pages_address), Stop()
    note_start()
    with (
        waiting_for_window(interrupt_main),
        only_program(data, database_url()),
        listening_socket(options.port) as listening,
        OpeningLines(options.pages_address, began) as lines,
    ):
        restart = Restart(stop.ask)
        failures = _serve_pages(options, data, instance, listening, lines, stop, restart)
        if failures:
            raise failures[0]
    _print_stopped(data)
    if restart.is_asked:
        run_chosen(DOSAR, QUIET)
    return 0


def _serve_pages(
    options: StartOptions,
    data: Path,
    instance: "RunningInstance",
    listening: socket.socket,
    lines: "OpeningLines",
    stop: "Stop",
    restart: "Restart",
) -> list[Exception]:
    """Show the pages until the program is stopped; what stopped it, if nobody did."""
    with garbage_collection_paused():
        from dosar.cli.endings import ended_by
        from dosar.cli.first_start import may_start_empty
        from dosar.cli.serving.gate import Gate
        from dosar.cli.serving.sealing import seal_on_hangup, watch_idle
        from dosar.cli.serving.server import serve_requests
        from dosar.cli.serving.stop_request import watch_stop_request
        from dosar.cli.starting.opening import Opening
        from dosar.database.installation.folder_note import write_note
        from dosar.database.installation.lock_file import publish_instance
        from dosar.pages.sealed.sealed_app import create_sealed_app

    publish_instance(data, instance)
    write_note(data, on_a_server=bool(database_url()))
    watch_stop_request(data, instance.token, stop.ask, restart.ask)
    begins = may_start_empty(options.places, data, options.demo, options.new_organisation)
    options.places.forms_folder()  # raises where there are none, before a key is made
    opening = Opening(options, options.places.key_place(data), begins, instance.token, restart.ask)
    vault = _new_vault(opening, lines)
    sealed = create_sealed_app(vault, options.hosts, instance.token)
    opening.begin(vault, stop.ask, lines)
    watch_idle(vault, data, options.places.key_file, options.seal_after)
    with ended_by(stop.ask):
        seal_on_hangup(vault, stop.ask)
        serve_requests(Gate(vault, sealed), listening, stop, bool(options.address))
        vault.wait_until_closed()
    return opening.failures


def _new_vault(opening: "Opening", lines: "OpeningLines") -> "Vault":
    from dosar.access.sealed.vault import Vault
    from dosar.cli.serving.sealing import can_be_unsealed, close_application
    from dosar.cli.starting.opening import print_trouble

    place, options = opening.place, opening.options
    vault = Vault(
        place.by_typing,
        lambda key: opening.open_application(vault, key),
        close_application,
        print_trouble,
        lambda: not options.demo and can_be_unsealed(place.data, options.places.key_file),
        steps=lines.steps,
    )
    return vault


def listening_socket(port: int) -> socket.socket:
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
