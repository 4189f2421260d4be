"""The office of the demo at a mail server, with a clock that is set by hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trustme
from flask import Flask
from sqlalchemy import select

from dosar.access.organisation.time_zones import local_midnight
from dosar.access.services import AccessServices
from dosar.access.tables import user_table
from dosar.mail.account import STARTTLS, MailAccount, save_account
from dosar.mail.delivery import Delivered, MailDelivery
from dosar.mail.digest_choice import DAILY, DigestChoice, save_choice
from dosar.records.repository import Repository
from tests.databases import Place, fresh_place
from tests.filled import opened_at
from tests.mail.servers import NAME, PASSWORD, USER, MailServer, mail_server, write_trust


@dataclass
class MailOffice:
    """An office, its mail server, and the clock on its wall."""

    app: Flask
    server: MailServer
    account: MailAccount
    now: datetime

    def __post_init__(self) -> None:
        self.services.clock = lambda: self.now

    @property
    def services(self) -> AccessServices:
        found: AccessServices = self.app.extensions["dosar_access"]
        return found

    @property
    def repository(self) -> Repository:
        found: Repository = self.app.extensions["dosar_repository"]
        return found

    @property
    def delivery(self) -> MailDelivery:
        return MailDelivery(self.services, self.repository)

    def user_id(self, user_name: str) -> int:
        found = self.services.session.scalar(select(user_table.c.id).where(user_table.c.username == user_name))
        self.services.session.remove()
        return int(found)

    def choose(self, user_name: str, rhythm: str = DAILY, weekday: int = 0) -> int:
        """Have her digest sent to her."""
        user_id = self.user_id(user_name)
        with self.services.store.writing() as session:
            choice = DigestChoice(user_id, f"{user_name}@exemplu.ro", rhythm, weekday, confirmed=self.now)
            save_choice(session, choice)
        return user_id

    def look(self, **later: float) -> Delivered:
        self.now += timedelta(**later)
        return self.delivery.look()


def _opened(app: Flask, server: MailServer) -> MailOffice:
    """At half past six in the morning."""
    account = MailAccount(NAME, server.port, STARTTLS, USER, USER, PASSWORD)
    services: AccessServices = app.extensions["dosar_access"]
    morning = local_midnight(services.today(), services.organisation().zone) + timedelta(hours=6.5)
    with services.store.writing() as session:
        save_account(session, account)
    return MailOffice(app, server, account, morning)


@pytest.fixture
def mailed_place(database: str, tmp_path: Path, filled: Callable[[str], Place]) -> Iterator[Place]:
    """A database with the cases of the demo."""
    with fresh_place(database, tmp_path, filled(database)) as place:
        yield place


@pytest.fixture
def mailed(mailed_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailOffice]:
    """The office, on each kind of database."""
    authority = trustme.CA()
    monkeypatch.setenv("SSL_CERT_FILE", write_trust(authority, tmp_path))
    with mail_server(authority) as server, opened_at(mailed_place, tmp_path) as app:
        yield _opened(app, server)
