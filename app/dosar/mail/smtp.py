"""Handing a mail to the organisation's server: encrypted, to a server that showed who it is, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from smtplib import SMTP, SMTP_SSL, SMTPException

from dosar.mail.account import STARTTLS, MailAccount
from dosar.mail.smtp_troubles import NOT_ENCRYPTED, MailTrouble, mail_trouble
from dosar.network.certificates import trusting_context

TIMEOUT_SECONDS = 20.0
"""Somebody waits before a page for the answer of a test."""
OWN_NAME = "[127.0.0.1]"
"""How Dosar greets the server: the name of the computer is nobody's business."""
SENDER_NAME = "Dosar"


@dataclass(frozen=True)
class MailWords:
    """What a mail says, the same twice: as plain text, and as a simple page."""

    subject: str
    text: str
    html: str


def compose_mail(account: MailAccount, to: str, words: MailWords, moment: datetime, number: str) -> EmailMessage:
    """The mail; ``moment`` is in UTC. ``number`` tells it from every other one: a second copy is known as one."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(SENDER_NAME, addr_spec=account.sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(moment.replace(tzinfo=UTC))
    mail["Message-ID"] = f"<{number}@{account.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words.text)
    mail.add_alternative(words.html, subtype="html")
    return mail


def try_account(account: MailAccount) -> None:
    """Sign in, and send nothing. Raises :class:`MailTrouble`."""
    with _connected(account):
        pass


def send_mail(account: MailAccount, mail: EmailMessage) -> None:
    """Hand the mail over. Raises :class:`MailTrouble`."""
    with _connected(account) as server:
        server.send_message(mail)


@contextmanager
def _connected(account: MailAccount) -> Iterator[SMTP]:
    server: SMTP | None = None
    try:
        server = _encrypted(account)
        if account.user:
            server.login(account.user, account.secret)
        yield server
    except (SMTPException, OSError, UnicodeError) as error:
        raise mail_trouble(error, account.host, account.port, account.sender) from None
    finally:
        if server is not None:
            with suppress(SMTPException, OSError):
                server.quit()
            server.close()


def _encrypted(account: MailAccount) -> SMTP:
    """The connection, once it is encrypted and the server's certificate was looked at."""
    trust = trusting_context()
    if account.security != STARTTLS:
        return SMTP_SSL(account.host, account.port, OWN_NAME, timeout=TIMEOUT_SECONDS, context=trust)
    server = SMTP(account.host, account.port, OWN_NAME, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("starttls"):
            raise MailTrouble(NOT_ENCRYPTED, host=account.host, port=account.port)
        server.starttls(context=trust)
    except BaseException:
        server.close()
        raise
    return server
