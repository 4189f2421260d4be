"""Mail servers that run beside the tests, and mailboxes that are read as a mail program reads them."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.waiting import is_soon

USER, PASSWORD = "dosar@exemplu.ro", "cal baterie agrafa corecta"
NAME = "localhost"


@dataclass
class MailServer:
    """A server that takes mails over STARTTLS or TLS from whoever knows the password, and keeps them."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Addresses it takes nothing for."""
    answers_after: float = 0.0
    """Seconds between taking a mail and saying so."""
    is_full: bool = False
    """Whether it takes nothing at all just now."""
    sign_ins: int = 0

    async def handle_RCPT(self, _: Any, __: Any, envelope: Envelope, address: str, ___: Any) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:
        if self.is_full:
            return "452 4.3.1 insufficient storage"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        await asyncio.sleep(self.answers_after)
        return "250 OK"

    def authenticate(self, *said: Any) -> AuthResult:
        known = said[-1]
        assert isinstance(known, LoginPassword)
        fits = (known.login, known.password) == (USER.encode(), PASSWORD.encode())
        self.sign_ins += fits
        return AuthResult(success=fits, handled=False)


class _Running(Controller):
    """Encrypted from the first byte, it asks for no STARTTLS before a password."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lines: list[Any] = []

    def factory(self) -> Any:
        made = super().factory()
        made._auth_require_tls = self.ssl_context is None
        self.lines.append(made)
        return made

    def is_quiet(self) -> bool:
        """Whether nobody is connected any more."""
        return all(line.transport is None for line in self.lines)


@contextmanager
def mail_server(authority: trustme.CA, name: str = NAME, is_tls: bool = False) -> Iterator[MailServer]:
    """One that shows a certificate for this name."""
    kept, context = MailServer(), SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    options = {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
    with ExitStack() as stack:
        kept.port = stack.enter_context(_port())
        known = {"auth_required": True, "authenticator": kept.authenticate}
        running = _Running(kept, hostname=NAME, port=kept.port, **options, **known)
        running.start()
        stack.callback(running.stop)
        yield kept
        assert is_soon(running.is_quiet)


@contextmanager
def _port() -> Iterator[int]:
    """One that the system gives to nobody else meanwhile."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def write_trust(authority: trustme.CA, folder: Path) -> str:
    """A file that says whom the system trusts."""
    file = folder / "trusted.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


def parts_of(mail: EmailMessage) -> tuple[str, str]:
    """The plain text and the page of a mail, as a mail program shows one or the other."""
    plain, page = (mail.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None and page is not None
    first, second = (part.get_content().replace("\r\n", "\n") for part in (plain, page))
    return first, second
