"""What the console says while the data are opened, where that takes longer than one likes to wait in silence."""

import sys
from threading import Thread
from time import sleep

from dosar.access.sealed.opening_steps import OpeningStep
from dosar.access.sealed.vault import Vault
from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message

SILENT_SECONDS = 2.0
"""Before the first line, and between two."""


def print_steps(vault: Vault, address: str) -> None:
    """Print what is done just now until the data are open, in the background."""
    Thread(target=_print_steps, args=(vault, address), daemon=True).start()


def _print_steps(vault: Vault, address: str) -> None:
    said = ""
    sleep(SILENT_SECONDS)
    while vault.seconds_opening is not None:
        if not said:
            shown = Message("Dosar is starting; %(address)s shows how far it is.", {"address": address})
            print(translate_message(shown), file=sys.stderr, flush=True)
        says = "".join(_line(step) for step in vault.steps.told[-1:])
        if says != said:
            print(says, file=sys.stderr, flush=True)
        said = says
        sleep(SILENT_SECONDS)


def _line(step: OpeningStep) -> str:
    said = translate_message(Message(step.sentence))
    return f"{said} {step.percent} %" if step.percent else said
