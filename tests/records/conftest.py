"""The office that the stories of this folder are told about, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import Place, fresh_place
from tests.records.offices import Filled, Office, filled_office, office_like
from tests.records.used import Used, used_in


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Filled]]:
    """The small organisation in a database of this kind, made once, to be copied."""
    with ExitStack() as kept:
        yield cache(lambda database: kept.enter_context(filled_office(database, tmp_path_factory.mktemp("office"))))


@pytest.fixture
def place(
    request: pytest.FixtureRequest,
    database: str,
    tmp_path: Path,
    offices: Callable[[str], Filled],
) -> Iterator[Place]:
    """An empty database, or for a story about the organisation a copy of its own."""
    like = offices(database).place if "office" in request.fixturenames else None
    with fresh_place(database, tmp_path, like) as made:
        yield made


@pytest.fixture
def office(store: Store, database: str, offices: Callable[[str], Filled]) -> Iterator[Office]:
    """A small organisation; nobody in particular looks at its records, so nothing is seen."""
    with office_like(offices(database), store) as opened:
        yield opened


@pytest.fixture
def trusted(office: Office) -> Iterator[Office]:
    """The same, with every right: for stories that are not about who may do what."""
    with acting_as(SYSTEM_SCOPE):
        yield office


@pytest.fixture
def used(office: Office) -> Used:
    """An organisation that sheets of Ana's and of Maria's case point to."""
    return used_in(office)
