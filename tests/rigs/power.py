"""``python -m tests.rigs.power [--cuts N]``: the power goes while sheets are filed, keys changed, a case erased, forms
upgraded.

The real program runs on a real folder, and strace notes all it writes and syncs. Then the power is cut at random
moments of that: the folder is laid out as a disk may hold it (:mod:`tests.rigs.cut_off.lost_power`), opened as the
next start opens it, and compared with what was acknowledged by then. Needs Linux and strace.
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dosar.database.keys.key_check import opens_database
from dosar.database.keys.key_file import key_from_file
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.migrations import kills
from tests.rigs.cut_off.deeds import ERASED_CASE, opened
from tests.rigs.cut_off.kept import look
from tests.rigs.cut_off.lost_power import MODES, Cut, power_cuts
from tests.rigs.cut_off.recording import read_recording, watched_by_strace
from tests.rigs.cut_off.running import founded, started
from tests.rigs.cut_off.writers import NEW, TYPED, AtWork, Told, Writer, hired
from tests.rigs.ending import clean_up_when_ended
from tests.waiting import is_soon
from tests.whole_run import folder_in_memory

WRITERS = 6
ROOT = Path(__file__).parents[2]
STARTED_EACH = 100
"""After one cut in so many the real program is started, too."""
KEY_PROGRAM = """
import sys
from dosar.database.keys import key_slots
key_slots.USUAL_COST = key_slots.Argon2Cost(1, 1024, 1)  # every cut opens the slots once more
from dosar.cli.main import main
sys.exit(main())
"""
PASSPHRASES = ("patru cuvinte fără rost", "alte patru vorbe goale", "nimic din ce era înainte")
Look = Callable[[Cut], None]
"""Compares what a cut left with what was acknowledged; raises, and asserts, where something is wrong."""


@dataclass
class Deed:
    """Something that is done while the power may go."""

    name: str
    share: int
    """Of a hundred cuts."""
    prepare: Callable[[Path, int], tuple[Callable[[Sequence[str]], None], Look]]
    """In a folder, for so many cuts: what does it under strace, and what looks afterwards."""


@dataclass
class Came:
    """What came of the cuts of one deed."""

    name: str
    cuts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    calls: int = 0

    def line(self) -> str:
        """What was found."""
        modes = ", ".join(f"{count} {mode}" for mode, count in sorted(self.cuts.items()))
        return f"{self.name}\t{self.cuts.total():,} cuts ({modes}) of {self.calls:,} calls\t{len(self.wrong)} wrong"


def cut_power(deed: Deed, cuts: int, seed: int) -> Came:
    """Do it once, and look at what so many cuts leave of it."""
    came = Came(deed.name)
    with tempfile.TemporaryDirectory(prefix="dosar-power-", dir=folder_in_memory()) as kept:
        folder = Path(kept)
        root, before, log = folder / "root", folder / "before", folder / "strace.log"
        root.mkdir()
        do, look_at = deed.prepare(root, cuts)
        shutil.copytree(root, before)
        do(watched_by_strace(log))
        recording = list(read_recording(log, root))
        log.unlink()
        came.calls = len(recording)
        for cut in power_cuts(recording, before, root, folder, cuts, seed):
            came.cuts[cut.mode] += 1
            try:
                look_at(cut)
            except Exception as error:
                came.wrong.append(f"{deed.name}, cut {cut.number}, {cut.mode}: {type(error).__name__}: {error}")
                print(came.wrong[-1], flush=True)
    return came


# --- sheets, corrections and drafts ---------------------------------------------------------------------------


def _filing(root: Path, cuts: int) -> tuple[Callable[[Sequence[str]], None], Look]:
    office = founded(root, WRITERS)
    writers, key = hired(office), key_from_file(office.data, office.key_file)

    def do(under: Sequence[str]) -> None:
        with started(office, under) as running:
            desks = AtWork(writers, running.port)
            is_soon(lambda: sum(len(writer.told) for writer in writers) > cuts, seconds=600)
            desks.stop()

    def look_at(cut: Cut) -> None:
        told = [one for writer in writers for one in writer.told if one.moment < cut.moment]
        drafts = {writer.worker: words for writer in writers if (words := _typed_until(writer, cut.moment))}
        there = replace(office, folder=cut.folder)
        if cut.number % STARTED_EACH == 0:
            with started(there) as running:
                assert running.answers()
        found = look(there, key, told, drafts)
        assert not found.wrong, found.examples[:5]

    return do, look_at


def _typed_until(writer: Writer, moment: float) -> set[str]:
    """What her draft may hold at this moment: what she was told last, or anything later."""
    typed: list[Told] = [one for one in writer.told if one.kind == TYPED]
    before = [at for at, one in enumerate(typed) if one.moment < moment]
    return {*(one.word for one in typed[before[-1] :]), *writer.typing} if before else set()


# --- what opens the data --------------------------------------------------------------------------------------


@dataclass
class _KeyStep:
    """A command about keys: what is typed, and which passphrases open the data while it runs."""

    words: Sequence[str]
    typed: Sequence[str]
    opens: set[str]
    began: float = 0.0


def _changing_keys(root: Path, cuts: int) -> tuple[Callable[[Sequence[str]], None], Look]:
    office = founded(root, 1)
    first, second, third = PASSPHRASES
    steps = [
        _KeyStep(["passphrase"], [first], set()),
        _KeyStep(["passphrase"], [second], {first, second}),
        _KeyStep(["new"], [third], {second, third}),
        _KeyStep(["status"], [], {third}),
    ]

    def do(under: Sequence[str]) -> None:
        for number, step in enumerate(steps):
            step.began = time.time()
            typed = "".join(f"{word}\n{word}\n" for word in step.typed)
            command = [*under[:-1], f"{under[-1]}{number}", sys.executable, "-c", KEY_PROGRAM, "key", *step.words]
            _run([*command, *office.places], office.environment, typed)
        _join(Path(under[-1]), len(steps))

    def look_at(cut: Cut) -> None:
        there = replace(office, folder=cut.folder)
        opens = opens_database(there.data, None)
        key = MasterKeyPlace(there.data, opens, there.key_file).by_itself()
        assert key is not None, "the key file opens nothing"
        found = look(there, key, [], {})
        assert not found.wrong, found.examples
        step = max((step for step in steps if step.began < cut.moment), key=lambda step: step.began)
        typed = [MasterKeyPlace(there.data, opens, there.key_file).by_typing(word) for word in sorted(step.opens)]
        assert not typed or key in typed, "no passphrase opens the data"

    return do, look_at


def _run(command: Sequence[str], environment: Mapping[str, str], typed: str = "") -> None:
    done = subprocess.run(command, input=typed, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _join(log: Path, parts: int) -> None:
    """The recordings of several commands, one after the other."""
    with log.open("wb") as whole:
        for number in range(parts):
            part = Path(f"{log}{number}")
            whole.write(part.read_bytes())
            part.unlink()


# --- an upgrade, and an erasure -------------------------------------------------------------------------------


def _upgrading(root: Path, cuts: int) -> tuple[Callable[[Sequence[str]], None], Look]:
    kills.fill(root, root / "data")
    ended = [0.0]

    def look_at(cut: Cut) -> None:
        found = kills.found_in(cut.folder, cut.folder / "data")
        assert found == "new" or cut.moment < ended[0], "it was told to be new, and is old"

    return _deed("upgrade", root, ended), look_at


def _erasing(root: Path, cuts: int) -> tuple[Callable[[Sequence[str]], None], Look]:
    office = founded(root, 2)
    writers = hired(office)
    with started(office) as running:
        desks = AtWork(writers, running.port)
        is_soon(lambda: sum(one.kind == NEW for writer in writers for one in writer.told) > 8, seconds=600)
        desks.stop()
    whole = _counted(root)
    ended = [0.0]

    def look_at(cut: Cut) -> None:
        found = look(replace(office, folder=cut.folder), key_from_file(root / "data", root / "keys" / "key"), [], {})
        assert not found.wrong, found.examples
        case, sheets = _counted(cut.folder)
        assert (case, sheets) in (whole, (0, 0)), f"half erased: {case} cases, {sheets} sheets of {whole}"
        assert case == 0 or cut.moment < ended[0], "it was told to be erased, and is there"

    return _deed("erase", root, ended), look_at


def _deed(name: str, root: Path, ended: list[float]) -> Callable[[Sequence[str]], None]:
    def do(under: Sequence[str]) -> None:
        around = {**os.environ, "XDG_CONFIG_HOME": str(root / "config"), "PYTHONPATH": f"{ROOT}:{ROOT / 'app'}"}
        _run([*under, sys.executable, "-m", "tests.rigs.cut_off.deeds", name, str(root)], around)
        ended[0] = time.time()

    return do


def _counted(folder: Path) -> tuple[int, int]:
    """How many cases have the number of the erased one, and how many sheets hang on it."""
    repository = opened(folder)
    case: Any = repository.record_class("case")
    visit: Any = repository.record_class("visit")
    try:
        with acting_as(SYSTEM_SCOPE):
            return (
                repository.session.scalar(select(func.count()).where(case.id == ERASED_CASE)) or 0,
                repository.session.scalar(select(func.count()).where(visit.case_id == ERASED_CASE)) or 0,
            )
    finally:
        repository.session.remove()
        repository.store.close()


DEEDS = (
    Deed("filing", 55, _filing),
    Deed("keys", 20, _changing_keys),
    Deed("erasure", 10, _erasing),
    Deed("upgrade", 15, _upgrading),
)


def main() -> int:
    """Fails where anything acknowledged is lost, or anything is half done."""
    parser = argparse.ArgumentParser("tests.rigs.power")
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", choices=[deed.name for deed in DEEDS])
    asked = parser.parse_args()
    clean_up_when_ended()
    wrong = 0
    for deed in DEEDS:
        if asked.only in (None, deed.name):
            came = cut_power(
                deed, asked.cuts if asked.only else max(len(MODES), asked.cuts * deed.share // 100), asked.seed
            )
            print(came.line(), flush=True)
            wrong += len(came.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
