"""Coming in, going out, and being shut out."""

import re
import unicodedata
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from dosar.access.login import passwords
from dosar.access.login.sessions.database_sessions import SESSION_COOKIE
from dosar.access.login.sessions.open_sessions import end_sessions
from dosar.access.tables import session_table, user_table
from dosar.database.store_errors import StoreUnreachable
from tests.access.conftest import PASSWORD, Browser, Office, counted
from tests.telephones import unused_code

HTTPS = "https://localhost"


def test_the_right_password_opens_the_page_one_came_for(office: Office) -> None:
    browser = office.browser()
    shown_in = browser.get("/records/visit_report?page=2")
    assert (shown_in.status_code, shown_in.location) == (303, "/sign-in?next=/records/visit_report?page%3D2")
    answer = browser.sign_in("ana", next="/records/visit_report?page=2")
    assert (answer.status_code, answer.location) == (303, "/records/visit_report?page=2")
    assert browser.get("/").text == "ana ['case_manager'] own"


@pytest.mark.parametrize("user_name", ["Ana", "ANA", " ana ", "\u200eaNa\ufeff"])
def test_the_user_name_is_the_same_in_any_capitals(office: Office, user_name: str) -> None:
    browser = office.browser()
    assert browser.sign_in(user_name, "a wrong password").status_code == 401
    assert browser.sign_in(user_name).status_code == 303
    assert browser.get("/").text.startswith("ana ")


SPELLINGS = [
    "patru cuvinte fără Țintă și mâță",
    "patru cuvinte fără Ţintă şi mâţă",
    unicodedata.normalize("NFD", "patru cuvinte fără Țintă și mâță"),
    unicodedata.normalize("NFD", "patru cuvinte fără Ţintă şi mâţă"),
]


@pytest.mark.parametrize("chosen", SPELLINGS)
def test_a_password_is_the_same_however_its_letters_are_made(office: Office, chosen: str) -> None:
    office.user("dora", "volunteer", password=chosen)
    assert [office.browser().sign_in("dora", typed).status_code for typed in SPELLINGS] == [303] * 4
    other = SPELLINGS[0].replace("Ț", "T")
    assert office.browser().sign_in("dora", other).status_code == 401, "letters of their own stay apart"


@pytest.mark.parametrize("chosen", SPELLINGS)
def test_a_password_hashed_as_it_was_typed_goes_on_working(office: Office, chosen: str) -> None:
    dora = office.user("dora", "volunteer")
    with office.services.store.writing() as session:
        kept = generate_password_hash(chosen, "scrypt:1024:8:1")
        session.execute(user_table.update().where(user_table.c.id == dora).values(password=kept))
    assert [office.browser().sign_in("dora", typed).status_code for typed in SPELLINGS] == [303] * 4


@pytest.mark.parametrize("user_name", ["ana", "nobody", "closed"])
def test_a_wrong_name_and_a_wrong_password_look_alike(office: Office, user_name: str) -> None:
    office.user("closed", "volunteer")
    with office.services.store.writing() as session:
        session.execute(user_table.update().where(user_table.c.username == "closed").values(active=False))
    answer = office.browser().sign_in(user_name, "a wrong password")
    assert answer.status_code == 401
    assert "Numele de utilizator sau parola nu sunt corecte." in answer.text and "A forgotten password" in answer.text


def test_an_unknown_user_costs_the_same_work_as_a_known_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def work_for(user_name: str) -> tuple[list[str], list[str]]:
        hashes: list[str] = []
        check = passwords.check_password_hash
        monkeypatch.setattr(
            passwords,
            "check_password_hash",
            lambda kept, typed: hashes.append(kept.split("$")[0]) or check(kept, typed),
        )
        browser = office.browser()
        token = browser.token("/sign-in")
        with counted(office) as statements:
            browser.client.post(
                "/sign-in", data={"csrf_token": token, "user_name": user_name, "password": "o parolă greșită"}
            )
        monkeypatch.setattr(passwords, "check_password_hash", check)
        return hashes, statements

    work_for("first-from-this-address")
    known, unknown = work_for("ana"), work_for("nobody")
    assert known == unknown
    assert known[0] == ["scrypt:1024:8:1"] * 4, "whichever way its letters are made"


def test_waits_grow_with_every_wrong_password(office: Office) -> None:
    browser = office.browser()
    for _ in range(5):
        assert browser.sign_in("ana", "wrong").status_code == 401
    waits = {1: "1 minut", 5: "5 minute", 15: "15 minute", 60: "60 de minute"}
    for minutes, spoken in [*waits.items(), (60, waits[60])]:
        closed = browser.sign_in("ana", PASSWORD)
        assert closed.status_code == 429, "not even the right password is tried"
        assert f"Încercați din nou peste {spoken}." in closed.text
        office.clock.pass_(minutes=minutes)
        assert browser.sign_in("ana", "wrong").status_code == 401
    office.clock.pass_(minutes=60)
    assert browser.sign_in("ana").status_code == 303


