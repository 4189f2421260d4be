"""``python -m tests.rigs.update [--times N] [--cuts N]``: an update that is killed, and whose power goes, at random.

A database that release 0.2.0 has left behind is updated to a later version: the program is installed and chosen, the
first one hands over, the database is upgraded and compared, and then somebody goes back, the trial ends, or the new
version does not come up and hands back. Each of the four is killed with ``kill -9`` at a random moment and begun again.
Whatever is found then must be the old program with the old data or the new one with data that it can open, no version
half there, and not a row of anybody's lost.

With ``--cuts`` all of it is done once more under strace, and the power is cut at so many moments of it.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from dosar.backups.restoring.swapping import finish_interrupted
from dosar.cli.runtime import prepare_database
from dosar.database.format_version import FORMAT_VERSION, stored_format
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import StoreError
from dosar.updates import pinned
from dosar.updates.data.going_back import finish_going_back, go_back
from dosar.updates.data.kept import change_kept, read_kept
from dosar.updates.data.row_checks import count_rows, row_differences
from dosar.updates.ending import end_update
from dosar.updates.installing import choose_installed, install_update
from dosar.updates.programs.choice import change_choice, read_choice
from dosar.updates.programs.hand_over import MOST_TRIES
from dosar.updates.programs.program import Program
from dosar.updates.programs.store import FOLDER_VARIABLE
from tests.databases import KEY
from tests.releases.kept import HERE, forms_of
from tests.rigs.backup import killed
from tests.rigs.cut_off.lost_power import power_cuts
from tests.rigs.cut_off.recording import read_recording, watched_by_strace
from tests.rigs.ending import clean_up_when_ended
from tests.updates.programs import filler, make_program, make_update

OLD, NEW = "0.2.0", "9.0.0"
NOW = datetime(2026, 11, 30, 9)
ROOT = Path(__file__).parents[2]
WRONG = ("half", "lost")
Work = Callable[[Callable[[], None]], None]


@dataclass
class Rig:
    """A desk with a database of long ago, an installed program, and an update."""

    folder: Path
    """The store of programs and the data lie in ``desk``."""
    base: Program
    source: Path
    """The program folder that the update was made of."""
    update: Path
    forms: Path
    rows: Mapping[str, int]
    """Of the database as the release left it."""
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    found: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "desk" / "data"

    @property
    def new(self) -> Program:
        """The program of the update, once it is there."""
        return Program(NEW, str(self.folder / "desk" / "programs" / "versions" / NEW))

    def begin(self) -> None:
        """The database as the release left it, and no update."""
        shutil.rmtree(self.folder / "desk", ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        shutil.copyfile(HERE / OLD / "dosar.db", self.data / "dosar.db")

    def cycle(self, ending: int) -> None:
        """Four kills on the way to the new version, and back, to the end of its trial, or to its failure."""
        self.begin()
        self._kill("install", partial(install, self))
        self._kill_hand_over()
        self._kill("upgrade", partial(upgrade, self))
        kept = read_kept(self.data)
        self.found["compared"] += kept is not None and kept.is_good
        (self._go_back, self._end, self._fail)[ending]()

    def _go_back(self) -> None:
        self._kill("back", partial(back, self))
        self._count_return("went back")

    def _end(self) -> None:
        self._kill("end", partial(end, self))
        is_over = read_kept(self.data) is None and self._state(self.data) == "new"
        self.found["trial ended" if is_over else "half"] += 1

    def _fail(self) -> None:
        """The new program does not come up, and the one before takes over."""
        for _ in range(MOST_TRIES + 1):
            subprocess.run([self.base.file(), "start"], stdout=subprocess.DEVNULL, check=True)
        self._kill("hand back", partial(start_again, self))
        self._count_return("handed back")

    def _count_return(self, what: str) -> None:
        choice, [aside, *_] = read_choice(), sorted((self.data / "before-restore").iterdir())
        is_back = self._state(self.data) == "old" and self._state(aside) == "new" and read_kept(self.data) is None
        self.found[what if is_back and choice is not None and choice.runs == self.base else "half"] += 1

    def _kill(self, name: str, work: Work) -> None:
        if name not in self.longest:  # measured once, on a desk of its own that is put back afterwards
            shutil.copytree(self.folder / "desk", self.folder / "aside")
            begun = time.monotonic()
            finished(work)
            self.longest[name] = time.monotonic() - begun
            shutil.rmtree(self.folder / "desk")
            (self.folder / "aside").rename(self.folder / "desk")
        killed(work, self.dice.uniform(0, self.longest[name]))
        self.found["kills"] += 1
        self._count(name, self.judge(self.folder / "desk"))
        finished(work)
        self._count(f"{name} again", self.judge(self.folder / "desk"))

    def _kill_hand_over(self) -> None:
        with subprocess.Popen([self.base.file(), "start"], stdout=subprocess.PIPE) as program:
            time.sleep(self.dice.uniform(0, 0.15))
            program.kill()
        self.found["kills"] += 1
        self._count("hand over", self.judge(self.folder / "desk"))
        said = subprocess.run([self.base.file(), "check"], capture_output=True, text=True).stdout
        self._count("hand over again", "" if said.startswith(NEW) else "half")

    def _count(self, what: str, wrong: str) -> None:
        self.found[wrong or f"{what}: right"] += 1

    def judge(self, desk: Path) -> str:
        """What is wrong with what lies there; nothing if nothing is."""
        data, programs = desk / "data", desk / "programs"
        os.environ[FOLDER_VARIABLE] = str(programs)
        if any(not self._is_whole(each) for each in (programs / "versions").glob("[0-9]*")):
            return "half"
        choice, kept = read_choice(), read_kept(data)
        finish_interrupted(data)
        state = self._state(data)
        keeps = kept is not None and self._state(data / "before-update") == "old"
        if state == "lost" or (kept is not None and not keeps):
            return "lost"
        if choice is None or choice.runs.version == OLD:
            is_on_the_way = choice is not None and (choice.going_back is not None or choice.failed == NEW) and keeps
            return "" if state == "old" or is_on_the_way else "half"
        has_program = (programs / "versions" / NEW).is_dir()
        return "" if has_program and (state == "old" or keeps or not choice.is_on_trial) else "half"

    def _is_whole(self, folder: Path) -> bool:
        """Whether the version has every file of the program that it was made of, and nothing else."""
        there, wanted = ({file.relative_to(top): file for file in top.rglob("*")} for top in (folder, self.source))
        if there.keys() != wanted.keys():
            return False
        return all(wanted[name].read_bytes() == file.read_bytes() for name, file in there.items() if file.is_file())

    def _state(self, data: Path) -> str:
        """Whether the database is of the release or of today, with all its rows."""
        try:
            store = SqliteStore(data, KEY)
            try:
                with store.snapshot() as connection:
                    rows, found = count_rows(connection), stored_format(connection)
            finally:
                store.close()
        except StoreError:
            return "lost"
        if any(row_differences(self.rows, rows, {})):
            return "lost"
        return "new" if found == FORMAT_VERSION and "dosar_backup_place" in rows else "old"


def become(program: Program, pins: Path) -> None:
    """This process is that program from now on."""
    sys.frozen = True  # type: ignore[attr-defined]
    sys.executable = str(program.file())
    pinned.read_pinned.cache_clear()
    pinned.read_pinned.__wrapped__.__defaults__ = (pins,)  # type: ignore[attr-defined]


def install(rig: Rig, ready: Callable[[], None]) -> None:
    """Unless it was installed and chosen already."""
    become(rig.base, Path(rig.base.folder) / "_internal" / "pinned.json")
    ready()
    if read_choice() is None:
        choose_installed(install_update(rig.update), rig.base, NOW.isoformat())


def upgrade(rig: Rig, ready: Callable[[], None]) -> None:
    """The new program opens the data."""
    become(rig.new, Path(rig.new.folder) / "_internal" / "pinned.json")
    ready()
    store = SqliteStore(rig.data, KEY)
    store.data_folder = rig.data
    try:
        prepare_database(store, rig.forms)
    finally:
        store.close()


def back(rig: Rig, ready: Callable[[], None]) -> None:
    """Somebody goes back, and the program that runs then starts."""
    become(rig.new, Path(rig.new.folder) / "_internal" / "pinned.json")
    ready()
    choice = read_choice()
    if choice is not None and choice.runs == rig.new:
        go_back(rig.data, KEY, NOW)
    start_again(rig, lambda: None)


def start_again(rig: Rig, ready: Callable[[], None]) -> None:
    """The program before has the data folder, and opens nothing yet."""
    become(rig.base, Path(rig.base.folder) / "_internal" / "pinned.json")
    ready()
    finish_interrupted(rig.data)
    finish_going_back(rig.data)


def end(rig: Rig, ready: Callable[[], None]) -> None:
    """The good day is over."""
    become(rig.new, Path(rig.new.folder) / "_internal" / "pinned.json")
    yesterday = (NOW - timedelta(hours=25)).isoformat()
    change_choice(came_up_at=yesterday, has_worked=True)
    change_kept(rig.data, came_up_at=yesterday, has_worked=True)
    ready()
    end_update(rig.data, NOW)


def finished(work: Work) -> None:
    """Do it in a process of its own, to its end."""
    child = os.fork()
    if child == 0:
        try:
            work(lambda: None)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("what nobody killed has failed")


def new_rig(folder: Path) -> Rig:
    """Everything made ready."""
    base = make_program(folder / "Dosar", OLD, only_tells=True)
    source = folder / "new"
    program = make_program(source, NEW, only_tells=True)
    filler(source, 40, 64 * 2**10)
    update = make_update(folder / "stick", program)
    rig = Rig(folder, base, source, update, forms_of(OLD, folder), {})
    os.environ[FOLDER_VARIABLE] = str(folder / "desk" / "programs")
    rig.begin()
    store = SqliteStore(rig.data, KEY)
    with store.snapshot() as connection:
        rig.rows = count_rows(connection)
    store.close()
    return rig


def run(rig: Rig, times: int) -> Counter[str]:
    """At least so many kills."""
    number = 0
    while rig.found["kills"] < times:
        rig.cycle(number % 3)
        number += 1
    return rig.found


def cut(rig: Rig, cuts: int) -> Counter[str]:
    """Install, upgrade and go back once, and judge what so many power cuts would have left."""
    rig.begin()
    before, log, desk = rig.folder / "before", rig.folder / "strace.log", rig.folder / "desk"
    shutil.copytree(desk, before)
    command = [sys.executable, "-m", "tests.rigs.update", "--deeds", str(rig.folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "app")))}
    subprocess.run([*watched_by_strace(log), *command], check=True, env=environment, cwd=ROOT)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as left:
        for one in power_cuts(read_recording(log, desk), before, desk, Path(left), cuts, 11):
            found[rig.judge(one.folder) or "cuts: right"] += 1
    return found


def do_all(folder: Path) -> None:
    """What is recorded: everything that an update does to the disk, and the way back."""
    rig = Rig(
        folder,
        Program(OLD, str(folder / "Dosar")),
        folder / "new",
        next((folder / "stick").iterdir()),
        folder / "forms",
        {},
    )
    for deed in (install, upgrade, back):
        deed(rig, lambda: None)


def main() -> int:
    """Print what was found; 1 where anything was half or lost."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=200)
    arguments.add_argument("--cuts", type=int, default=0)
    arguments.add_argument("--deeds", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.deeds is not None:
        do_all(asked.deeds)
        return 0
    clean_up_when_ended()
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        rig = new_rig(Path(folder))
        found = run(rig, asked.times)
        if asked.cuts:
            found += cut(rig, asked.cuts)
    for what, times in sorted(found.items()):
        print(f"{what}: {times}")
    return 1 if any(found[wrong] for wrong in WRONG) else 0


if __name__ == "__main__":
    sys.exit(main())
