"""What the window says of the program, and which of its buttons do something: from what was seen, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from dosar.backups.making.last_backup import FRESH_DAYS
from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message


class State(Enum):
    """How it stands with the program that shows the pages; the value is its sentence."""

    STOPPED = Message("Dosar is stopped, and the data are closed.")
    STARTING = Message("Dosar is starting…")
    RUNNING = Message("Dosar is running.")
    LOCKED = Message("Dosar is running, and the data are locked. Open it and type the passphrase.")
    AWAY = Message("Dosar is running, but its database does not answer. Stop it and start it again.")
    STOPPING = Message("Dosar is stopping…")
    FAILED = Message("Dosar could not start.")


WORDS_OF_READINESS = {
    "ready": State.RUNNING,
    "sealed": State.LOCKED,
    "starting": State.STARTING,
    "database": State.AWAY,
}
"""What the program says of itself under ``/ready``."""
WITH_PAGES = {State.RUNNING, State.LOCKED, State.AWAY}
STARTABLE = {State.STOPPED, State.FAILED}
GREETING = "Dosar: http"
"""The line with the address; behind it stand the codes that somebody needs."""
LOCKED = Message("The data are locked.")
"""What the program says when it closes the data, also to put others in their place: what it said before is over."""


@dataclass(frozen=True)
class Seen:
    """What was seen of the program in one look."""

    word: str | None
    """Its answer under ``/ready``; None where no program of this data folder answers."""
    exit_code: int | None = None
    """Of the program that this window started, once it has ended."""
    is_ours_alive: bool = False
    """Whether the program that this window started runs."""
    is_stop_asked: bool = False


def judge_state(seen: Seen) -> State:
    """How it stands."""
    if seen.is_stop_asked and (seen.word is not None or seen.is_ours_alive):
        return State.STOPPING
    if seen.word is not None:
        return WORDS_OF_READINESS.get(seen.word, State.AWAY)
    if seen.is_ours_alive:
        return State.STARTING
    return State.FAILED if seen.exit_code else State.STOPPED


def backup_words(days: int | None) -> Message | None:
    """How many days ago the last back-up was made; nothing where that is not known."""
    if days is None:
        return None
    if days == 0:
        return Message("Last back-up: less than a day ago, checked.")
    if days < FRESH_DAYS:
        return Message("Last back-up: a few days ago, checked.")
    return Message("Last back-up, days ago: %(days)s. Make one now.", {"days": days})


def update_words(told: str) -> Message:
    """What stands on the button that leads to the versions."""
    return Message("Update: version %(version)s is there", {"version": told}) if told else Message("Update")


def shown_output(lines: Sequence[str], state: State, seen: Seen) -> str:
    """What of the program's own words the window shows: why it failed, how far it has come, which codes it made. One
    that only found another one running has nothing to say here."""
    said = [line for line in lines if line.strip()]
    if seen.exit_code == 0:
        return ""
    if state is State.STARTING:
        return said[-1] if said else ""
    if state is State.RUNNING:
        address = next((place for place, line in enumerate(said) if line.startswith(GREETING)), len(said))
        return "\n".join(_since_locked(said[address + 1 :]))
    return "\n".join(said) if state is State.FAILED else ""


def _since_locked(said: Sequence[str]) -> Sequence[str]:
    """What was said since the data were closed last: they are open again, and no set-up code counts any more."""
    closed = translate_message(LOCKED)
    last = max((place for place, line in enumerate(said) if line == closed), default=-1)
    return said[last + 1 :]
