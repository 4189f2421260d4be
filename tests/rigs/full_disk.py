"""``python -m tests.rigs.full_disk [--rooms N] [--of WORK …] [--on FOLDER]``: a disk that is full but for any room.

What a back-up, a restore, an update and the way back leave behind there. ``--of`` names some of them.

Each is done on a disk of its own with so much room and no more: none at all, a share of what is needed, and, page by
page, a little less than is just enough; nobody looks beforehand whether there is room, as if somebody else took it
meanwhile. Either it is done, or a sentence says that the disk is full, the data are the old and open, and nothing lies
about that takes the little room there is. Then room is made, and it is done.

``--on`` names a disk that is mounted already; of another kind perhaps, and of at least 32 MB.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dosar.backups.restoring.restore import finish_interrupted
from dosar.database.store_errors import StoreError
from dosar.long_work import disk_room
from tests.backups.offices import NIGHT, Office
from tests.rigs import backup, update
from tests.rigs.ending import clean_up_when_ended
from tests.small_disk import small_disk

SIZE = 32 * 2**20
PAGE = 4096
LEFTOVERS = (".restoring", ".backup-*", ".before-update*", "versions/.*", ".*.json.*", "restore-begun.json")
"""What nothing that has failed may leave behind."""
DONE, FULL = "done", "full"
"""How a deed has ended; anything else is its error."""
WRONG = ("half", "lost", "left", "no sentence", "not done with room")
ROOM_WORDS = "room"
Work = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class Deed:
    """Something that somebody does on the disk."""

    name: str
    work: Work
    judge: Callable[[Path], str]
    """What is wrong with what lies in the folder, where this has been done or not; nothing if nothing is."""


@dataclass
class Rig:
    """A disk, and what lies on it before each deed."""

    disk: Path
    aside: Path
    """A folder elsewhere."""
    rooms: int
    grain: int = PAGE
    """Bytes between two rooms, where it is found out how much is just enough."""
    found: Counter[str] = field(default_factory=Counter)

    @property
    def desk(self) -> Path:
        """What is looked at."""
        return self.disk / "desk"

    def sweep(self, deed: Deed) -> None:
        """Do it with so many rooms that are not enough, as many that are almost, and one that is; what it made of the
        disk with enough of it stays for the next deed."""
        shutil.copytree(self.desk, self._before(deed.name))
        enough = self._enough(deed)
        shares = {enough * number // self.rooms // PAGE * PAGE for number in range(self.rooms)}
        for room in sorted(shares | {max(enough - self.grain * number, 0) for number in range(1, self.rooms + 1)}):
            self._do(deed, room)
        self._do(deed, enough)

    def lay_out(self, name: str) -> None:
        """The disk as it was before this deed."""
        (self.disk / "filler").unlink(missing_ok=True)
        shutil.rmtree(self.desk, ignore_errors=True)
        shutil.copytree(self._before(name), self.desk)

    def _before(self, name: str) -> Path:
        return self.aside / f"before-{name}"

    def _enough(self, deed: Deed) -> int:
        """The least room with which it is done."""
        self.lay_out(deed.name)
        least, most = 0, _free_bytes(self.disk) // self.grain
        while least < most:
            middle = (least + most) // 2
            if self._do(deed, middle * self.grain):
                most = middle
            else:
                least = middle + 1
        return most * self.grain

    def _do(self, deed: Deed, room: int) -> bool:
        self.lay_out(deed.name)
        ended = outcome(deed.work, partial(fill, self.disk, room))
        left = [] if ended == DONE else [str(each) for form in LEFTOVERS for each in self.desk.rglob(form)]
        (self.disk / "filler").unlink(missing_ok=True)
        self._note(deed, room, "left" if left else "", ended, left)
        if ended not in (DONE, FULL):
            self._note(deed, room, "no sentence", ended)
        self._note(deed, room, deed.judge(self.desk), ended)
        again = outcome(deed.work, nothing)
        self._note(deed, room, deed.judge(self.desk) or ("" if again == DONE else "not done with room"), again)
        self.found[f"{deed.name}: {ended if ended in (DONE, FULL) else 'other'}"] += 1
        return ended == DONE

    def _note(self, deed: Deed, room: int, wrong: str, *what: object) -> None:
        if wrong:
            self.found[wrong] += 1
            print(f"{deed.name} with {room} bytes: {wrong}:", *what, file=sys.stderr, flush=True)


def _free_bytes(disk: Path) -> int:
    told = os.statvfs(disk)
    return told.f_bavail * told.f_frsize


def fill(disk: Path, room: int) -> None:
    """Leave so many bytes on the disk."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        while (left := _free_bytes(disk) - room) > 0:
            try:
                filler.write(bytes(min(left, 2**20)))
            except OSError:  # a disk that keeps something for itself
                break
        os.fsync(filler.fileno())


