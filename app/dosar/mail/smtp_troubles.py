"""What goes wrong with a mail server, in words: what happened, and what to do."""

import ssl
from smtplib import (
    SMTPAuthenticationError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from socket import gaierror

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid

NO_SUCH_HOST = msgid("No server %(host)s is found. Check how its name is written, and the connection to the internet.")
NOT_REACHED = msgid(
    "The server %(host)s does not answer on port %(port)s. Check the port (587 for STARTTLS, 465 for TLS), and whether "
    "this network lets mail programs out."
)
NOT_TRUSTED = msgid(
    "The certificate of %(host)s is not one that this computer trusts, so no password was sent: somebody may stand in "
    "between. Check the name of the server; if it is yours, let it show a certificate for this name."
)
OTHER_ENCRYPTION = msgid(
    "The server %(host)s does not speak this kind of encryption on port %(port)s. Choose STARTTLS with port 587, or "
    "TLS with port 465."
)
NOT_ENCRYPTED = msgid(
    "The server %(host)s offers no STARTTLS on port %(port)s, and nothing leaves in clear. Choose TLS with port 465."
)
WRONG_PASSWORD = msgid(
    "The server %(host)s does not accept the user or the password. Type both anew; where signing in asks for a second "
    "step, make an app password in the settings of the mailbox."
)
STRANGE_PASSWORD = msgid(
    "User and password may have only letters without diacritics, digits and signs: mail servers take no others. Make "
    "an app password in the settings of the mailbox."
)
NO_SIGN_IN = msgid("The server %(host)s asks for no user and password. Leave both boxes empty, or choose another port.")
SENDER_REFUSED = msgid(
    "The server %(host)s does not let this account send from the address %(sender)s. Write the address of the mailbox "
    "itself."
)
RECIPIENT_REFUSED = msgid("The server %(host)s does not take mail for this address. Check how it is written.")
BROKEN_OFF = msgid(
    "The connection to %(host)s broke off. If it does so each time, choose the other kind of encryption: STARTTLS with "
    "port 587, or TLS with port 465."
)
STRANGE_ANSWER = msgid(
    "The server %(host)s did not take the mail (%(number)s). Try again later, or ask whoever looks after the mailbox."
)


class MailTrouble(StoreError):
    """A mail did not leave; the message says why and what to do."""

    is_of_address = False
    """Whether the account works, and only this address is refused."""


class AddressRefused(MailTrouble):
    """The server takes mails, but none for this address."""

    is_of_address = True


def mail_trouble(error: Exception, host: str, port: int, sender: str) -> MailTrouble:
    """What this error of the connection means; nothing that a server wrote goes along."""
    where: dict[str, object] = {"host": host, "port": port}
    if isinstance(error, SMTPRecipientsRefused):
        return AddressRefused(RECIPIENT_REFUSED, host=host)
    if isinstance(error, SMTPSenderRefused):
        return MailTrouble(SENDER_REFUSED, host=host, sender=sender)
    for kind, text in _TEXTS:
        if isinstance(error, kind):
            return MailTrouble(text, **where)
    if isinstance(error, SMTPResponseException):
        return MailTrouble(STRANGE_ANSWER, host=host, number=error.smtp_code)
    return MailTrouble(NOT_REACHED, **where)


_TEXTS: tuple[tuple[type[Exception], str], ...] = (
    (SMTPAuthenticationError, WRONG_PASSWORD),
    (SMTPNotSupportedError, NO_SIGN_IN),
    (SMTPHeloError, OTHER_ENCRYPTION),
    (SMTPServerDisconnected, BROKEN_OFF),
    (UnicodeError, STRANGE_PASSWORD),
    (ssl.SSLCertVerificationError, NOT_TRUSTED),
    (ssl.SSLError, OTHER_ENCRYPTION),
    (gaierror, NO_SUCH_HOST),
)
"""Errors → what is said of them, the narrower ones first."""
