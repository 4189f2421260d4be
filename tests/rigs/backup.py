"""``python -m tests.rigs.backup [--share N]``: back-ups and restores that are killed, cut and turned, at random.

A back-up is made, and killed with ``kill -9`` at a random moment: whatever has the name of a back-up afterwards must be
whole, and the data as they were. A restore is killed: after the next start the data are the old or the new, opened by
the card, never half. A finished file is cut at a thousand points, and a bit is turned at a thousand others: none may
pass. ``--share 20`` does a twentieth of it.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from dosar.backups.file.names import read_name
from dosar.backups.reading.verification import verify_backup
from dosar.backups.restoring.restore import finish_interrupted, is_interrupted, restore_backup
from dosar.database.installation.installation_marker import mark_founded
from dosar.database.keys.key_slots_file import read_slots
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import StoreError
from dosar.long_work.progress import keep_silent
from tests.backups.offices import CANARY, NIGHT, Office, enter, hire, new_office
from tests.databases import KEY
from tests.rigs.ending import clean_up_when_ended

KILLS, POINTS = 200, 1000
OLD, NEW = 60, 40
"""How many cases there are now, and were when the back-up was made."""


@dataclass
class Rig:
    """An office with a back-up, and work that was done since."""

    office: Office
    pristine: Path
    """A copy of its data folder, to begin from again."""
    backup: Path
    dice: random.Random
    found: Counter[str]

    def seconds_of_making(self) -> float:
        """How long it takes when nobody kills it."""
        with self.office.at_work() as repository:
            begun = time.monotonic()
            made = self.office.back_up(repository, moment=NIGHT + timedelta(hours=1))
            took = time.monotonic() - begun
        (self.office.stick / made.name).unlink()
        return took

    def kill_making(self, number: int, longest: float) -> None:
        """Make a back-up, and kill it."""
        moment = NIGHT + timedelta(days=number)
        killed(partial(make, self.office, moment), self.dice.uniform(0, longest))
        finished = [file for file in self.office.stick.iterdir() if file != self.backup and read_name(file.name)]
        for file in finished:
            self._count("made", "half a back-up", lambda file=file: is_whole(file))
            file.unlink()
        if not finished:
            self.found["not made"] += 1
        self._count("data as they were", "lost", lambda: cases_in(self.office.data) == OLD)

    def kill_restore(self, longest: float, swap: float) -> None:
        """Restore the back-up, kill that, at any moment or while the new data take their place, and start."""
        data = self.office.data
        shutil.rmtree(data)
        shutil.copytree(self.pristine, data)
        seconds = self.dice.uniform(0, swap or longest)
        killed(partial(restore, self.backup, self.office, bool(swap)), seconds)
        self.found["in the middle"] += is_interrupted(data)
        finish_interrupted(data)
        slots = read_slots(data)
        opens = slots is not None and slots.current.opened_with("card", self.office.card.secret) == KEY
        cases = cases_in(data)
        self.found["the old" if cases == OLD else "the new" if cases == NEW else "half a restore"] += 1
        if cases == NEW:
            [aside] = (data / "before-restore").iterdir()
            self._count("old kept aside", "lost", lambda: cases_in(aside) == OLD)
        if not opens or (data / ".restoring").exists():
            self.found["half a restore"] += 1

    def cut_and_turn(self, points: int) -> None:
        """The file without its end, and with another bit in it."""
        content = self.backup.read_bytes()
        bad = self.backup.with_name("bad.dosar")
        for _ in range(points):
            bad.write_bytes(content[: self.dice.randrange(len(content))])
            self._count("cut refused", "verified wrongly", lambda: not is_whole(bad))
            place, bit = self.dice.randrange(len(content)), 1 << self.dice.randrange(8)
            bad.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            self._count("turned refused", "verified wrongly", lambda: not is_whole(bad))
        bad.unlink()

    def look_for_canary(self) -> None:
        """No name stands in clear in anything that lies anywhere."""
        for file in self.office.data.parent.rglob("*"):
            if file.is_file() and self.office.forms not in file.parents:
                self._count(
                    "without a name", "a name in clear", lambda file=file: CANARY.encode() not in file.read_bytes()
                )

    def _count(self, good: str, bad: str, is_good: Callable[[], bool]) -> None:
        self.found[good if is_good() else bad] += 1


WRONG = ("half a back-up", "half a restore", "lost", "verified wrongly", "a name in clear")


def make(office: Office, moment: datetime, ready: Callable[[], None]) -> None:
    """Make a back-up, and be ready once the database is open."""
    with office.at_work() as repository:
        ready()
        office.back_up(repository, moment=moment)


def restore(file: Path, office: Office, at_swap: bool, ready: Callable[[], None]) -> None:
    """Restore the back-up with the card; it is ready at once, or when what was prepared is about to be put in place."""

    def tell(step: str, done: float) -> None:
        if step == "swap" and not done and at_swap:
            ready()

    if not at_swap:
        ready()
    restore_backup(file, office.card_text, office.data, tell)


def killed(work: Callable[[Callable[[], None]], None], seconds: float) -> None:
    """Do it in a process of its own, which is killed so long after it was ready, unless it has ended by then."""
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(lambda: os.close(tells) if os.write(tells, b".") else None)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.close(tells)
    os.read(hears, 1)
    os.close(hears)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("what was to be killed has failed by itself")


def is_whole(file: Path) -> bool:
    """Whether it is a back-up with cases in it."""
    try:
        return bool(verify_backup(file, KEY, keep_silent).tables["case"])
    except StoreError:
        return False


def cases_in(data: Path) -> int:
    """How many cases there are."""
    store = SqliteStore(data, KEY)
    try:
        with store.snapshot() as connection:
            count = connection.exec_driver_sql('SELECT count(*) FROM "case"').scalar_one()
            return int(count)
    finally:
        store.close()


def new_rig(folder: Path) -> Rig:
    """Everything made ready: by a process of its own, so that this one has no database open."""
    office = new_office(folder / "office")
    made = os.fork()
    if made == 0:
        _fill(office)
    os.waitpid(made, 0)
    [backup] = office.stick.iterdir()
    pristine = folder / "pristine"
    shutil.copytree(office.data, pristine)
    return Rig(office, pristine, backup, random.Random(11), Counter())


def _fill(office: Office) -> None:
    try:
        with office.at_work() as repository:
            hire(repository)
            enter(repository, *(f"{CANARY} {number}" for number in range(NEW)))
            office.back_up(repository)
            enter(repository, *(f"Since then {number}" for number in range(OLD - NEW)))
        mark_founded(office.data)
        code = 0
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        code = 1
    os._exit(code)


def run(rig: Rig, share: int) -> Counter[str]:
    """A part of everything."""
    kills, points = KILLS // share, POINTS // share
    longest = rig.seconds_of_making()
    for number in range(1, kills + 1):
        rig.kill_making(number, longest * 3)
    moments: dict[tuple[str, float], float] = {}
    begun = time.monotonic()
    restore_backup(
        rig.backup, rig.office.card_text, rig.office.data, lambda *told: moments.update({told: time.monotonic()})
    )
    took = time.monotonic() - begun
    swap = moments["swap", 1.0] - moments["swap", 0.0]
    for number in range(kills):
        rig.kill_restore(took * 2, swap * 1.5 + 0.02 if number % 2 else 0)
    rig.cut_and_turn(points)
    rig.look_for_canary()
    return rig.found


def main() -> int:
    """Print what was found; 1 where anything was lost, half or wrongly verified."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=int, default=1)
    clean_up_when_ended()
    with tempfile.TemporaryDirectory() as folder:
        found = run(new_rig(Path(folder)), arguments.parse_args().share)
    for what, times in sorted(found.items()):
        print(f"{what}: {times}")
    return 1 if any(found[wrong] for wrong in WRONG) else 0


if __name__ == "__main__":
    sys.exit(main())
