"""Dosar: case files of an organisation, from forms written in YAML."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

import click

from dosar.cli.commands.audit import audit
from dosar.cli.commands.backup import backup, restore
from dosar.cli.commands.check import check
from dosar.cli.commands.copy import copy
from dosar.cli.commands.key import key
from dosar.cli.commands.remind import remind
from dosar.cli.commands.rescue import confirm_access, reset_administrator, reset_telephone, unlock
from dosar.cli.commands.schema import schema
from dosar.cli.commands.start import start
from dosar.cli.commands.stop import stop
from dosar.cli.commands.update import update
from dosar.cli.commands.upgrade import upgrade
from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import LocalizedGroup, LocalizedOption, speaking_computer_language
from dosar.cli.console.troubles import translate_trouble
from dosar.cli.console.version import tell_version
from dosar.cli.endings import INTERRUPTED_EXIT_CODE
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

BROKEN_PIPE_EXIT_CODE = 1
"""What click tells too, where it notices first that nobody reads on."""
FAILED_EXIT_CODE = 2

program = LocalizedGroup(
    "dosar",
    commands=[
        start,
        stop,
        update,
        upgrade,
        copy,
        backup,
        restore,
        remind,
        check,
        schema,
        unlock,
        reset_administrator,
        reset_telephone,
        confirm_access,
        key,
        audit,
    ],
    help=msgid("Dosar: case files of an organisation, from forms written in YAML."),
    options_metavar=None,
    subcommand_metavar=msgid("COMMAND"),
    no_args_is_help=False,
    params=[
        LocalizedOption(
            ["--version"],
            help=msgid("say which version this is, and which form of the database it knows"),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=tell_version,
        )
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a file or a pipe on Windows has no ș and ț
            stream.reconfigure(errors="replace")
    try:
        with speaking_computer_language():
            exit_code = _run_command(arguments)
            sys.stdout.flush()
            return exit_code
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
    except BrokenPipeError:
        _close_output()
        return BROKEN_PIPE_EXIT_CODE
    except OSError as error:
        _close_output()
        print(translate_message(Message("Dosar had to stop: %(why)s.", {"why": error.strerror})), file=sys.stderr)
        return FAILED_EXIT_CODE


def _open_closed_streams() -> None:
    """``dosar check >&-``: Python has no stream where the shell closed it; what is said goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program runs


def _close_output() -> None:
    """``dosar check | head``: nobody reads on. What is left goes nowhere, at the end of the program too."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run_command(arguments: Sequence[str] | None) -> int:
    try:
        return int(program.main(arguments, "dosar", standalone_mode=False))
    except click.Abort:
        return INTERRUPTED_EXIT_CODE
    except click.ClickException as asked_wrongly:
        asked_wrongly.show()
        return asked_wrongly.exit_code
    except StoreError as trouble:
        print(translate_trouble(trouble), file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        unusable = Message("%(file)s cannot be used: %(why)s.", {"file": error.filename, "why": error.strerror})
        print(translate_message(unusable), file=sys.stderr)
    return FAILED_EXIT_CODE
