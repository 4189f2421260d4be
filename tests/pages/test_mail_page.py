"""The page of the mail account: set up, tried, and what it says of mails that did not leave."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from flask.testing import FlaskClient

from dosar.mail.account import read_account
from dosar.mail.queue import GIVE_UP_AFTER, claim_mail, note_failed, queue_mail
from dosar.mail.smtp_troubles import RECIPIENT_REFUSED, MailTrouble
from tests.mail.servers import NAME, PASSWORD, USER, MailServer, mail_server, write_trust
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailServer, str]]:
    authority = trustme.CA()
    with mail_server(authority) as running:
        yield running, write_trust(authority, tmp_path_factory.mktemp("trust"))


@pytest.fixture
def server(trusted: tuple[MailServer, str], monkeypatch: pytest.MonkeyPatch) -> MailServer:
    monkeypatch.setenv("SSL_CERT_FILE", trusted[1])
    return trusted[0]


@pytest.fixture
def administrator(demo: Demo) -> FlaskClient:
    browser = demo.browser("administrator")
    browser.set_cookie("language", "en")
    return browser


def post(browser: FlaskClient, address: str, **boxes: Any) -> Any:
    return browser.post(address, data={"csrf_token": token_on(browser.get("/mail").text), **boxes})


def boxes(server: MailServer, **more: Any) -> dict[str, Any]:
    known = {"host": NAME, "security": "starttls", "port": server.port, "user": USER, "secret": PASSWORD}
    return {**known, "sender": USER, "hour": "7", **more}


def test_only_who_answers_for_the_organisation_opens_it(demo: Demo) -> None:
    for user in ("coordinator", "case_manager", "volunteer"):
        browser = demo.browser(user)
        assert browser.get("/mail").status_code == 403
        token = token_on(browser.get("/profile").text)
        for address in ("/mail", "/mail/test", "/mail/remove"):
            assert browser.post(address, data={"csrf_token": token}).status_code == 403


def test_an_account_is_kept_once_the_server_took_the_password(
    demo: Demo, administrator: FlaskClient, server: MailServer, tmp_path: Path
) -> None:
    session = demo.repository.store.session
    empty = post(administrator, "/mail", **boxes(server, host="", port="x", sender="Ana"))
    assert empty.status_code == 422 and "Write the name of the server." in empty.text
    refused = post(administrator, "/mail", **boxes(server, secret="alta"))
    assert refused.status_code == 422 and "does not accept the user or the password" in refused.text
    assert f'value="{USER}"' in refused.text and read_account(session) is None, "nothing typed is lost, nothing kept"
    assert post(administrator, "/mail", **boxes(server)).status_code == 303
    assert PASSWORD not in administrator.get("/mail").text
    assert post(administrator, "/mail", **boxes(server, secret="", hour="8")).status_code == 303, "the password stays"
    kept = read_account(session)
    session.remove()
    assert kept is not None and kept.hour == 8 and kept.secret == PASSWORD
    elsewhere = post(administrator, "/mail", **boxes(server, secret="", host="127.0.0.1"))
    assert elsewhere.status_code == 422 and "type the password anew" in elsewhere.text


def test_a_test_mail_says_what_failed(administrator: FlaskClient, server: MailServer) -> None:
    server.refused.add("nimeni@exemplu.ro")
    refused = post(administrator, "/mail/test", to="nimeni@exemplu.ro")
    assert refused.status_code == 422 and "does not take mail for this address" in refused.text
    assert post(administrator, "/mail/test", to="fără adresă").status_code == 422
    assert post(administrator, "/mail/test", to="ana@exemplu.ro").status_code == 303
    assert server.mails.pop()["To"] == "ana@exemplu.ro"


def test_mails_that_did_not_leave_are_told_to_who_looks_after_them(demo: Demo, administrator: FlaskClient) -> None:
    assert "Mails that do not leave" not in administrator.get("/").text
    services, reader = demo.app.extensions["dosar_access"], user_id(demo, "volunteer")
    with services.store.writing() as session:
        queue_mail(session, reader, services.clock() - GIVE_UP_AFTER)
        waiting = claim_mail(session, services.clock())
        assert waiting is not None
        assert note_failed(session, waiting, services.clock(), MailTrouble(RECIPIENT_REFUSED, host=NAME).message)
    assert "Mails that do not leave: 1" in administrator.get("/").text
    assert "does not take mail for this address" in administrator.get("/mail").text
    assert "Mails that do not leave" not in demo.browser("coordinator").get("/").text


def test_without_an_account_nothing_is_tried(administrator: FlaskClient, server: MailServer) -> None:
    assert post(administrator, "/mail/remove").status_code == 303
    assert "Send a test mail" not in administrator.get("/mail").text
    assert post(administrator, "/mail/test", to="ana@exemplu.ro").location == "/mail" and server.mails == []