def nothing() -> None:
    """Leave the disk as it is."""


def outcome(work: Work, ready: Callable[[], None]) -> str:
    """Do it in a process of its own; how it ended."""
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tells, _ended(work, ready).encode()[:PAGE])
        os._exit(0)
    os.close(tells)
    with os.fdopen(hears, "rb") as told:
        said = told.read().decode()
    status = os.waitpid(child, 0)[1]
    return said or f"killed by signal {status}"


def _ended(work: Work, ready: Callable[[], None]) -> str:
    try:
        work(ready)
    except StoreError as trouble:
        return FULL if ROOM_WORDS in str(trouble) or "disk" in str(trouble) else repr(trouble)
    except BaseException as error:
        return repr(error)
    return DONE


def sweep_restore(rig: Rig) -> None:
    """A back-up takes the place of other data of the same organisation."""
    source = backup.new_rig(rig.aside / "restore")
    office = replace(source.office, data=rig.desk / "data")
    shutil.copytree(source.pristine, office.data)

    def judge(desk: Path) -> str:
        finish_interrupted(desk / "data")
        cases = backup.cases_in(desk / "data")
        if cases not in (backup.OLD, backup.NEW):
            return "half"
        kept = [*(desk / "data").glob("before-restore/*")]
        is_kept = cases == backup.OLD or backup.OLD in [backup.cases_in(each) for each in kept]
        return "" if is_kept else "lost"

    for name, at_swap in (("put in place", True), ("restore", False)):
        rig.sweep(Deed(name, partial(backup.restore, source.backup, office, at_swap), judge))
        rig.lay_out(name)


def sweep_backup(rig: Rig) -> None:
    """A back-up is made where the disk of the data is full, and where the stick is."""
    source = backup.new_rig(rig.aside / "backup")
    stick = rig.desk / "stick"
    by_data = replace(source.office, data=rig.desk / "data", stick=rig.aside / "stick")
    shutil.copytree(source.pristine, by_data.data)
    by_stick = replace(source.office, stick=stick)
    for folder in (stick, by_data.stick):
        folder.mkdir()
    for name, office in (("back up", by_data), ("back up to a full stick", by_stick)):
        rig.sweep(Deed(name, partial(backup.make, office, NIGHT), partial(_judge_backup, office)))


def _judge_backup(office: Office, desk: Path) -> str:
    if backup.cases_in(office.data) != backup.OLD:
        return "lost"
    return "" if all(backup.is_whole(file) for file in office.stick.iterdir()) else "half"


def sweep_update(rig: Rig) -> None:
    """A version is installed, opens the data, and somebody goes back; or its good day is over."""
    (rig.aside / "update").mkdir()
    desk = replace(update.new_rig(rig.aside / "update"), folder=rig.disk)
    desk.begin()
    for name, work in (("install", update.install), ("upgrade", update.upgrade)):
        rig.sweep(Deed(name, partial(work, desk), desk.judge))
    rig.sweep(Deed("back", partial(update.back, desk), desk.judge))
    rig.lay_out("back")
    rig.sweep(Deed("end", partial(update.end, desk), desk.judge))


SWEEPS = {"backup": sweep_backup, "restore": sweep_restore, "update": sweep_update}


def sweep_all(disk: Path, works: Iterable[str], rooms: int, grain: int) -> Counter[str]:
    """Each of these, on the disk that is mounted there."""
    found: Counter[str] = Counter()
    disk_room.SPARE_BYTES = -SIZE  # it never looks beforehand
    for work in works:
        with tempfile.TemporaryDirectory() as aside:
            rig = Rig(disk, Path(aside), rooms, grain)
            SWEEPS[work](rig)
            found += rig.found
        shutil.rmtree(rig.desk)
    return found


def command(works: Iterable[str], rooms: int, grain: int) -> str:
    """What is typed for it."""
    return f"{sys.executable} -m tests.rigs.full_disk --of {' '.join(works)} --rooms {rooms} --grain {grain}"


def main() -> int:
    """Print what was found; 1 where anything was half, lost or left behind."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rooms", type=int, default=40)
    arguments.add_argument("--of", nargs="+", choices=SWEEPS, default=[*SWEEPS])
    arguments.add_argument("--grain", type=int, default=PAGE, help=argparse.SUPPRESS)
    arguments.add_argument("--on", type=Path)
    asked = arguments.parse_args()
    if asked.on is None:
        with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk", SIZE) as disk:
            return disk.run(f"{command(asked.of, asked.rooms, asked.grain)} --on {disk.folder} >&2")
    clean_up_when_ended()
    found = sweep_all(asked.on, asked.of, asked.rooms, asked.grain)
    for what, times in sorted(found.items()):
        print(f"{what}: {times}")
    return 1 if any(found[wrong] for wrong in WRONG) else 0


if __name__ == "__main__":
    sys.exit(main())
