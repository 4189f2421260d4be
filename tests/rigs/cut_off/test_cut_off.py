"""A part of what ``python -m tests.rigs.kill9`` and ``python -m tests.rigs.power`` do for hours, at every run."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs.cut_off.lost_power import MODES, Disk, power_cuts
from tests.rigs.cut_off.recording import Done, read_recording, watched_by_strace
from tests.rigs.cut_off.running import founded
from tests.rigs.kill9 import Killed, kill_often
from tests.rigs.power import DEEDS, cut_power

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="power cuts are not tested: no strace here")
KEEPING = """
import sqlite3, sys
kept = sqlite3.connect(sys.argv[1] + "/kept.db", isolation_level=None)
kept.execute("PRAGMA journal_mode=WAL")
kept.execute(f"PRAGMA synchronous={sys.argv[2]}")
kept.execute("CREATE TABLE said (word TEXT)")
for number in range(20):
    kept.execute("INSERT INTO said VALUES (?)", (number,))
    open(sys.argv[1] + f"/told-{number}", "w").close()
"""
"""Tells by a file that a word is kept."""


@pytest.mark.skipif(sys.platform == "win32", reason="killing needs a computer with signals")
def test_a_killed_program_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    came = Killed()
    kill_often(founded(tmp_path, workers=3), came, times=1, most_told=9)
    assert came.kills == 1 and came.acknowledged.total() > 0
    assert came.found.examples == []


@needs_strace
def test_a_cut_in_an_upgrade_leaves_the_old_forms_or_the_new_ones() -> None:
    [deed] = [deed for deed in DEEDS if deed.name == "upgrade"]
    came = cut_power(deed, cuts=6, seed=random.randrange(10**6))
    assert came.wrong == []
    assert came.cuts == dict.fromkeys(MODES, 2)


def words_lost(folder: Path, synchronous: str) -> int:
    """How many cuts lost a word that was told to be kept."""
    root, before, log = folder / "root", folder / "before", folder / "log"
    for empty in (root, before):
        empty.mkdir(parents=True)
    command = [*watched_by_strace(log), sys.executable, "-c", KEEPING, str(root), synchronous]
    subprocess.run(command, check=True)
    recording = list(read_recording(log, root))
    told = [done.moment for done in recording if done.kind == "create" and "/told-" in done.path]
    assert len(told) == 20
    lost = 0
    for cut in power_cuts(recording, before, root, folder, cuts=60, seed=7):
        lost += _words_in(cut.folder) < sum(moment < cut.moment for moment in told)
    return lost


def _words_in(folder: Path) -> int:
    import sqlite3

    try:
        kept = sqlite3.connect(folder / "kept.db")
        try:
            return int(kept.execute("SELECT count(*) FROM said").fetchone()[0])
        finally:
            kept.close()
    except sqlite3.OperationalError:  # not even the table
        return 0


@needs_strace
def test_the_rig_notices_what_is_not_synced(tmp_path: Path) -> None:
    """The test of the test: SQLite as it usually is set loses words in a cut, and as Dosar sets it none."""
    assert words_lost(tmp_path / "full", "FULL") == 0
    assert words_lost(tmp_path / "normal", "NORMAL") > 10


def test_a_disk_keeps_only_what_was_synced(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    root = Path("/there")

    def left(*done: tuple[str, str, str, bytes]) -> dict[str, bytes | None]:
        disk = Disk(tmp_path, root)
        for kind, path, to, content in done:
            disk.do(Done(0, kind, f"/there{path}", f"/there{to}" if to else "", content=content))  # type: ignore[arg-type]
        found = disk.left("lost", random.Random(1))
        return {path[6:]: content for path, content in found.items() if path != "/there"}

    new = ("create", "/new", "", b""), ("write", "/new", "", b"words")
    file, folder = (
        (("sync", "/new", "", b""), ("synced", "/new", "", b"")),
        (("sync", "", "", b""), ("synced", "", "", b"")),
    )
    assert left(*new) == {"/old": b"old"}
    assert left(*new, *file) == {"/old": b"old"}, "its name was not synced"
    assert left(*new, *folder) == {"/old": b"old", "/new": b""}, "what stands in it was not synced"
    assert left(*new, *file, *folder) == {"/old": b"old", "/new": b"words"}
    renamed = ("rename", "/new", "/old", b"")
    assert left(*new, *file, *folder, renamed) == {"/old": b"old", "/new": b"words"}
    assert left(*new, *file, renamed, *folder) == {"/old": b"words"}
    assert left(*new, *file, renamed, ("sync", "", "", b"")) == {"/old": b"old"}, "the sync did not come back"
