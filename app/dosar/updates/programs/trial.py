"""The trial of a new version: it ends after the first good day, and until then there is a way back."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from dosar.updates.programs.choice import ProgramChoice, change_choice, choose, read_choice, write_choice
from dosar.updates.programs.hand_over import takes_over
from dosar.updates.programs.program import own_program
from dosar.updates.programs.removal import remove_others

GOOD_DAY = timedelta(hours=24)


def note_coming_up(now: datetime) -> ProgramChoice | None:
    """This program has come up: the data are open in it, and its pages are shown. ``now`` is UTC."""
    own, choice = own_program(), read_choice()
    if own is None or choice is None:
        return None
    if choice.runs != own:
        if not takes_over(own, choice):
            return None  # it was running when another data folder of this account was updated, and undoes nothing
        with suppress(OSError):
            return choose(own, None, now.isoformat())
    return change_choice(tries=0, openings=0, came_up_at=choice.came_up_at or now.isoformat())


def note_start() -> None:
    """This program can be started: what is wrong from now on it can say itself."""
    if _choice_on_trial() is not None:
        change_choice(tries=0)


def note_opening() -> None:
    """This program begins to open data: unless :func:`note_coming_up` is called, something is wrong with it."""
    choice = _choice_on_trial()
    if choice is not None:
        change_choice(openings=choice.openings + 1)


def _choice_on_trial() -> ProgramChoice | None:
    own, choice = own_program(), read_choice()
    return choice if choice is not None and choice.is_on_trial and choice.runs == own else None


def note_work() -> None:
    """Somebody works with this program, so it has come up, also where the disk took no note of that."""
    if _choice_on_trial() is not None:
        change_choice(has_worked=True, tries=0, openings=0)


def is_good_day(choice: ProgramChoice, now: datetime) -> bool:
    """Whether the version on trial has had its good day. ``now`` is UTC."""
    return choice.is_on_trial and has_lasted_a_day(choice.came_up_at, choice.has_worked, now)


def has_lasted_a_day(came_up_at: str, has_worked: bool, now: datetime) -> bool:
    """Whether a new version came up a day ago, and somebody has worked with it. All is UTC."""
    return has_worked and bool(came_up_at) and now - datetime.fromisoformat(came_up_at) >= GOOD_DAY


def end_trial(now: datetime) -> list[str]:
    """After a good day the version before is not needed any more; the versions that were removed. One that still runs,
    for another data folder, goes at a later look. Raises :class:`OSError` where the disk takes no note of it: nothing
    was removed then."""
    choice = read_choice()
    if choice is None or choice.runs != own_program():
        return []
    if is_good_day(choice, now):
        choice = replace(choice, is_on_trial=False, before=None)
        write_choice(choice)
    if choice.is_on_trial:
        return []
    return remove_others(choice.runs)


def pop_failure() -> str:
    """The version that did not come up and had to hand back to this one: told once."""
    choice = read_choice()
    if choice is None or choice.is_failure_told or choice.runs != own_program():
        return ""
    change_choice(is_failure_told=True)
    return choice.failed
