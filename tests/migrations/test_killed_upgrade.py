"""An upgrade that is killed leaves the old forms and answers or the new ones, never half of each."""

import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 40


@pytest.mark.skipif(sys.platform == "win32", reason="killing needs a computer with signals")
def test_forty_kills_leave_old_or_new(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "tests.migrations.kills", str(tmp_path), str(KILLS)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=600,
    )
    assert killed.returncode == 0, killed.stderr
    found = killed.stdout.split()
    assert len(found) == KILLS
    assert set(found) <= {"old", "new"}
