"""The test of the test: whatever protection is taken away, the walk notices, and says what it is.

That the same cells are clean while it stands, the whole walk says.
"""

import pytest

from tests.attack.holes import HOLES, Hole, dug
from tests.attack.walk import Walk


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.says)
def test_a_hole_is_noticed(walk: Walk, hole: Hole) -> None:
    walk.turns.prepare(hole.where)
    with dug(hole, walk.planted):
        noticed = walk.go(hole.where, stop_at=1).violations
    assert hole.noticed in " ".join(map(str, noticed))
