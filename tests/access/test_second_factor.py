"""A password alone opens nothing: a code of the telephone goes with it, or one from the paper."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from dosar.access.factors.second_factor import (
    check_code,
    drop_second_factor,
    save_second_factor,
    second_factor_of,
    use_code,
)
from dosar.access.login.one_time_codes import new_recovery_code
from dosar.access.login.throttle import TooManyTries
from dosar.access.organisation.settings import mark_as_demo
from dosar.access.tables import (
    account_history_table,
    recovery_code_table,
    second_factor_table,
    session_table,
    user_table,
)
from tests.access.conftest import PASSWORD, Browser, Office
from tests.telephones import SECRET, code_of, code_on

SIGN_IN, CODE, TELEPHONE = "/sign-in", "/sign-in/code", "/sign-in/telephone"


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def ana_in(office: Office) -> int:
    with office.services.store.writing() as session:
        found: int = session.scalar(select(user_table.c.id).where(user_table.c.username == "ana"))
        return found


def without_telephone(office: Office) -> Browser:
    """Ana as the version before left her: a password and nothing else. She has just typed it, and the code that the
    administrator gave her."""
    with office.services.store.writing() as session:
        session.execute(delete(second_factor_table).where(second_factor_table.c.user_id == ana_in(office)))
    return with_code(office)


def with_code(office: Office) -> Browser:
    administrator, browser = office.signed_in("administrator"), office.browser()
    code = code_on(administrator.post(f"/users/{ana_in(office)}/telephone/code", at="/profile").text)
    assert browser.give_password("ana").location == "/sign-in/first-code"
    assert browser.give_first_code(code).location == TELEPHONE
    return browser


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", page)


def test_a_password_opens_the_page_for_the_code_and_nothing_else(office: Office) -> None:
    ana = office.browser()
    assert ana.give_password("ana", next="/profile").location == CODE
    for address in ("/", "/profile", "/users", "/records/visit_report"):
        assert ana.get(address).location.startswith(SIGN_IN), address
    assert ana.get(TELEPHONE).location == CODE, "whoever has a telephone connects no second one with the password alone"
    assert ana.give_code().location == "/profile", "to the page she asked for"
    assert is_in(ana)


@pytest.mark.parametrize("code", ["000000", "", "12345", "1234567", "١٢٣٤٥٦", "ABCD-EFGH-JKLM-NPQR", "' OR 1=1 --"])
def test_a_wrong_code_opens_nothing(office: Office, code: str) -> None:
    ana = office.browser()
    ana.give_password("ana")
    answer = ana.post(CODE, at=CODE, code=code)
    assert answer.status_code == 401 and "Error:" in answer.text
    assert not is_in(ana)


def test_a_code_opens_once(office: Office) -> None:
    code = code_of(office.clock())
    first, thief = office.browser(), office.browser()
    for browser in (first, thief):
        browser.give_password("ana")
    assert first.give_code(code).status_code == 303
    assert thief.give_code(code).status_code == 401
    earlier = code_of(office.clock() - timedelta(seconds=30))
    assert thief.give_code(earlier).status_code == 401, "nor does one from before"
    office.clock.pass_(seconds=30)
    assert thief.give_code(code_of(office.clock())).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 303), (0, 303), (30, 303), (60, 401)])
def test_a_telephone_may_be_half_a_minute_off(office: Office, seconds: int, status: int) -> None:
    ana = office.browser()
    ana.give_password("ana")
    assert ana.give_code(code_of(office.clock() + timedelta(seconds=seconds))).status_code == status


def test_blanks_in_a_code_are_nothing(office: Office) -> None:
    ana, code = office.browser(), code_of(office.clock())
    ana.give_password("ana")
    assert ana.give_code(f" {code[:3]} {code[3:]} ").status_code == 303


def test_of_many_that_use_a_code_at_once_one_comes_in(office: Office) -> None:
    services, ana, code = office.services, ana_in(office), code_of(office.clock())

    def tries(_: int) -> bool:
        with office.app.app_context(), services.store.writing():
            return use_code(services, ana, code)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(tries, range(8))) == 1


def test_a_code_used_while_the_clock_was_wrong_holds_nobody_back(office: Office) -> None:
    services, ana = office.services, ana_in(office)
    with office.app.app_context(), services.store.writing():
        for days in (365, -365):
            office.clock.pass_(days=days)
            assert use_code(services, ana, code_of(office.clock()))
            assert not use_code(services, ana, code_of(office.clock()))


def test_five_minutes_after_the_password_it_is_asked_for_again(office: Office) -> None:
    ana = office.browser()
    ana.give_password("ana")
    token = ana.token(CODE)
    office.clock.pass_(minutes=5)
    late = ana.client.post(CODE, data={"code": code_of(office.clock()), "csrf_token": token})
    assert late.status_code != 200 and not is_in(ana)
    assert ana.get(CODE).location == SIGN_IN


def test_guesses_of_codes_wait_longer_and_longer(office: Office) -> None:
    """They are counted at the account: it does not matter how often the password was given before."""
    ana, guesses, tomorrow = ana_in(office), 0, office.clock() + timedelta(days=1)
    with office.app.test_request_context():
        while office.clock() < tomorrow:
            try:
                assert not check_code(office.services, ana, "000000")
                guesses += 1
            except TooManyTries as closed:
                office.clock.pass_(minutes=closed.minutes)
    assert guesses <= 40


def test_at_her_next_sign_in_everybody_is_asked_to_connect_a_telephone(office: Office) -> None:
    ana = without_telephone(office)
    assert ana.get("/").location == SIGN_IN
    page = ana.get(TELEPHONE).text
    assert 'src="data:image/svg+xml' in page and ana.get(CODE).location == TELEPHONE
    assert ana.post(TELEPHONE, at=TELEPHONE, code="000000").status_code == 422
    shown = ana.connect_telephone()
    assert shown.status_code == 200 and len(codes_on(shown.text)) == 10
    assert is_in(ana)
    assert ana.get(TELEPHONE).location == SIGN_IN, "the page is there once"


def test_the_key_stays_the_same_while_a_telephone_is_connected(office: Office) -> None:
    ana = without_telephone(office)
    assert ana.get(TELEPHONE).text.count("<code") == 1
    keys = {re.findall(r'class="key">([^<]+)<', ana.get(TELEPHONE).text)[0] for _ in range(3)}
    assert len(keys) == 1


def test_whoever_connects_first_is_the_only_one(office: Office) -> None:
    """A thief of the password who has the page open gets no telephone in beside, or in place of, hers."""
    thief = without_telephone(office)
    token = thief.token(TELEPHONE)
    key = re.findall(r'class="key">([^<]+)<', thief.get(TELEPHONE).text)[0].replace(" ", "")
    ana = with_code(office)
    ana.connect_telephone()
    late = thief.client.post(TELEPHONE, data={"code": code_of(office.clock(), key), "csrf_token": token})
    assert late.location == CODE and not is_in(thief)


def test_a_recovery_code_opens_once_in_place_of_the_telephone(office: Office) -> None:
    with office.app.app_context():
        codes = save_second_factor(office.services, ana_in(office), SECRET)
    ana, thief = office.browser(), office.browser()
    ana.give_password("ana")
    typed = codes[3].lower().replace("-", " ").replace("o", "0")
    assert ana.post(CODE, at=CODE, recovery=typed).status_code == 303
    assert "you have 9 left" in ana.get("/profile").text
    thief.give_password("ana")
    assert thief.post(CODE, at=CODE, recovery=codes[3]).status_code == 401
    vera = office.browser()
    vera.give_password("vera")
    assert vera.post(CODE, at=CODE, recovery=codes[4]).status_code == 401, "nor is it anybody else's"


def test_a_recovery_code_has_a_hundred_and_twenty_random_bits() -> None:
    codes = {new_recovery_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}", code) for code in codes), "five bits a letter"


def test_the_database_holds_neither_secrets_nor_codes(office: Office) -> None:
    with office.app.app_context():
        codes = save_second_factor(office.services, ana_in(office), SECRET)
    with office.services.store.writing() as session:
        kept = [
            str(row)
            for table in (second_factor_table, recovery_code_table, session_table, account_history_table)
            for row in session.execute(select(table))
        ]
    assert not [word for word in (SECRET, *codes) if any(word in row for row in kept)]


def test_a_secret_fits_no_other_account(office: Office) -> None:
    """Whoever writes into the database gives nobody else's telephone to an account."""
    vera = office.browser()
    with office.services.store.writing() as session:
        hers = session.scalar(
            select(second_factor_table.c.secret).where(second_factor_table.c.user_id == ana_in(office))
        )
        session.execute(update(second_factor_table).values(secret=hers))
    vera.give_password("vera")
    assert vera.give_code(code_of(office.clock())).status_code == 401
    assert not is_in(vera)


