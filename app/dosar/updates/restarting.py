"""The running program ends and the chosen one runs in its place, with the same arguments."""

import sys
from collections.abc import Callable
from threading import Lock

from dosar.updates.programs.choice import read_choice
from dosar.updates.programs.hand_over import run_program
from dosar.updates.programs.program import DOSAR, Program, own_program

QUIET = "--no-browser"
"""The page that asked for it is open already."""


class Restart:
    """Whether the program, once it has stopped, shall go on as the chosen one."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop, self._once = stop, Lock()
        self.is_asked = False

    def ask(self) -> None:
        """Finish what is being made, close everything, and go on as the chosen version; from any thread, and however
        often."""
        if self._once.acquire(blocking=False):
            self.is_asked = True
            self._stop()


def other_program() -> Program | None:
    """The program that is to run in the place of this one, if there is one."""
    own, choice = own_program(), read_choice()
    if own is None or choice is None or choice.runs == own or not choice.runs.is_whole():
        return None
    return choice.runs


def run_chosen(name: str = DOSAR, *more: str) -> None:
    """Become the chosen program, where it is another one, with the arguments of this one and ``more``; nothing is open
    any more. Returns where this is the one."""
    other = other_program()
    if other is not None:
        asked = sys.argv[1:]
        run_program(other, name, [*asked, *(each for each in more if each not in asked)], hands=0)