def test_waits_say_nothing_about_who_has_an_account(office: Office) -> None:
    browser = office.browser()
    answers = [browser.sign_in("nobody", "wrong").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert office.browser().sign_in("vera").status_code == 303, "others are not kept waiting"


def test_an_address_that_guesses_at_many_accounts_waits_too(office: Office) -> None:
    guesser = office.browser()
    answers = [guesser.sign_in(f"user{number}", "wrong").status_code for number in range(21)]
    assert answers == [401] * 20 + [429]
    elsewhere = office.browser()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.sign_in("ana").status_code == 303


def test_an_office_behind_one_address_signs_in_all_day(office: Office) -> None:
    assert [office.browser().sign_in("ana").status_code for _ in range(25)] == [303] * 25
    guesser = office.browser()
    answers = [guesser.sign_in(f"user{number}", "wrong").status_code for number in range(21)]
    assert answers == [401] * 20 + [429], "its own mistakes count as before"


def test_an_hour_of_many_guessers_at_once_is_still_five_tries(office: Office) -> None:
    def guess(_: int) -> int:
        return office.browser().sign_in("ana", "wrong").status_code

    with ThreadPoolExecutor(8) as guessers:
        answers = list(guessers.map(guess, range(16)))
    assert sorted(answers) == [401] * 5 + [429] * 11


def test_a_cookie_is_dead_after_sign_out(office: Office) -> None:
    browser = office.signed_in("ana")
    stolen = office.browser()
    stolen.client.set_cookie(SESSION_COOKIE, cookie_of(browser))
    assert stolen.get("/").status_code == 200
    left = browser.post("/sign-out", at="/profile")
    assert (left.status_code, left.location) == (303, "/sign-in")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert stolen.get("/").status_code == 303


def test_without_the_sessions_nobody_gets_any_further(office: Office) -> None:
    browser = office.signed_in("ana")
    with office.services.store.writing() as database:
        session_table.drop(database.connection())
    with pytest.raises(StoreUnreachable):
        browser.get("/")


def test_sign_out_cannot_be_had_by_a_link(office: Office) -> None:
    browser = office.signed_in("ana")
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/").status_code == 200


def test_hiding_the_page_locks_the_session(office: Office) -> None:
    browser = office.signed_in("ana")
    assert browser.post("/lock", at="/profile").status_code == 204
    assert browser.get("/").status_code == 303


def test_the_cookie_is_a_long_random_word(office: Office) -> None:
    words = {cookie_of(office.signed_in("ana")) for _ in range(3)}
    assert len(words) == 3
    assert all(len(urlsafe_b64decode(f"{word}=")) == 32 for word in words), "256 bits"


def test_the_cookie_changes_at_sign_in(office: Office) -> None:
    browser = office.browser()
    browser.get("/sign-in")
    before = cookie_of(browser)
    browser.sign_in("ana")
    assert cookie_of(browser) != before
    planted = office.browser()
    planted.client.set_cookie(SESSION_COOKIE, before)
    assert planted.get("/").status_code == 303


def test_the_cookie_tells_nothing_and_goes_nowhere_else(office: Office) -> None:
    answer = office.browser().sign_in("ana")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{SESSION_COOKIE}="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert "ana" not in cookie


def test_over_https_nobody_else_can_have_set_a_cookie(office: Office) -> None:
    """Neither another host of the domain nor anybody on the way: browsers hold back such names."""
    browser = office.browser()

    def over_https(address: str, **typed: str) -> list[str]:
        page = browser.client.get("/sign-in/code" if address.endswith("code") else "/sign-in", base_url=HTTPS)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
        sent = browser.client.post(address, base_url=HTTPS, data={**typed, "csrf_token": token})
        return page.headers.getlist("Set-Cookie") + sent.headers.getlist("Set-Cookie")

    lines = over_https("/language", language="en", next="/sign-in")
    lines += over_https("/sign-in", user_name="ana", password=PASSWORD)
    lines += over_https("/sign-in/code", code=unused_code(office.app, "ana"))
    assert browser.client.get("/", base_url=HTTPS).status_code == 200
    names = {line.partition("=")[0].partition("-")[0]: line for line in lines}
    assert names.keys() <= {"__Host", "__Secure"} and "known-" in names["__Secure"]
    assert all("Secure" in line and "Domain" not in line for line in lines)
    assert all(re.search(r"; Path=/(;|$)", line) for line in lines if line.startswith("__Host-"))


def test_the_database_does_not_hold_the_cookie(office: Office) -> None:
    browser = office.signed_in("ana")
    with office.app.app_context():
        kept = office.services.session.scalars(select(session_table.c.id)).all()
        office.services.session.remove()
    assert cookie_of(browser) not in kept


def test_fifteen_idle_minutes_end_a_session(office: Office) -> None:
    browser = office.signed_in("ana")
    for _ in range(4):
        office.clock.pass_(minutes=14)
        assert browser.get("/").status_code == 200
    office.clock.pass_(minutes=15)
    assert browser.get("/").status_code == 303


def test_ten_hours_end_a_session_however_busy(office: Office) -> None:
    browser = office.signed_in("ana")
    for _ in range(59):
        office.clock.pass_(minutes=10)
        assert browser.get("/").status_code == 200
    office.clock.pass_(minutes=10)
    assert browser.get("/").status_code == 303


def test_a_closed_account_is_out_at_once(office: Office) -> None:
    browser = office.signed_in("ana")
    with office.services.store.writing() as session:
        session.execute(user_table.update().where(user_table.c.username == "ana").values(active=False))
    assert browser.get("/").status_code == 303


def test_sessions_elsewhere_can_be_ended(office: Office) -> None:
    here, elsewhere = office.signed_in("ana"), office.signed_in("ana")
    here.post("/profile/sign-out-elsewhere", at="/profile")
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 303)