def test_a_disconnected_telephone_ends_her_sessions_and_another_is_connected(office: Office) -> None:
    ana, waiting = office.signed_in("ana"), office.browser()
    waiting.give_password("ana")
    with office.app.app_context(), office.services.store.writing():
        drop_second_factor(office.services, ana_in(office), None)
        assert second_factor_of(office.services, ana_in(office)) is None
    assert not is_in(ana) and waiting.get(CODE).location == SIGN_IN
    assert ana.give_password("ana").location == "/sign-in/first-code"


def test_an_account_closed_meanwhile_is_not_opened_by_its_code(office: Office) -> None:
    ana = office.browser()
    ana.give_password("ana")
    with office.services.store.writing() as session:
        session.execute(update(user_table).where(user_table.c.username == "ana").values(active=False))
    ana.give_code()
    assert not is_in(ana)


def test_in_the_demo_a_password_is_enough_and_the_page_says_so(office: Office) -> None:
    with office.services.store.writing() as session:
        mark_as_demo(session)
        session.execute(delete(second_factor_table))
    office.services.in_demo_mode = True
    ana = office.browser()
    assert "In the demo a password is enough" in ana.get(SIGN_IN).text
    assert ana.give_password("ana").location == "/" and is_in(ana)


def test_who_has_connected_one_in_the_demo_is_asked_for_its_code(office: Office) -> None:
    with office.services.store.writing() as session:
        mark_as_demo(session)
    office.services.in_demo_mode = True
    assert office.browser().give_password("ana").location == CODE


def test_the_page_of_codes_is_kept_by_no_browser(office: Office) -> None:
    ana = without_telephone(office)
    shown = ana.connect_telephone()
    assert shown.headers["Cache-Control"] == "no-store"
    assert PASSWORD not in shown.text and SECRET not in shown.text
