"""An organisation to attack, and the walk of the roles a file names in ``ROLES``."""

import gc
from collections.abc import Iterator

import pytest

from tests.attack.organisation import opened_again, planted_place
from tests.attack.walk import Walk, Walked
from tests.databases import fresh_place


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walked" in metafunc.fixturenames:
        metafunc.parametrize("walked", metafunc.module.ROLES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The organisation, in the file's ``DATABASE``, and somebody to walk through its ``SHARE`` of it."""
    folder = tmp_path_factory.mktemp("walk")
    database = getattr(request.module, "DATABASE", "sqlite")
    like, kept = planted_place(database)
    with fresh_place(database, folder, like) as place:
        walking = Walk(opened_again(place, place.data or folder, kept), getattr(request.module, "SHARE", 1))
        gc.collect()
        gc.freeze()  # as the running application does
        yield walking
        walking.close()
    gc.unfreeze()


@pytest.fixture(scope="module")
def walked(walk: Walk, request: pytest.FixtureRequest) -> Walked:
    """What came of one role's walk."""
    return walk.all_of(request.param)
