"""The clock on the wall is the organisation's, whatever the machine's is set to."""

import re
import time
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from dosar.access.appbuilder.install import create_access_tables
from dosar.access.i18n.languages import request_reading
from dosar.access.organisation.settings import Organisation, read_organisation, save_organisation
from dosar.access.organisation.time_zones import local_day, local_midnight, local_time, time_zone_names, time_zone_of
from dosar.database.store import Store
from dosar.pages.formatting import moment_text
from tests.access.conftest import Office

BUCHAREST = time_zone_of(None, "RO")


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine set to another zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [
        (datetime(2026, 3, 29, 0, 59), datetime(2026, 3, 29, 2, 59)),
        (datetime(2026, 3, 29, 1, 0), datetime(2026, 3, 29, 4, 0)),
        (datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 3, 30)),
        (datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 3, 30)),
        (datetime(2026, 10, 25, 2, 0), datetime(2026, 10, 25, 4, 0)),
    ],
)
def test_the_clock_is_put_forward_and_back(stamp: datetime, shown: datetime) -> None:
    assert local_time(stamp, BUCHAREST) == shown


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 22)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 21)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 21)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 22)),
    ],
)
def test_a_day_begins_at_its_own_midnight(day: date, begins: datetime) -> None:
    assert local_midnight(day, BUCHAREST) == begins
    assert local_day(begins, BUCHAREST) == day


@pytest.mark.parametrize(
    ("zone", "country", "name"),
    [
        (None, None, "Europe/Bucharest"),
        (None, "RO", "Europe/Bucharest"),
        (None, "MD", "Europe/Chisinau"),
        ("Europe/Lisbon", "MD", "Europe/Lisbon"),
        ("Mars/Olympus", "RO", "Europe/Bucharest"),
    ],
)
def test_the_zone_is_that_of_the_country_unless_another_is_chosen(
    store: Store,
    zone: str | None,
    country: str | None,
    name: str,
) -> None:
    with store.writing() as session:
        create_access_tables(session.connection())
        save_organisation(session, Organisation("Pragul Nou", "ro", country, zone))
    kept = read_organisation(store.session)
    assert kept.time_zone == zone and kept.zone.key == name


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("stamp", "day", "shown"),
    [
        (datetime(2026, 11, 22, 21, 59), date(2026, 11, 22), "22.11.2026, 23:59"),
        (datetime(2026, 11, 22, 22, 0), date(2026, 11, 23), "23.11.2026, 00:00"),
        (datetime(2026, 3, 29, 21, 0), date(2026, 3, 30), "30.03.2026, 00:00"),
        (datetime(2026, 10, 25, 21, 30), date(2026, 10, 25), "25.10.2026, 23:30"),
    ],
)
def test_today_and_times_are_the_organisation_s(office: Office, stamp: datetime, day: date, shown: str) -> None:
    office.clock.moment = stamp
    with office.app.test_request_context("/"):
        office.app.preprocess_request()
        assert (request_reading().today, moment_text(stamp)) == (day, shown)


def test_an_administrator_chooses_the_zone(office: Office) -> None:
    office.clock.moment = datetime(2026, 11, 22, 23, 30)
    answers = {"organisation": "Pragul Nou", "language": "ro", "country": "MD", "time_zone": "Europe/Lisbon"}
    assert office.signed_in("administrator").post("/organisation", at="/organisation", **answers).status_code == 303
    with office.app.test_request_context("/"):
        assert request_reading().today == date(2026, 11, 22)
    page = office.signed_in("administrator").get("/organisation").text
    assert re.search(r'<option value="Europe/Lisbon" selected>', page)
    assert re.search(r"<legend [^>]*>Country</legend>.*>That of the country chosen above</option>", page, re.DOTALL)
    answers["time_zone"] = "Mars/Olympus"
    assert office.signed_in("administrator").post("/organisation", at="/organisation", **answers).status_code == 422


def test_a_machine_without_zones_has_them_too() -> None:
    zoneinfo.reset_tzpath([])
    try:
        assert zoneinfo.ZoneInfo.no_cache("Europe/Chisinau").utcoffset(datetime(2026, 7, 1)) == timedelta(hours=3)
    finally:
        zoneinfo.reset_tzpath()


def test_romania_and_moldova_are_offered_first() -> None:
    assert list(time_zone_names()[:2]) == ["Europe/Bucharest", "Europe/Chisinau"]
    assert len(time_zone_names()) == len(set(time_zone_names())) > 40
