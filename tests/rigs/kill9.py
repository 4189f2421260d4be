"""``python -m tests.rigs.kill9 [--times N] [--minutes N] [--postgresql]``: the program killed while all are writing.

Workers file new sheets, correct theirs and type drafts over HTTP; at a random moment the program is killed as by
``kill -9``, and what they were told is looked for in the database before it starts again. What nobody acknowledged they
send again, as their browsers do: it must not be there twice.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from dosar.database.keys.key_file import key_from_file
from tests.databases import fresh_place, stop_postgresql
from tests.rigs.cut_off.kept import Found, look
from tests.rigs.cut_off.running import Office, founded, started
from tests.rigs.cut_off.writers import CORRECTED, NEW, TYPED, AtWork, Told, Writer, hired
from tests.rigs.ending import clean_up_when_ended
from tests.waiting import is_soon
from tests.whole_run import alone, folder_in_memory

MOST_TOLD = 60
"""After so many things that they were told are kept, at most, the program is killed."""
LAST_SECONDS = 0.05
"""And then so long later, at most: in the middle of whatever comes next."""
WRONG = ("lost", "torn", "doubled", "damaged", "audit log broken", "refused")


@dataclass
class Killed:
    """What came of all kills."""

    kills: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    sent_again: int = 0
    found: Found = field(default_factory=Found)
    starts: list[float] = field(default_factory=list)
    """Seconds of each start."""

    def table(self) -> Iterable[str]:
        """What was found, a line each."""
        yield f"kills\t{self.kills:,}"
        for kind in (NEW, CORRECTED, TYPED):
            yield f"{kind} acknowledged\t{self.acknowledged[kind]:,}"
        yield f"sent again, since nobody answered\t{self.sent_again:,}"
        for what in WRONG:
            yield f"{what}\t{self.found.wrong[what]}"
        yield f"events of the audit log that hang together\t{self.found.head.seq:,}"
        yield f"longest start\t{max(self.starts, default=0):.1f} s"


def kill_often(office: Office, came: Killed, times: int, most_told: int = MOST_TOLD, minutes: float = inf) -> None:
    """Kill the program so many times, or until so much time has gone; look at the database after each, and at
    everything once more at the end. What came of it is told as it comes."""
    writers = hired(office)
    key = key_from_file(office.data, office.key_file)
    end = time.monotonic() + minutes * 60
    while came.kills < times and time.monotonic() < end:
        before = len(_told(writers))
        came.sent_again += sum(len(writer.doubtful) for writer in writers)
        began = time.monotonic()
        with started(office) as running:
            came.starts.append(time.monotonic() - began)
            desks = AtWork(writers, running.port)
            wanted = before + random.randint(1, most_told)
            is_soon(lambda wanted=wanted: len(_told(writers)) >= wanted)  # type: ignore[misc]
            time.sleep(random.uniform(0, LAST_SECONDS))
            running.kill()
            desks.stop()
        came.kills += 1
        _note(came, look(office, key, _told(writers)[before:], _drafts(writers), came.found.head), writers)
    with started(office) as running:
        came.sent_again += sum(len(writer.doubtful) for writer in writers)
        desks = AtWork(writers, running.port)
        desks.stop()
    _note(came, look(office, key, _told(writers), _drafts(writers), came.found.head), writers)


def _told(writers: Iterable[Writer]) -> list[Told]:
    return sorted((one for writer in writers for one in writer.told), key=lambda one: one.moment)


def _drafts(writers: Iterable[Writer]) -> dict[str, set[str]]:
    """What the draft of each may hold; of who was told nothing yet, nothing is expected."""
    return {writer.worker: {writer.typed, *writer.typing} for writer in writers if writer.typed}


def _note(came: Killed, found: Found, writers: Iterable[Writer]) -> None:
    came.acknowledged = Counter(one.kind for one in _told(writers))
    for writer in writers:
        for refusal in writer.refused:
            found.blame("refused", refusal)
        writer.refused.clear()
    came.found += found
    for example in found.examples[:5]:
        print(example, flush=True)


def main() -> int:
    """Fails where anything is lost, torn or there twice."""
    parser = argparse.ArgumentParser("tests.rigs.kill9")
    parser.add_argument("--times", type=int, default=160)
    parser.add_argument("--minutes", type=float, default=inf, help="begin no other kill after so long")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    clean_up_when_ended()
    with ExitStack() as until_end:
        folder = until_end.enter_context(tempfile.TemporaryDirectory(prefix="dosar-kill9-", dir=folder_in_memory()))
        url = None
        if asked.postgresql:
            until_end.enter_context(alone(stop_postgresql))
            url = until_end.enter_context(fresh_place("postgresql", Path(folder))).url
        came = Killed()
        try:
            kill_often(founded(Path(folder), asked.writers, url), came, asked.times, minutes=asked.minutes)
        finally:  # also of a run that somebody ends
            print(*came.table(), sep="\n", flush=True)
    return 1 if came.found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
