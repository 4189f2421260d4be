"""An organisation to attack, and the walk of the roles a file names in ``ROLES``."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dosar import shipped_folder
from tests.attack.organisation import plant
from tests.attack.walk import Walk, Walked
from tests.databases import fresh_place

MEMORY = Path("/dev/shm")
"""Where a computer has it, a folder that lies in memory: how fast the disc is, is no part of the walk."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walked" in metafunc.fixturenames:
        metafunc.parametrize("walked", metafunc.module.ROLES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def walk(request: pytest.FixtureRequest) -> Iterator[Walk]:
    """The organisation, in the database the file names in ``DATABASE``, and somebody to walk through it."""
    fast = MEMORY if os.access(MEMORY, os.W_OK) else None
    database = getattr(request.module, "DATABASE", "sqlite")
    with (
        tempfile.TemporaryDirectory(prefix="dosar-walk-", dir=fast, ignore_cleanup_errors=True) as folder,
        fresh_place(database, Path(folder)) as place,
    ):
        walking = Walk(plant(place, place.data or Path(folder), shipped_folder("forms")))
        yield walking
        walking.close()


@pytest.fixture(scope="module")
def walked(walk: Walk, request: pytest.FixtureRequest) -> Walked:
    """What came of one role's walk."""
    return walk.all_of(request.param)
