"""Which program runs, which one ran before, and whether the new one is still on trial: one small file.

It is read at the first line of every program, so nothing here takes time to import. It is written whole or not at all:
to choose another program is one renaming.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from dosar.database.atomic_files import write_atomically
from dosar.updates.programs.program import Program
from dosar.updates.programs.store import programs_folder

CHOICE_FILE = "choice.json"


@dataclass(frozen=True)
class GoingBack:
    """Data of before an update that have to take their place again before anybody opens them."""

    data: str
    """The data folder."""
    aside: str
    """The name under which what is there now is kept."""


@dataclass(frozen=True)
class ProgramChoice:
    """What runs."""

    runs: Program
    before: Program | None = None
    """What takes over where that one does not come up."""
    since: str = ""
    """When it was chosen, UTC."""
    is_on_trial: bool = False
    tries: int = 0
    """How often it was started, and did not come so far as to say so."""
    openings: int = 0
    """How often it began to open data, and did not come so far as to show them."""
    came_up_at: str = ""
    """When it came up first, UTC."""
    has_worked: bool = False
    """Whether somebody worked with it."""
    failed: str = ""
    """The version that did not come up and had to hand back to this one."""
    is_failure_told: bool = False
    going_back: GoingBack | None = None


def choice_file() -> Path:
    """Where it stands."""
    return programs_folder() / CHOICE_FILE


def read_choice() -> ProgramChoice | None:
    """What was chosen last; None where nothing ever was, or where it cannot be read: then each program runs itself."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _choice_of(json.loads(choice_file().read_text("utf-8")))
    return None


def write_choice(choice: ProgramChoice) -> None:
    """Keep it. Raises :class:`OSError`."""
    write_atomically(choice_file(), json.dumps(asdict(choice), indent=1) + "\n")


def choose(program: Program, before: Program | None, moment: str) -> ProgramChoice:
    """From the next start on this program runs, on trial where there is one to go back to. Raises :class:`OSError`."""
    choice = ProgramChoice(program, before, moment, is_on_trial=before is not None)
    write_choice(choice)
    return choice


def handed_back(choice: ProgramChoice) -> ProgramChoice:
    """The same, but the program before runs again, for good."""
    assert choice.before is not None
    return ProgramChoice(choice.before, failed=choice.runs.version)


def change_choice(**changes: Any) -> ProgramChoice | None:
    """Keep what is known of the chosen program since; nothing is kept where nothing was chosen, or the disk takes
    nothing."""
    choice = read_choice()
    if choice is None:
        return None
    changed = replace(choice, **changes)
    if changed != choice:
        with suppress(OSError):
            write_choice(changed)
    return changed


def _choice_of(told: Any) -> ProgramChoice:
    """Whatever a version of another day has written beside: that is left out."""
    simple = {
        each.name: told[each.name] for each in fields(ProgramChoice) if type(told.get(each.name)) is type(each.default)
    }
    before, back = told.get("before"), told.get("going_back")
    return ProgramChoice(
        **simple
        | {
            "runs": _program_of(told["runs"]),
            "before": _program_of(before) if before else None,
            "going_back": GoingBack(str(back["data"]), str(back["aside"])) if back else None,
        }
    )


def _program_of(told: Any) -> Program:
    return Program(str(told["version"]), str(told["folder"]))
