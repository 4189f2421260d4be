"""The organisation of the demo, with a record of every form, for stories about its pages."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dosar.cli.demo import demo_password
from dosar.language.form import Form
from dosar.records.repository import Repository
from tests.databases import DATABASES, Place, fresh_place
from tests.filled import opened_at
from tests.lasting import Lasting, lasting

ON_ONE = {
    "test_accepting": "postgresql",
    "test_address_code": "sqlite",
    "test_attaching": "postgresql",
    "test_audit": "postgresql",
    "test_backup_places": "sqlite",
    "test_beginning": "postgresql",
    "test_break_glass": "sqlite",
    "test_case_page": "postgresql",
    "test_changing_the_paper": "sqlite",
    "test_closing_account": "sqlite",
    "test_comparing": "postgresql",
    "test_consent_doors": "sqlite",
    "test_consent_gate": "postgresql",
    "test_data_requests": "sqlite",
    "test_deleting": "postgresql",
    "test_duplicates": "postgresql",
    "test_finding_ones_way": "sqlite",
    "test_former_addresses": "sqlite",
    "test_going_on": "postgresql",
    "test_handbooks": "sqlite",
    "test_history": "postgresql",
    "test_invitation": "sqlite",
    "test_mail_page": "sqlite",
    "test_masked_names": "sqlite",
    "test_my_mail": "postgresql",
    "test_out_of_a_backup": "postgresql",
    "test_papers": "sqlite",
    "test_plan_faces": "postgresql",
    "test_posting": "sqlite",
    "test_read_only_cases": "sqlite",
    "test_restricted_cases": "postgresql",
    "test_reversing": "sqlite",
    "test_rights": "postgresql",
    "test_rows_for_good": "sqlite",
    "test_settling_deadlines": "postgresql",
    "test_small_forms": "sqlite",
    "test_strange_drafts": "postgresql",
    "test_team": "sqlite",
    "test_unasked": "sqlite",
    "test_unsent": "postgresql",
    "test_unsent_pages": "sqlite",
    "test_update_pages": "sqlite",
    "test_whole_record": "sqlite",
    "test_withdrawing": "sqlite",
    "test_worked_example": "sqlite",
    "test_worker_without_session": "postgresql",
}
"""Long stories of what pages say and ask back, each on one database: what they ask of it is asked of both by
``tests/records`` and ``tests/filing``, and every page is opened on both by ``tests/attack`` and ``test_statements``."""


@dataclass
class Demo:
    """The demo's application, and browsers signed in to it."""

    app: Flask
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        found: Repository = self.app.extensions["dosar_repository"]
        return found

    @property
    def forms(self) -> dict[str, Form]:
        return dict(self.repository.forms)

    def browser(self, user: str) -> FlaskClient:
        """A browser in which this demo worker has signed in."""
        if user not in self.browsers:
            browser = self.app.test_client()
            token = token_on(browser.get("/sign-in").text)
            answers = {"user_name": user, "password": demo_password(user), "csrf_token": token}
            assert browser.post("/sign-in", data=answers).status_code == 303
            self.browsers[user] = browser
        return self.browsers[user]


def token_on(page: str) -> str:
    """The token of the form on this page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no form on the page"
    return found[1]


@contextmanager
def demo_on(data: Path, like: Place) -> Iterator[Demo]:
    """The demo, in a copy of a filled database."""
    database = "postgresql" if like.url else "sqlite"
    with fresh_place(database, data, like) as place, opened_at(place, data) as app:
        yield Demo(app)


@pytest.fixture(scope="session")
def lasting_demo(
    tmp_path_factory: pytest.TempPathFactory,
    filled: Callable[[str], Place],
) -> Iterator[Lasting[Demo]]:
    """The demo on a database of this kind, opened once, and its data as they were then."""
    with lasting(lambda database: demo_on(tmp_path_factory.mktemp("demo"), filled(database))) as opened:
        yield opened


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On which databases a story is told; a file may say so itself, or have a demo of its own."""
    said = any("demo" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))
    if "demo" in metafunc.fixturenames and not said and not hasattr(metafunc.module, "demo"):
        database = ON_ONE.get(metafunc.module.__name__.rpartition(".")[2])
        metafunc.parametrize("demo", [database] if database else DATABASES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest, lasting_demo: Lasting[Demo]) -> Iterator[Demo]:
    """On each database, or the one of ``ON_ONE``.

    What the stories of one file change is put back, and those of another never meet it.
    """
    opened, photograph = lasting_demo(request.param)
    yield Demo(opened.app)
    photograph.put_back()
