"""A share of ``python -m tests.rigs.full_disk``: a restore, an update and the way back on a full disk."""

import os
import re
from pathlib import Path

from tests.rigs.full_disk import SIZE, WRONG, command
from tests.small_disk import small_disk

ROOT = Path(__file__).parents[2]
DEEDS = ("restore", "put in place", "install", "upgrade", "back")


def test_a_full_disk_changes_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    told = tmp_path / "told"
    path = os.pathsep.join((str(ROOT), str(ROOT / "app")))
    with small_disk(tmp_path / "disk", SIZE) as disk:
        share = f"{command(['restore', 'update'], rooms=1, grain=2**20)} --on {disk.folder} > {told} 2>&1"
        status = disk.run(f"cd {ROOT}; PYTHONPATH={path} {share}")
    found = {what: int(times) for what, times in re.findall(r"^(.+): (\d+)$", told.read_text(), re.MULTILINE)}
    assert status == 0 and not found.keys() & {*WRONG}, told.read_text()
    assert all(found[f"{deed}: done"] and found[f"{deed}: full"] for deed in DEEDS), found
