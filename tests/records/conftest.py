"""The cabinet that the stories of this folder are told about, on both databases."""

from collections.abc import Iterator

import pytest

from app.records.scope import SYSTEM, acting_as
from app.records.store import Store
from tests.records.cabinets import Office, office_in


@pytest.fixture
def office(store: Store) -> Iterator[Office]:
    """A small organisation; nobody in particular stands before its cabinet, so nothing is seen."""
    with office_in(store) as opened:
        yield opened


@pytest.fixture
def trusted(office: Office) -> Iterator[Office]:
    """The same, with every right: for stories that are not about who may do what."""
    with acting_as(SYSTEM):
        yield office
