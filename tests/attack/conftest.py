"""An organisation to attack, and the walk of the roles a file names in ``ROLES``."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import shipped
from tests.attack.organisation import plant
from tests.attack.walk import Walk, Walked

MEMORY = Path("/dev/shm")
"""Where a computer has it, a folder that lies in memory: how fast the disc is, is no part of the walk."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walked" in metafunc.fixturenames:
        metafunc.parametrize("walked", metafunc.module.ROLES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """The organisation, and somebody to walk through it."""
    fast = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="dosar-walk-", dir=fast, ignore_cleanup_errors=True) as data:
        walking = Walk(plant(Path(data), shipped("forms")))
        gc.collect()
        gc.freeze()  # as the running application does
        yield walking
        gc.unfreeze()
        walking.close()


@pytest.fixture(scope="module")
def walked(walk: Walk, request: pytest.FixtureRequest) -> Walked:
    """What came of one role's walk."""
    return walk.all_of(request.param)
