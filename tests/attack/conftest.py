"""An organisation to attack, and the walk of the roles a file names in ``ROLES``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import memory
from tests.attack.organisation import Planted, opened_again, planted_place
from tests.attack.walk import Walk, Walked
from tests.databases import fresh_place
from tests.lasting import Lasting, lasting


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walked" in metafunc.fixturenames:
        metafunc.parametrize("walked", metafunc.module.ROLES, indirect=True, scope="module")


@contextmanager
def planted_on(database: str, folder: Path) -> Iterator[Planted]:
    """The organisation, in a copy of its database."""
    like, kept = planted_place(database)
    with fresh_place(database, folder, like) as place:
        planted = opened_again(place, place.data or folder, kept)
        yield planted
        planted.repository.store.close()


@pytest.fixture(scope="session")
def lasting_organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lasting[Planted]]:
    """The organisation on a database of this kind, opened once, and its data as they were then."""
    with lasting(lambda database: planted_on(database, tmp_path_factory.mktemp("walk"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def organisation(
    request: pytest.FixtureRequest,
    lasting_organisation: Lasting[Planted],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Planted]:
    """In the file's ``DATABASE``: what its tests change is put back. Only one file asks for PostgreSQL."""
    if getattr(request.module, "DATABASE", "sqlite") != "sqlite":
        with planted_on(request.module.DATABASE, tmp_path_factory.mktemp("walk")) as planted:
            yield planted
        return
    planted, photograph = lasting_organisation("sqlite")
    memory.keep_what_is_there()  # as the running application does
    yield planted
    photograph.put_back()


@pytest.fixture(scope="module")
def walk(request: pytest.FixtureRequest, organisation: Planted) -> Iterator[Walk]:
    """Somebody to walk through the file's ``SHARE`` of the organisation."""
    walking = Walk(organisation, getattr(request.module, "SHARE", 1))
    yield walking
    walking.close()


@pytest.fixture(scope="module")
def walked(walk: Walk, request: pytest.FixtureRequest) -> Walked:
    """What came of one role's walk."""
    return walk.all_of(request.param)
