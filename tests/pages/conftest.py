"""The organisation of the demo, with a record of every form, for stories about its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import shipped
from app.demo import password_of
from app.language.form import Form
from app.records.cabinet import Cabinet
from app.running import opened_app
from tests.databases import DATABASES, fresh_place


@dataclass
class Demo:
    """The demo's application, and browsers signed in to it."""

    app: Flask
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def cabinet(self) -> Cabinet:
        found: Cabinet = self.app.extensions["dosar_cabinet"]
        return found

    @property
    def forms(self) -> dict[str, Form]:
        return dict(self.cabinet.forms)

    def browser(self, user: str) -> FlaskClient:
        """A browser in which this demo worker has signed in."""
        if user not in self.browsers:
            browser = self.app.test_client()
            token = token_on(browser.get("/sign-in").text)
            answers = {"user_name": user, "password": password_of(user), "csrf_token": token}
            assert browser.post("/sign-in", data=answers).status_code == 303
            self.browsers[user] = browser
        return self.browsers[user]


def token_on(page: str) -> str:
    """The token of the form on this page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no form on the page"
    return found[1]


@contextmanager
def demo_on(database: str, data: Path) -> Iterator[Demo]:
    """The demo, filled into an empty database of this kind."""
    with fresh_place(database, data) as place:
        app, _ = opened_app(
            place.data or data, shipped("forms"), place.key, place.url, demo=True, today=date.today(),
            TESTING=True, FAB_PASSWORD_HASH_METHOD="scrypt:1024:8:1",
        )
        yield Demo(app)
        app.extensions["dosar_cabinet"].store.close()


@pytest.fixture(scope="session", params=DATABASES)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Opened once on each database: what these stories change, they change in records of their own."""
    with demo_on(request.param, tmp_path_factory.mktemp("demo")) as opened:
        yield opened
