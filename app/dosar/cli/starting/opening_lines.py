"""What the console says while Dosar starts, where that takes longer than one likes to wait in silence."""

import sys
from threading import Event, Thread
from time import monotonic

from dosar.access.sealed.opening_steps import OpeningStep, OpeningSteps
from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message

SILENT_SECONDS = 2.0
"""Before the first line, and between two."""


class OpeningLines:
    """Prints, in a thread of its own, what is done just now: from entering this until :meth:`end`, where that is longer
    than some seconds after ``began``."""

    def __init__(self, address: str, began: float) -> None:
        self.steps = OpeningSteps()
        """Where it is told."""
        self._address, self._began = address, began
        self._over = Event()

    def __enter__(self) -> "OpeningLines":
        Thread(target=self._print_lines, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.end()

    def end(self) -> None:
        """The data are open, or never will be."""
        self._over.set()

    def _print_lines(self) -> None:
        said, silent = "", max(self._began + SILENT_SECONDS - monotonic(), 0)
        while not self._over.wait(SILENT_SECONDS if said else silent):
            if not said:
                shown = Message("Dosar is starting; %(address)s shows how far it is.", {"address": self._address})
                said = _print(translate_message(shown))
            line = "".join(_line(step) for step in self.steps.told[-1:])
            if line and line != said:
                said = _print(line)


def _line(step: OpeningStep) -> str:
    said = translate_message(Message(step.sentence))
    return f"{said} {step.percent} %" if step.percent else said


def _print(line: str) -> str:
    print(line, file=sys.stderr, flush=True)
    return line
