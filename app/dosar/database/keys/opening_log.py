"""What opened a data folder, and the guesses that opened nothing: the audit log tells of both.

While the data are sealed their database cannot be written, so wrong guesses wait in a small file beside it: how many
there were, when the first and when the last. Nothing of what was typed is kept. Whoever can write into the folder can
delete the file, too.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dosar.database.atomic_files import write_atomically
from dosar.database.keys.key_slots import SlotKind
from dosar.database.system_tables import utc_now

WRONG_GUESSES_FILE = "wrong-guesses.json"
MOST_GUESSES = 10**9
YEARS_OF_COMPUTERS = range(2000, 2101)
"""Whatever clock was wrong: what is from any other year was not written by Dosar, and no page could show it."""


@dataclass(frozen=True)
class Opening:
    """What gave the master key."""

    kind: SlotKind
    slot: str = ""
    """Its name, as ``dosar key status`` shows it; none of before there were slots."""


@dataclass(frozen=True)
class WrongGuesses:
    """What was typed since the last opening and opened nothing."""

    count: int
    first: datetime
    last: datetime


@dataclass
class OpeningLog:
    """Of one data folder, in one running program."""

    data: Path
    opened: Opening | None = None

    def note_opened(self, kind: SlotKind, slot: str = "") -> None:
        """This gave the key; it is the last that did."""
        self.opened = Opening(kind, slot)

    def note_wrong_guess(self) -> None:
        """One more. A disk that takes no file keeps nobody from trying again."""
        now, so_far = utc_now(), read_wrong_guesses(self.data)
        count, first = (min(so_far.count + 1, MOST_GUESSES), so_far.first) if so_far else (1, now)
        told = {"count": count, "first": first.isoformat("T", "seconds"), "last": now.isoformat("T", "seconds")}
        with suppress(OSError):
            write_atomically(_file(self.data), json.dumps(told))


def read_wrong_guesses(data: Path) -> WrongGuesses | None:
    """What waits to be told; what is not readable is one guess, now."""
    file = _file(data)
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        return None
    unreadable = WrongGuesses(1, utc_now(), utc_now())
    try:
        kept = json.loads(text)
        count, first, last = kept["count"], *(datetime.fromisoformat(kept[name]) for name in ("first", "last"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return unreadable
    is_count = type(count) is int and 1 <= count <= MOST_GUESSES
    is_ours = is_count and all(each.tzinfo is None and each.year in YEARS_OF_COMPUTERS for each in (first, last))
    return WrongGuesses(count, first, last) if is_ours else unreadable


def forget_wrong_guesses(data: Path) -> None:
    """They were told."""
    with suppress(OSError):
        _file(data).unlink(missing_ok=True)


def _file(data: Path) -> Path:
    return data / WRONG_GUESSES_FILE
