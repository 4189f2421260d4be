"""Before anything goes to a mail address, a code that was mailed there is typed back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import trustme
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from dosar.access.services import AccessServices
from dosar.access.tables import digest_choice_table, try_table
from dosar.mail.account import STARTTLS, MailAccount, remove_account, save_account
from dosar.mail.address_code import CODE_HOLDS
from dosar.mail.delivery import Delivered, MailDelivery
from dosar.mail.digest_choice import DAILY, read_choice
from tests.mail.servers import NAME, PASSWORD, USER, MailServer, mail_server, parts_of, write_trust
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id

HERS, OTHER = "ana@exemplu.ro", "ana.nou@exemplu.ro"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailServer, str]]:
    authority = trustme.CA()
    with mail_server(authority) as running:
        yield running, write_trust(authority, tmp_path_factory.mktemp("trust"))


@pytest.fixture
def services(demo: Demo) -> AccessServices:
    """Of an organisation in which nobody chose a digest yet."""
    found: AccessServices = demo.app.extensions["dosar_access"]
    with found.store.writing() as session:
        session.execute(try_table.delete())
        session.execute(digest_choice_table.delete())
    return found


@pytest.fixture
def server(
    trusted: tuple[MailServer, str], services: AccessServices, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", trusted[1])
    account = MailAccount(NAME, trusted[0].port, STARTTLS, USER, USER, PASSWORD, hour=0)
    with services.store.writing() as session:
        save_account(session, account)
    yield trusted[0]
    trusted[0].mails.clear()
    with services.store.writing() as session:
        remove_account(session)


def post(browser: FlaskClient, to: str, **boxes: Any) -> Any:
    token = token_on(browser.get("/profile/mail").text)
    return browser.post(to, data={"csrf_token": token, **boxes}, follow_redirects=True)


def choose(browser: FlaskClient, address: str = HERS) -> Any:
    return post(browser, "/profile/mail", rhythm=DAILY, weekday="0", address=address)


def mailed_code(server: MailServer, to: str = HERS) -> str:
    """The code in the newest mail."""
    mail = server.mails[-1]
    assert mail["To"] == to
    (code,) = re.findall(r"\b\d{6}\b", parts_of(mail)[0])
    return str(code)


def confirm(browser: FlaskClient, code: str) -> Any:
    return post(browser, "/profile/mail/code", code=code)


def look(demo: Demo, services: AccessServices) -> Delivered:
    return MailDelivery(services, demo.repository).look()


def test_nothing_goes_to_an_address_before_its_code_came_back(
    demo: Demo, services: AccessServices, server: MailServer
) -> None:
    browser = demo.browser("case_manager")
    page = choose(browser)
    assert page.status_code == 200 and "a fost trimis un cod" in page.text
    code = mailed_code(server)
    subject, (plain, html) = server.mails[0]["Subject"], parts_of(server.mails[0])
    assert code in html and "DEMO-" not in plain and "Dosar: este căsuța dumneavoastră?" in subject
    assert not [name for name in ("Manager", "case_manager") if name in f"{subject}{plain}{html}"]
    assert f"La {HERS} nu se trimite încă nimic" in browser.get("/profile/mail").text
    assert look(demo, services) == Delivered() and len(server.mails) == 1
    wrong = confirm(browser, f"{(int(code) + 1) % 10**6:06}")
    assert wrong.status_code == 422 and "Nu este codul" in wrong.text
    right = confirm(browser, f" {code[:3]} {code[3:]} ")
    assert right.status_code == 200 and "Adresa este confirmată" in right.text
    assert "nu se trimite încă nimic" not in right.text
    assert look(demo, services).sent == 1 and server.mails[-1]["To"] == HERS
    assert confirm(browser, code).status_code == 422, "once"


def test_another_address_is_confirmed_anew_and_gets_nothing_meanwhile(
    demo: Demo, services: AccessServices, server: MailServer
) -> None:
    browser = demo.browser("case_manager")
    choose(browser)
    confirm(browser, mailed_code(server))
    assert look(demo, services).sent == 1
    page = choose(browser, OTHER)
    assert "Așteptați 2 min până la trimiterea altui cod" in page.text, "not one code after the other to strangers"
    with services.store.writing() as session:
        session.execute(try_table.delete())
    assert "a fost trimis un cod" in post(browser, "/profile/mail/code/send").text
    sent = len(server.mails)
    assert look(demo, services) == Delivered() and len(server.mails) == sent
    assert choose(browser, OTHER).status_code == 200 and len(server.mails) == sent, "no second code for a saved page"
    confirm(browser, mailed_code(server, OTHER))
    assert look(demo, services).sent == 1 and server.mails[-1]["To"] == OTHER
    choose(browser, OTHER)
    assert read_choice(services.session, user_id(demo, "case_manager")).confirmed, "the same address stays confirmed"
    services.session.remove()


def test_a_digest_that_waits_in_the_queue_does_not_go_to_a_new_address(
    demo: Demo, services: AccessServices, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = demo.browser("case_manager")
    choose(browser)
    confirm(browser, mailed_code(server))
    monkeypatch.setattr(server, "is_full", True)
    assert look(demo, services).failed == 1
    choose(browser, OTHER)
    monkeypatch.setattr(server, "is_full", False)
    later = services.clock() + timedelta(minutes=10)
    with monkeypatch.context() as later_on:
        later_on.setattr(services, "clock", lambda: later)
        assert look(demo, services) == Delivered() and [mail["To"] for mail in server.mails] == [HERS]


def test_a_code_holds_for_half_an_hour_and_a_newer_one_ends_it(
    demo: Demo, services: AccessServices, server: MailServer
) -> None:
    browser = demo.browser("case_manager")
    choose(browser)
    first = mailed_code(server)
    until = read_choice(services.session, user_id(demo, "case_manager")).code_until
    services.session.remove()
    assert until is not None and timedelta() <= services.clock() + CODE_HOLDS - until < timedelta(minutes=1)
    with services.store.writing() as session:
        session.execute(update(digest_choice_table).values(code_until=services.clock()))
        session.execute(try_table.delete())
    assert "Nu este codul" in confirm(browser, first).text
    assert "a fost trimis un cod" in post(browser, "/profile/mail/code/send").text
    second = mailed_code(server)
    assert first == second or "Nu este codul" in confirm(browser, first).text
    assert "Adresa este confirmată" in confirm(browser, second).text
    assert "Nicio adresă nu așteaptă un cod" in post(browser, "/profile/mail/code/send").text


def test_whoever_guesses_waits(demo: Demo, services: AccessServices, server: MailServer) -> None:
    browser = demo.browser("case_manager")
    choose(browser)
    code = mailed_code(server)
    guesses = [f"{(int(code) + number) % 10**6:06}" for number in range(1, 7)]
    said = [confirm(browser, guess).text for guess in guesses]
    assert "Nu este codul" in said[0] and "așteptați 1 min" in said[-1].lower()
    assert confirm(browser, code).status_code == 422, "nor does she learn meanwhile that it is right"


def test_the_code_is_sealed_and_told_in_the_audit_log_without_it(
    demo: Demo, services: AccessServices, server: MailServer
) -> None:
    browser = demo.browser("case_manager")
    choose(browser)
    code = mailed_code(server)
    with services.store.snapshot() as connection:
        raw = connection.execute(text("SELECT code, address FROM dosar_digest_choice")).one()
        assert code.encode() not in bytes(raw[0]) and HERS.encode() not in bytes(raw[1])
        assert connection.execute(select(digest_choice_table.c.code)).scalar() == code
    assert code not in repr(read_choice(services.session, user_id(demo, "case_manager")))
    services.session.remove()


def test_in_her_language_and_what_does_not_leave_is_told(
    demo: Demo, services: AccessServices, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.store.writing() as session:
        session.execute(text("UPDATE ab_user SET locale = 'en' WHERE username = 'social_worker'"))
    browser = demo.browser("social_worker")
    server.refused.add("nimeni@exemplu.ro")
    refused = choose(browser, "nimeni@exemplu.ro")
    assert "nu primește" in refused.text or "does not take mail for this address" in refused.text
    assert "nimeni@exemplu.ro" in refused.text, "what was chosen is kept"
    with services.store.writing() as session:
        session.execute(try_table.delete())
    choose(browser)
    assert server.mails[-1]["Subject"] == "Dosar: is this mailbox yours?"


def test_without_an_account_the_page_asks_for_no_code(demo: Demo, services: AccessServices) -> None:
    browser = demo.browser("case_manager")
    page = choose(browser)
    assert page.status_code == 200 and "/profile/mail/code" not in page.text
    assert post(browser, "/profile/mail/code/send").status_code == 200
    services.session.remove()
