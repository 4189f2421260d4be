"""The account over which the organisation's mails leave, as the database keeps it: sealed in one piece."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select

from dosar.access.tables import mail_account_table
from dosar.database.audit.trail import add_event
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Mistake

STARTTLS, TLS = "starttls", "tls"
DEFAULT_PORTS: Mapping[str, int] = {STARTTLS: 587, TLS: 465}
"""How the connection is encrypted → the port that servers keep for it. In clear nothing leaves."""
DEFAULT_HOUR = 7
"""When the digests of a day leave, until somebody says otherwise."""


@dataclass(frozen=True)
class MailAccount:
    """An account on a mail server."""

    host: str
    port: int
    security: str
    sender: str
    """The address the mails come from."""
    user: str = ""
    """Empty for a server that knows this computer."""
    secret: str = field(default="", repr=False)
    hour: int = DEFAULT_HOUR
    """The hour, by the organisation's clock, from which on the digests of a day leave."""


def read_account(session: Any) -> MailAccount | None:
    """The account, where there is one."""
    kept = session.scalar(select(mail_account_table.c.settings))
    return None if kept is None else MailAccount(**kept)


def with_kept_secret(session: Any, account: MailAccount) -> MailAccount:
    """The account with the password that is kept, where none was typed. Whoever sits at an open browser must not send
    a password that she does not know to a server of hers: raises :class:`Mistake` for another server."""
    kept = read_account(session)
    if account.secret or kept is None or not kept.secret or not account.user:
        return account
    if (kept.host, kept.port, kept.security, kept.user) != (account.host, account.port, account.security, account.user):
        raise Mistake("The server is another one now: type the password anew, so that it goes nowhere by mistake.")
    return replace(account, secret=kept.secret)


def save_account(session: Any, account: MailAccount) -> None:
    """Keep it in place of the one before, inside the caller's transaction."""
    session.execute(delete(mail_account_table))
    session.execute(insert(mail_account_table).values(id=1, settings=asdict(account), changed=utc_now()))
    add_event(session, "mail_account_saved")


def remove_account(session: Any) -> None:
    """Send nothing any more, inside the caller's transaction."""
    if session.execute(delete(mail_account_table)).rowcount:
        add_event(session, "mail_account_removed")
