"""A demo is what was filled with invented people and started as a demo: never an organisation."""

import pytest

from dosar.access.services import AccessServices
from dosar.access.settings import Organisation, is_marked_as_demo, mark_as_demo
from dosar.cli.demo import DEMO_ORGANISATION_NAME
from dosar.cli.runtime import mark_older_demo
from tests.access.conftest import Office


def test_an_organisation_that_is_started_as_a_demo_is_none(office: Office) -> None:
    services = AccessServices(office.services.store, office.services.definition, in_demo_mode=True)
    assert not services.is_demo()


@pytest.mark.parametrize("in_demo_mode", [True, False])
def test_a_database_of_invented_people_is_a_demo_only_when_it_is_started_as_one(
    office: Office, in_demo_mode: bool
) -> None:
    with office.services.store.writing() as session:
        mark_as_demo(session)
    services = AccessServices(office.services.store, office.services.definition, in_demo_mode=in_demo_mode)
    assert services.is_demo() == in_demo_mode


@pytest.mark.parametrize(("name", "is_one"), [(DEMO_ORGANISATION_NAME, True), ("Asociația", False)])
def test_a_demo_of_the_time_before_the_mark_is_known_by_its_name(office: Office, name: str, is_one: bool) -> None:
    with office.app.app_context(), office.services.store.writing() as session:
        office.services.update_organisation(Organisation(name, "ro"))
    mark_older_demo(office.services.store)
    with office.services.store.writing() as session:
        assert is_marked_as_demo(session) == is_one
