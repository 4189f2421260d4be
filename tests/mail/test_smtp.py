"""A mail is handed to a real server: encrypted, to the one that was named, and what goes wrong is a sentence."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import trustme

from dosar.mail import smtp
from dosar.mail.account import STARTTLS, TLS, MailAccount
from dosar.mail.addresses import mail_address
from dosar.mail.smtp import MailWords, compose_mail, send_mail, try_account
from dosar.mail.smtp_troubles import MailTrouble
from tests.mail.servers import NAME, PASSWORD, USER, MailServer, mail_server, parts_of, write_trust

MOMENT = datetime(2026, 12, 3, 5, 30)
WORDS = MailWords("Ce are termen", "Vizită: mâine\n", "<p>Vizită: mâine</p>\n")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module", params=[STARTTLS, TLS])
def security(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def server(authority: trustme.CA, security: str) -> Iterator[MailServer]:
    with mail_server(authority, is_tls=security == TLS) as running:
        yield running


@pytest.fixture
def account(
    server: MailServer, security: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MailAccount:
    """One on the server, whose certificate the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", write_trust(authority, tmp_path))
    return MailAccount(NAME, server.port, security, USER, USER, PASSWORD)


def test_a_mail_arrives_as_text_and_as_a_page(account: MailAccount, server: MailServer) -> None:
    send_mail(account, compose_mail(account, "ana@exemplu.ro", WORDS, MOMENT, "7.1"))
    mail = server.mails.pop()
    assert mail["To"] == "ana@exemplu.ro" and mail["From"] == f"Dosar <{USER}>" and mail["Subject"] == "Ce are termen"
    assert (
        parsedate_to_datetime(mail["Date"]).replace(tzinfo=None) == MOMENT and mail["Message-ID"] == "<7.1@exemplu.ro>"
    )
    assert parts_of(mail) == (WORDS.text, WORDS.html)
    assert socket.gethostname() not in mail.as_string(), "the computer has no name outside"


def test_a_wrong_password_is_told_and_signs_nobody_in(account: MailAccount, server: MailServer) -> None:
    before = server.sign_ins
    with pytest.raises(MailTrouble, match="does not accept the user or the password"):
        try_account(replace(account, secret="alta"))
    with pytest.raises(MailTrouble, match="without diacritics"):
        try_account(replace(account, secret="agrafă"))
    assert server.sign_ins == before
    try_account(account)
    assert server.sign_ins == before + 1 and server.mails == []


def test_an_address_that_is_refused_is_no_fault_of_the_account(account: MailAccount, server: MailServer) -> None:
    server.refused.add("nimeni@exemplu.ro")
    with pytest.raises(MailTrouble, match="does not take mail for this address") as refused:
        send_mail(account, compose_mail(account, "nimeni@exemplu.ro", WORDS, MOMENT, "7.2"))
    assert refused.value.is_of_address and server.mails == []


def test_a_full_server_is_told_by_its_number(
    account: MailAccount, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "is_full", True)
    with pytest.raises(MailTrouble, match=r"did not take the mail \(452\)") as full:
        send_mail(account, compose_mail(account, "ana@exemplu.ro", WORDS, MOMENT, "7.3"))
    assert not full.value.is_of_address


def test_the_other_kind_of_encryption_is_told(account: MailAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    other = replace(account, security=STARTTLS if account.security == TLS else TLS)
    with pytest.raises(MailTrouble, match="465"):
        try_account(other)


def test_a_certificate_of_somebody_else_gets_no_password(
    authority: trustme.CA, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that nobody trusts, and one of a trusted office for another name."""
    for name, is_trusted in ((NAME, False), ("altul.exemplu.ro", True)):
        with mail_server(authority, name, security == TLS) as server:
            if is_trusted:
                monkeypatch.setenv("SSL_CERT_FILE", write_trust(authority, tmp_path))
            with pytest.raises(MailTrouble, match=r"certificate of localhost is not one"):
                try_account(MailAccount(NAME, server.port, security, USER, USER, PASSWORD))
            assert server.sign_ins == 0


def test_a_server_that_is_not_there_is_told(account: MailAccount, free_port: int) -> None:
    with pytest.raises(MailTrouble, match=f"does not answer on port {free_port}"):
        try_account(replace(account, host="127.0.0.1", port=free_port))


@pytest.mark.parametrize(
    "typed", ["ana", "ana@", "Ana <ana@exemplu.ro>", "ana@exemplu.ro, b@c.ro", "a@b.ro\nBcc: x@y.ro"]
)
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Write one mail address"):
        mail_address(typed)