def test_a_new_password_ends_every_other_session(office: Office) -> None:
    here, elsewhere = office.signed_in("ana"), office.signed_in("ana")
    new = "alte patru vorbe nelegate"
    answer = here.post("/profile/password", at="/profile", current=PASSWORD, password=new, again=new)
    assert answer.status_code == 303
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 303)
    assert office.browser().sign_in("ana").status_code == 401
    assert office.browser().sign_in("ana", new).status_code == 303


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"current": "wrong"}, "This is not the password you use now."),
        ({"password": "scurt", "again": "scurt"}, "at least 14 characters"),
        ({"again": "altceva cu totul diferit"}, "The two passwords differ"),
        ({"password": "qwertyuiopasdfgh", "again": "qwertyuiopasdfgh"}, "lists of stolen ones"),
        ({"password": "ana ana ana ana ana", "again": "ana ana ana ana ana"}, "too easy to guess"),
        ({"password": "case_ana_probă_2026", "again": "case_ana_probă_2026"}, "Leave your name"),
    ],
)
def test_a_new_password_must_be_good(office: Office, answers: dict[str, str], said: str) -> None:
    new = "alte patru vorbe nelegate"
    answer = office.signed_in("ana").post(
        "/profile/password", at="/profile", **{"current": PASSWORD, "password": new, "again": new, **answers}
    )
    assert answer.status_code == 422
    assert said in answer.text


def test_visitors_leave_nothing_behind(office: Office) -> None:
    for _ in range(3):
        office.browser().get("/")
    assert rows(office) == 0, "being shown to the sign-in page is not kept"
    for _ in range(3):
        visitor = office.browser()
        with counted(office) as statements:
            assert visitor.get("/sign-in").status_code == 200
        assert not [statement for statement in statements if statement.startswith(("INSERT", "DELETE", "UPDATE"))]
        assert visitor.post("/sign-in", user_name="ana", password="alta").status_code == 401
    assert rows(office) == 0, "the token of the form goes with the browser"


def test_a_visitors_cookie_is_of_one_day_and_not_made_up(office: Office) -> None:
    browser = office.browser()
    token = browser.token("/sign-in")
    who = {"csrf_token": token, "user_name": "ana", "password": PASSWORD}
    stranger = office.browser()
    stranger.client.set_cookie(SESSION_COOKIE, cookie_of(browser)[:-1])
    assert stranger.client.post("/sign-in", data=who).location == "/sign-in?next=/"
    office.clock.pass_(hours=11)
    assert browser.client.post("/sign-in", data=who).location == "/sign-in?next=/"


def test_a_request_reads_session_user_and_roles_in_one_statement(office: Office) -> None:
    browser = office.signed_in("ana")
    browser.get("/")
    with counted(office) as statements:
        browser.get("/")
    assert len(statements) == 1, statements


def test_a_reading_session_is_noted_every_half_minute_only(office: Office) -> None:
    browser = office.signed_in("ana")
    office.clock.pass_(seconds=29)
    with counted(office) as statements:
        browser.get("/")
    assert not [statement for statement in statements if statement.startswith("UPDATE")]
    office.clock.pass_(seconds=1)
    with counted(office) as statements:
        browser.get("/")
    assert len([statement for statement in statements if statement.startswith("UPDATE")]) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:x",
        "x",
    ],
)
def test_signing_in_never_leads_to_another_site(office: Office, address: str) -> None:
    assert office.browser().sign_in("ana", next=address).location == "/"


def test_ending_sessions_is_part_of_the_work_it_belongs_to(office: Office) -> None:
    browser = office.signed_in("ana")
    with pytest.raises(ZeroDivisionError), office.services.store.writing():
        end_sessions(office.services, 2)
        raise ZeroDivisionError
    assert browser.get("/").status_code == 200


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    return cookie.value


def rows(office: Office) -> int:
    count: int = office.services.session.scalar(select(func.count()).select_from(session_table))
    office.services.session.remove()
    return count
