"""What a worker has sent to herself: how often, where to, and her calendar at a secret address."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy import select

from dosar.access.accounts.users import set_user_active
from dosar.access.login.throttle import ADDRESS_LIMIT, FEED_ADDRESS_LIMIT
from dosar.access.tables import calendar_feed_table, try_table
from dosar.access.worker import worker_for
from dosar.calendars.ical import CalendarReader, write_calendar
from dosar.cli.demo import demo_password
from dosar.language.form import CASE_FORM
from dosar.mail.digest_choice import WEEKLY, read_choice
from dosar.overview.reminders import Reminder
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.days import today_here
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import filed
from tests.pages.test_team import user_id

TODAY = date(2026, 12, 3)
READER = CalendarReader("ro", TODAY, ZoneInfo("Europe/Bucharest"), lambda key: key[::-1])


def post(browser: FlaskClient, to: str, **boxes: Any) -> Any:
    return browser.post(to, data={"csrf_token": token_on(browser.get("/profile/mail").text), **boxes})


def made_address(browser: FlaskClient) -> str:
    """The path of the address that the page shows, once."""
    shown = post(browser, "/profile/calendar").text
    found = re.search(r'id="calendar" value="([^"]+)"', shown)
    assert found and unescape(found[1]) not in browser.get("/profile/mail").text
    return urlsplit(unescape(found[1])).path


def events_in(content: bytes) -> list[Any]:
    """The events, as another library reads them."""
    calendar = vobject.readOne(content.decode())
    return list(getattr(calendar, "vevent_list", ()))


def test_she_chooses_how_often_and_where_to(demo: Demo) -> None:
    browser, session = demo.browser("case_manager"), demo.repository.store.session
    assert "/profile/mail" in browser.get("/profile").text
    refused = post(browser, "/profile/mail", rhythm="weekly", weekday="3", address="ana@")
    assert refused.status_code == 422 and 'value="ana@"' in refused.text
    assert post(browser, "/profile/mail", rhythm="weekly", weekday="3", address="ana@exemplu.ro").status_code == 303
    choice = read_choice(session, user_id(demo, "case_manager"))
    assert (choice.rhythm, choice.weekday, choice.address) == (WEEKLY, 3, "ana@exemplu.ro")
    assert post(browser, "/profile/mail", rhythm="never", weekday="0").status_code == 303
    assert read_choice(session, user_id(demo, "case_manager")).address == "", "nothing is kept of who wants nothing"
    session.remove()


def test_a_calendar_shows_what_is_due_and_names_nobody(demo: Demo) -> None:
    address = made_address(demo.browser("case_manager"))
    stranger = demo.app.test_client()
    answer = stranger.get(address)
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "private, no-cache"
    found = events_in(answer.data)
    assert len(found) > 5 and all("DEMO-" in event.summary.value for event in found)
    assert len({event.uid.value for event in found}) == len(found)
    kept: Any = demo.repository.record_class(CASE_FORM)
    with acting_as(SYSTEM_SCOPE):
        rows = demo.repository.session.execute(select(kept.last_name, kept.first_name)).all()
    demo.repository.session.remove()
    names = {name for row in rows for name in row if name}
    assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", answer.text)]
    again = stranger.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    fewer = stranger.get(made_address(demo.browser("volunteer")))
    assert {event.uid.value for event in events_in(fewer.data)} < {event.uid.value for event in found}
    accountant = stranger.get(made_address(demo.browser("accountant")))
    assert "DEMO-" not in accountant.text


def test_what_is_not_hers_is_told_in_the_calendar_without_a_name(demo: Demo) -> None:
    def told(role: str) -> set[tuple[str, bool]]:
        found = events_in(demo.app.test_client().get(made_address(demo.browser(role))).data)
        words = ("pentru un coleg", "fără responsabil")
        ends = [(event.summary.value.rpartition(" · ")[2], event.categories.value[-1]) for event in found]
        return {(end if end in words else "", end == category) for end, category in ends}

    assert told("case_manager") >= {("pentru un coleg", True), ("", False)}
    assert ("fără responsabil", True) in told("coordinator")


def test_an_address_is_kept_as_a_digest_and_opens_nothing_once_it_is_ended(demo: Demo) -> None:
    browser, stranger = demo.browser("social_worker"), demo.app.test_client()
    first, second = made_address(browser), made_address(browser)
    word = second.removeprefix("/calendar/").removesuffix(".ics")
    with demo.repository.store.snapshot() as connection:
        assert word not in str(connection.execute(select(calendar_feed_table)).all())
    assert stranger.get(first).status_code == 404 and stranger.get(second).status_code == 200
    assert post(browser, "/profile/calendar/end").status_code == 303
    assert stranger.get(second).status_code == 404


def test_an_administrator_ends_it_and_so_does_the_end_of_the_account(demo: Demo) -> None:
    browser, administrator, stranger = demo.browser("lawyer"), demo.browser("administrator"), demo.app.test_client()
    hers, address = user_id(demo, "lawyer"), made_address(browser)
    page = f"/users/{hers}"
    assert f"{page}/calendar/end" in administrator.get(page).text
    token = token_on(administrator.get(page).text)
    assert administrator.post(f"{page}/calendar/end", data={"csrf_token": token}).status_code == 303
    assert stranger.get(address).status_code == 404 and "/calendar/end" not in administrator.get(page).text
    address = made_address(browser)
    services = demo.app.extensions["dosar_access"]
    with demo.app.app_context():
        by = worker_for(services, user_id(demo, "administrator"))
        set_user_active(services, by, hers, False)
        set_user_active(services, by, hers, True)
    assert stranger.get(address).status_code == 404, "also when she comes back"


def test_whoever_guesses_waits(demo: Demo) -> None:
    stranger, address = demo.app.test_client(), made_address(demo.browser("psychologist"))
    guesses = [f"/calendar/guess{number}.ics" for number in range(FEED_ADDRESS_LIMIT.free_tries + 2)]
    answers = [stranger.get(guess).status_code for guess in guesses]
    assert answers[0] == 404 and answers[-1] == 429
    assert stranger.get(address).status_code == 429, "nobody learns meanwhile that a word is right"
    with demo.repository.store.writing() as session:
        session.execute(try_table.delete())
    assert [stranger.get(address).status_code for _ in range(40)] == [200] * 40, "a right one is no guess"


def test_a_calendar_set_up_wrongly_keeps_nobody_of_the_office_out(demo: Demo) -> None:
    """Behind one address of the internet sit the program that goes on asking and whoever wants to sign in."""
    office, address = demo.app.test_client(), made_address(demo.browser("doctor"))
    assert [office.get("/calendar/ended.ics").status_code for _ in range(8)] == [404] * 5 + [429] * 3
    assert office.get(address).status_code == 200, "an ended address alone closes no other"
    for number in range(FEED_ADDRESS_LIMIT.free_tries):
        office.get(f"/calendar/wrong{number}.ics")
    assert office.get(address).status_code == 429
    assert tried_to_sign_in(office, "doctor", demo_password("doctor")) == 303
    with demo.repository.store.writing() as session:
        session.execute(try_table.delete())
    for number in range(ADDRESS_LIMIT.free_tries + 1):
        refused = tried_to_sign_in(demo.app.test_client(), f"nobody{number}", "x")
    assert refused == 429 and office.get(address).status_code == 200


def tried_to_sign_in(browser: FlaskClient, user_name: str, password: str) -> int:
    answers = {"user_name": user_name, "password": password, "csrf_token": token_on(browser.get("/sign-in").text)}
    return browser.post("/sign-in", data=answers).status_code


@pytest.mark.parametrize(
    ("hours", "begins", "ends"),
    [
        ("14:30", datetime(2026, 12, 4, 12, 30), datetime(2026, 12, 4, 13, 30)),
        ("14:30–16:15", datetime(2026, 12, 4, 12, 30), datetime(2026, 12, 4, 14, 15)),
        ("14:30-9:00", datetime(2026, 12, 4, 12, 30), datetime(2026, 12, 4, 13, 30)),
        ("", date(2026, 12, 4), date(2026, 12, 5)),
        ("după prânz", date(2026, 12, 4), date(2026, 12, 5)),
        ("25:00", date(2026, 12, 4), date(2026, 12, 5)),
        ("14:300", date(2026, 12, 4), date(2026, 12, 5)),
    ],
)
def test_an_appointment_stands_at_its_hours_and_all_else_as_a_day(hours: str, begins: date, ends: date) -> None:
    appointment = Reminder("a.b.7.0", "D-1", "Ședință; sala 2, etaj", TODAY + timedelta(1), hours)
    (event,) = events_in(write_calendar([appointment], READER))
    assert [in_utc(event.dtstart.value), in_utc(event.dtend.value)] == [begins, ends]
    assert event.summary.value == "D-1 · Ședință; sala 2, etaj" and event.uid.value == "0.7.b.a@dosar"
    assert event.transp.value == "TRANSPARENT" and event.contents["class"][0].value == "PRIVATE"
    assert "valarm" not in event.contents and event.dtstamp.value.date() == TODAY - timedelta(1), "midnight here"


def in_utc(moment: date) -> date:
    return moment.astimezone(UTC).replace(tzinfo=None) if isinstance(moment, datetime) else moment


@pytest.mark.parametrize("zone", ["Europe/Bucharest", "Europe/Chisinau"])
def test_an_hour_stays_right_across_the_change_of_clocks(zone: str) -> None:
    """By what the file itself says of the clock, as a program reads it that knows nothing of this zone."""
    days = [date(2026, 10, 24), date(2026, 10, 26), date(2027, 3, 27), date(2027, 3, 29)]
    found = [Reminder(f"a.{day}", "D-1", "Ședință", day, "10:00") for day in days]
    content = write_calendar(found, replace(READER, zone=ZoneInfo(zone)))
    events = sorted(events_in(content), key=lambda event: event.dtstart.value)
    assert [in_utc(event.dtstart.value).hour for event in events] == [7, 8, 8, 7]
    assert {event.dtstart.value.strftime("%H:%M") for event in events} == {"10:00"}
    assert {event.dtstart.params["X-VOBJ-ORIGINAL-TZID"][0] for event in events} == {zone}
    between = [Reminder("b", "D-1", "Ședință", date(2026, 10, 25), "03:30"), *found]
    assert write_calendar(between, READER), "an hour that comes twice, and"
    assert write_calendar([Reminder("b", "D-1", "Ședință", date(2027, 3, 28), "03:30")], READER), "one that never does"


@pytest.mark.parametrize(
    ("day", "hours", "begins", "ends"),
    [
        (date(2027, 3, 28), "03:30–04:00", "01:30", "02:00"),  # half past three is left out
        (date(2027, 3, 28), "03:30", "01:30", "02:30"),
        (date(2027, 3, 28), "02:30–05:00", "00:30", "02:00"),
        (date(2027, 10, 31), "03:30", "00:30", "01:30"),  # it comes twice
        (date(2027, 10, 31), "03:30–04:15", "00:30", "02:15"),
    ],
)
def test_an_appointment_ends_after_it_begins_also_when_the_clock_is_changed(
    day: date, hours: str, begins: str, ends: str
) -> None:
    content = write_calendar([Reminder("a", "D-1", "Ședință", day, hours)], READER)
    (event,) = events_in(content)
    moments = [event.dtstart.value, event.dtend.value]
    assert [f"{moment.astimezone(UTC):%H:%M}" for moment in moments] == [begins, ends]
    written = content.decode().partition("BEGIN:VEVENT")[2].splitlines()
    first, last = (line.partition(":")[2] for line in written if line.startswith(("DTSTART", "DTEND")))
    assert first < last, "also for a program that compares what stands there"


def test_the_file_has_what_each_program_asks_for() -> None:
    """Outlook: METHOD, UID and DTSTAMP in every event, the clock before the first event that names it, X-PUBLISHED-TTL.
    Google: X-WR-CALNAME and X-WR-TIMEZONE. Thunderbird and telephones: NAME, REFRESH-INTERVAL (RFC 7986).
    All: CRLF, at most 75 bytes a line, PRODID, VERSION, an end after the beginning."""
    appointment = Reminder("a", "D-1", "Ședință", TODAY + timedelta(1), "14:30–15:15")
    content = write_calendar([Reminder("b", "D-1", "Vizită", TODAY), appointment], READER)
    calendar = vobject.readOne(content.decode())
    said = {name: calendar.contents[name][0].value for name in calendar.contents if name[0] != "v" or name == "version"}
    assert said == {
        "prodid": "-//Dosar//Dosar//RO",
        "version": "2.0",
        "calscale": "GREGORIAN",
        "method": "PUBLISH",
        "name": "Dosar",
        "x-wr-calname": "Dosar",
        "x-wr-timezone": "Europe/Bucharest",
        "refresh-interval": "PT1H",
        "x-published-ttl": "PT1H",
    }
    lines = content.decode().split("\r\n")
    assert lines.index("BEGIN:VTIMEZONE") < lines.index("BEGIN:VEVENT") and lines.count("BEGIN:VTIMEZONE") == 1
    assert "DTSTART;TZID=Europe/Bucharest:20261204T143000" in lines and "DTSTART;VALUE=DATE:20261203" in lines
    for event in events_in(content):
        assert {"uid", "dtstamp", "dtstart", "dtend", "summary"} <= event.contents.keys()
        assert event.dtend.value > event.dtstart.value
    assert content == write_calendar([Reminder("b", "D-1", "Vizită", TODAY), appointment], READER)
    assert b"VTIMEZONE" not in write_calendar([Reminder("b", "D-1", "Vizită", TODAY)], READER), "days need no clock"


def test_an_appointment_that_says_until_when_lasts_so_long(demo: Demo) -> None:
    said = {"kind": "appointment", "subject": "Ședință", "responsible": user_id(demo, "coordinator")}
    day, hours = today_here() + timedelta(3), {"at": time(9, 30), "ends_at": time(11, 45)}
    filed(demo, "office_task", None, due_on=day, **said, **hours)
    found = events_in(demo.app.test_client().get(made_address(demo.browser("coordinator"))).data)
    lasts = {each.dtend.value - each.dtstart.value for each in found if each.dtstart.value.strftime("%H:%M") == "09:30"}
    assert timedelta(hours=2, minutes=15) in lasts
    assert "09:30–11:45" in demo.browser("coordinator").get("/due?all=1").text


def test_what_is_moved_keeps_its_name_and_what_is_done_is_gone() -> None:
    before = Reminder("a", "D-1", "Vizită", TODAY)
    (first,), (moved,) = (
        events_in(write_calendar([each], READER)) for each in (before, replace(before, day=TODAY + timedelta(9)))
    )
    assert first.uid.value == moved.uid.value and first.dtstart.value != moved.dtstart.value
    assert events_in(write_calendar([], READER)) == []


def test_what_is_overdue_is_marked_and_long_lines_are_folded() -> None:
    late = Reminder("a", "D-1", "Vizită " * 30, TODAY - timedelta(1))
    content = write_calendar([late, Reminder("a", "D-1", "Vizită", TODAY), Reminder("b", "", "Raport", TODAY)], READER)
    first, second = sorted(events_in(content), key=lambda event: event.dtstart.value)
    assert first.summary.value.startswith("Restante: D-1 · Vizită") and second.summary.value == "Raport"
    assert first.categories.value == ["Dosar", "Restante"]
    assert max(map(len, content.split(b"\r\n"))) <= 75 and b"\n" not in content.replace(b"\r\n", b"")
