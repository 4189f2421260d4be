"""The first line of every program: whether another version is to run instead, and then it does.

Nothing is imported that takes time. There is no program of its own for this, which would have to be updated in its
turn: each version knows how to hand over to the chosen one, and one that does not come up twice hands back.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from dosar.updates.programs.choice import ProgramChoice, handed_back, read_choice, write_choice
from dosar.updates.programs.program import DOSAR, WINDOW, Program, own_program
from dosar.updates.programs.store import is_in_store
from dosar.updates.programs.versions import is_newer

HANDED_OVER = "DOSAR_HANDED_OVER"
"""How often programs have handed over to each other for this start: two that want each other to run shall not go on for
ever."""
STAY = "DOSAR_STAY"
"""Set for a program that is only tried: it hands over to nobody."""
LAUNCHER = "DOSAR_LAUNCHER"
"""The folder in which the first of them lies, which stays where it is: the computer's own start names that one."""
MOST_HANDS, MOST_TRIES = 3, 2
START = "start"


@dataclass(frozen=True)
class Decision:
    """Which program runs now, and what is to be remembered before it does."""

    program: Program
    choice: ProgramChoice | None


def hand_over(name: str = DOSAR, arguments: Sequence[str] | None = None) -> None:
    """Have the chosen program run in the place of this one, with the same arguments; return where this is the one. As
    long as it runs, it is not removed."""
    own = own_program()
    if own is None:
        return
    _run_chosen(own, name, sys.argv[1:] if arguments is None else arguments)
    if is_in_store(own):
        from dosar.updates.programs.in_use import hold_version  # takes time, and only what an update brought needs it

        hold_version(Path(own.folder))


def _run_chosen(own: Program, name: str, asked: Sequence[str]) -> None:
    told = os.environ.pop(HANDED_OVER, "")
    hands = int(told) if told.isdecimal() else 0
    stays = os.environ.pop(STAY, "")
    if stays or hands >= MOST_HANDS:
        return
    choice = read_choice()
    if hands and choice is not None and choice.runs == own:
        return  # who handed over has counted this start
    is_start = name == WINDOW or START in asked[:1]
    decision = decide(choice, own, is_counted=is_start and not hands)
    if decision.choice is not None and decision.choice != choice:
        with suppress(OSError):  # a full disk: it runs all the same
            write_choice(decision.choice)
    if decision.program != own:
        run_program(decision.program, name, asked, hands + 1)


def decide(choice: ProgramChoice | None, own: Program, is_counted: bool) -> Decision:
    """What runs, by the choice and by what lies there."""
    if choice is None or is_newer_by_hand(own, choice):
        return Decision(own, None)
    if must_hand_back(choice):
        choice = handed_back(choice)
    if not choice.runs.is_whole() and choice.runs != own:
        return Decision(own, None)
    if is_counted and choice.is_on_trial:
        choice = replace(choice, tries=choice.tries + 1)
    return Decision(choice.runs, choice)


def is_newer_by_hand(own: Program, choice: ProgramChoice) -> bool:
    """Whether somebody installed this program herself after the choice was made."""
    return not is_in_store(own) and is_newer(own.version, choice.runs.version)


def takes_over(own: Program, choice: ProgramChoice) -> bool:
    """Whether this program, which runs and is not the chosen one, is to be chosen: it is newer, or the chosen one
    cannot be started any more."""
    return is_newer_by_hand(own, choice) or not choice.runs.is_whole()


def must_hand_back(choice: ProgramChoice) -> bool:
    """Whether the chosen program is not to be started again, and another one can be."""
    if choice.before is None or not choice.before.is_whole():
        return False
    return not choice.runs.is_whole() or (choice.is_on_trial and max(choice.tries, choice.openings) >= MOST_TRIES)


def run_program(program: Program, name: str, arguments: Sequence[str], hands: int = 1) -> None:
    """Run it in the place of this one. On Windows, which knows no such thing, this one waits for its end. Returns where
    it cannot be started at all."""
    command = [str(program.file(name)), *arguments]
    own = own_program()
    launcher = {} if own is None else {LAUNCHER: own.folder}
    environment = launcher | os.environ | {HANDED_OVER: str(hands), "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    with suppress(OSError):
        if sys.platform == "win32":
            raise SystemExit(_wait_for(command, environment))
        os.execve(command[0], command, environment)  # noqa: S606 - another version of this program


def _wait_for(command: Sequence[str], environment: dict[str, str]) -> int:
    """Ctrl+C reaches both: the other one ends by it, and then this one."""
    import subprocess

    with subprocess.Popen(command, env=environment) as program:  # noqa: S603 - another version of this program
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                continue
