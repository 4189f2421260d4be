"""The test of the test: whatever protection is taken away, the walk notices."""

from collections.abc import Iterator

import pytest

from app import shipped
from tests.attack.holes import HOLES, Hole, dug
from tests.attack.organisation import plant
from tests.attack.walk import Walk


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    planted = plant(tmp_path_factory.mktemp("holes"), shipped("forms"))
    yield Walk(planted)
    planted.cabinet.store.close()


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.says)
def test_a_hole_is_noticed(walk: Walk, hole: Hole) -> None:
    with dug(hole, walk.planted):
        noticed = walk.go(hole.where, stop_at=1).violations
    print(f"\n{hole.says}: {noticed[0] if noticed else 'not noticed'}")
    assert noticed != []


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.says)
def test_the_same_cells_are_clean_without_it(walk: Walk, hole: Hole) -> None:
    assert [str(one) for one in walk.go(hole.where).violations] == []
