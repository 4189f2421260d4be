"""A share of ``python -m tests.rigs.backup``: killed, cut and turned, and nothing is lost, half or wrongly verified."""

from pathlib import Path

from tests.rigs.backup import WRONG, new_rig, run


def test_nothing_is_lost_half_or_wrongly_verified(tmp_path: Path) -> None:
    found = run(new_rig(tmp_path), share=40)
    assert not {wrong: found[wrong] for wrong in WRONG if found[wrong]}
    assert found["cut refused"] == found["turned refused"] == 25
    assert found["data as they were"] == found["the old"] + found["the new"] == 5
