"""A share of ``python -m tests.rigs.update``: an update killed on its way, and nothing is half or lost."""

from pathlib import Path

import pytest

from tests.rigs.update import WRONG, new_rig, run


def test_an_update_is_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "desk" / "programs"))
    found = run(new_rig(tmp_path), times=12)
    assert not {wrong: found[wrong] for wrong in WRONG if found[wrong]}
    assert (found["kills"], found["compared"]) == (12, 3)
    assert (found["went back"], found["trial ended"], found["handed back"]) == (1, 1, 1)
