"""A demo is what was filled with invented people and started as a demo: never an organisation."""

from pathlib import Path

import pytest

from dosar.access.organisation.settings import Organisation, is_marked_as_demo, mark_as_demo
from dosar.access.services import AccessServices
from dosar.cli.demo import DEMO_ORGANISATION_NAME
from dosar.cli.first_start import is_demo
from dosar.cli.main import main
from dosar.cli.runtime import is_demo_database, mark_older_demo
from dosar.database.store_errors import StoreError
from tests.access.conftest import Office
from tests.databases import fresh_place
from tests.filled import filled_place, opened_at


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


def test_the_accounts_of_the_demo_open_no_organisation(tmp_path: Path) -> None:
    place = filled_place("sqlite")
    with fresh_place("sqlite", tmp_path, place) as copy:
        with pytest.raises(StoreError, match="--demo"), opened_at(copy, tmp_path, demo=False):
            pass
        with opened_at(copy, tmp_path, demo=True) as app:
            assert is_demo(app)


def test_an_organisation_is_no_demo_however_it_is_started(office: Office) -> None:
    assert not is_demo_database(office.services.store)
    with office.app.app_context(), office.services.store.writing():
        office.services.update_organisation(Organisation(DEMO_ORGANISATION_NAME, "ro"))
    assert is_demo_database(office.services.store), "one filled before demos were marked"


@pytest.mark.parametrize("outside", ["--address", "DATABASE_URL"])
def test_the_demo_is_shown_on_this_computer_only(
    outside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/x" if outside == "DATABASE_URL" else "")
    address = ["--address", "https://dosar.exemplu.ro"] if outside == "--address" else []
    assert main(["start", "--no-browser", "--demo", "--data", str(tmp_path), *address]) == 2
    assert outside in capsys.readouterr().err
