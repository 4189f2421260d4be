"""A small organisation behind the gate: one form, the shipped roles, a clock that obeys."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.appbuilder.install import create_access_tables
from dosar.access.appbuilder.view import PageView
from dosar.access.audit.request_audit import install_request_audit
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route, requires_permission
from dosar.access.factors.step_up import ProofNeeded
from dosar.access.installation import install_access_control
from dosar.access.migrations import VERSIONS
from dosar.access.organisation.settings import Organisation
from dosar.access.roles.permissions import sync_permissions
from dosar.access.services import AccessServices
from dosar.database.audit.chain import audit_event_table
from dosar.database.data_key import data_key_table
from dosar.database.store import Store
from dosar.language.form import Form
from dosar.language.load.definition import Definition, make_definition
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import Roles
from dosar.language.text.catalogs import compile_catalogs
from dosar.pages import account, admin
from dosar.pages.admin.form_problems import FormProblemsPage
from dosar.pages.recovery.errors import proof_page
from dosar.pages.recovery.expired_session import current_owner_token
from dosar.pages.registration import page_views
from dosar.records.scope.row_scope import current_scope
from tests.applications import compiled_once
from tests.databases import fresh_store, new_place, place_at
from tests.filled import founded_place
from tests.telephones import code_of, connect_telephone, key_on, unused_code
from tests.whole_run import made_once, shared_folder

ROOT = Path(__file__).parents[2]
PASSWORD = "patru cuvinte fără rost"

VISIT = Form.model_construct(
    form="visit_report",
    belongs_to="case",
    sections=[],
    title={"en": "Study visit report", "ro": "Raport de vizită"},
    plural={"en": "Study visit reports", "ro": "Rapoarte de vizită"},
)


ROMANIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2);\\n"

msgid "Sign in"
msgstr "Autentificare"

msgid "d MMM y, HH:mm"
msgstr "dd.MM.y, HH:mm"

msgid "The user name or the password is wrong."
msgstr "Numele de utilizator sau parola nu sunt corecte."

msgid "There were too many wrong passwords. Try again in %(num)d minute."
msgid_plural "There were too many wrong passwords. Try again in %(num)d minutes."
msgstr[0] "Au fost prea multe parole greșite. Încercați din nou peste %(num)d minut."
msgstr[1] "Au fost prea multe parole greșite. Încercați din nou peste %(num)d minute."
msgstr[2] "Au fost prea multe parole greșite. Încercați din nou peste %(num)d de minute."

msgid "My profile"
msgstr "Profilul meu"
"""


@dataclass
class Clock:
    """Tells the time it was set to."""

    moment: datetime = datetime(2026, 11, 22, 8, 0)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass
class Office:
    """The application, its clock and its browsers."""

    app: Flask
    clock: Clock
    services: AccessServices

    def browser(self, **headers: str) -> "Browser":
        client = self.app.test_client()
        client.environ_base.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
        return Browser(client)

    def signed_in(self, user_name: str) -> "Browser":
        browser = self.browser()
        assert browser.sign_in(user_name).status_code == 303
        return browser

    def user(self, user_name: str, *roles: str, password: str | None = PASSWORD, team: str = "") -> int:
        person = UserDetails(user_name, user_name.title(), "Probă", frozenset(roles), frozenset({team} - {""}))
        with self.app.app_context():
            user_id = add_user(self.services, None, person, password)
            if password:
                connect_telephone(self.services, user_id)
        return user_id


@dataclass
class Browser:
    """A browser as a person uses it: forms are posted with the token of their page."""

    client: FlaskClient

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, **more)

    def post(self, address: str, at: str = "/sign-in", **answers: Any) -> TestResponse:
        return self.client.post(address, data={**answers, "csrf_token": self.token(at)})

    def token(self, at: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(at).text)
        assert found, f"no form on {at}"
        return found[1]

    def sign_in(self, user_name: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        """By password and code; the answer to the password alone where it is refused."""
        answer = self.give_password(user_name, password, **more)
        return self.give_code(user_name=user_name) if answer.location == "/sign-in/code" else answer

    def give_password(self, user_name: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        return self.post("/sign-in", user_name=user_name, password=password, **more)

    def connect_telephone(self, at: str = "/sign-in/telephone") -> TestResponse:
        """Type the key of the page into an app, and its code into the page."""
        services = self.client.application.extensions["dosar_access"]
        return self.post(at, at=at, code=code_of(services.clock(), key_on(self.get(at).text)))

    def give_first_code(self, code: str) -> TestResponse:
        """Type what an administrator handed over to connect a telephone."""
        return self.post("/sign-in/first-code", at="/sign-in/first-code", code=code)

    def give_code(self, code: str = "", user_name: str = "ana") -> TestResponse:
        code = code or unused_code(self.client.application, user_name)
        return self.post("/sign-in/code", at="/sign-in/code", code=code)


class DesktopPage(PageView):
    """Routes to knock at."""

    @page_route("/", SIGNED_IN_ACCESS)
    def home(self) -> str:
        return f"{current_worker().user_name} {sorted(current_worker().roles)} {current_scope.get().cases}"

    @page_route("/breaks", SIGNED_IN_ACCESS)
    def breaks(self) -> str:
        raise ZeroDivisionError

    @page_route("/records/<form>", requires_permission("see"))
    def records(self, form: str) -> str:
        return form

    @page_route("/records/<form>/new", requires_permission("enter"))
    def new(self, form: str) -> str:
        return f"new {form}"


@pytest.fixture(scope="session")
def definition() -> Definition:
    parts = {
        "form:visit_report": VISIT,
        "roles": Roles.model_validate(read_yaml(ROOT / "forms/roles.yaml").contents),
        "menu": Menu.model_validate(read_yaml(ROOT / "forms/menu.yaml").contents),
    }
    return make_definition(parts, {})


@pytest.fixture(scope="session")
def translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few texts in Romanian: what matters here is which language is chosen, not its words."""
    folder = tmp_path_factory.mktemp("translations")
    (folder / "ro/LC_MESSAGES").mkdir(parents=True)
    (folder / "ro/LC_MESSAGES/messages.po").write_text(ROMANIAN, encoding="utf-8")
    compile_catalogs(folder)
    return folder


@pytest.fixture
def first_step(tmp_path: Path) -> Path:
    """The first step of the migrations alone: the tables as Dosar 0.1 made them."""
    folder = tmp_path / "first"
    folder.mkdir()
    shutil.copy(VERSIONS / "001_first_tables.py", folder)
    return folder


Opening = Callable[[Store], Office]


@pytest.fixture
def opening(definition: Definition, translations: Path, tmp_path: Path) -> Opening:
    """Opens an office in a store; the user tables are empty."""

    def open_office(store: Store) -> Office:
        with store.writing() as session:
            create_access_tables(session.connection())
            for table in (data_key_table, audit_event_table):
                table.create(session.connection(), checkfirst=True)
            store.open_data_key()
            sync_permissions(session, definition.roles, definition.forms)
        app = Flask("dosar", root_path=str(ROOT / "app/dosar"), template_folder="pages")
        app.config.update(
            SECRET_KEY="only for tests",
            TESTING=True,
            FAB_PASSWORD_HASH_METHOD="scrypt:1024:8:1",
            TRANSLATIONS=str(translations),
            DATA=str(tmp_path),
        )
        compiled_once(app).jinja_env.globals.update(
            asset=lambda name: f"/static/{name}?v=1", current_owner_token=current_owner_token
        )
        app.register_error_handler(ProofNeeded, proof_page)
        clock = Clock()
        registry = install_access_control(app, store, definition, clock)
        with app.app_context():
            for view in (*page_views(account), *page_views(admin)):
                if view is not FormProblemsPage:  # it tells of form files, and here there are none
                    registry.add_view_no_menu(view)
            registry.add_view_no_menu(DesktopPage)
        install_request_audit(app)
        return Office(app, clock, app.extensions["dosar_access"])

    return open_office


@pytest.fixture
def founded_sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """An SQLite database with the tables that every organisation has."""
    with fresh_store("sqlite", tmp_path, founded_place("sqlite")) as opened:
        yield opened


@pytest.fixture
def new_office(founded_sqlite_store: Store, opening: Opening) -> Iterator[Office]:
    """An office on its first day: nobody has signed in yet."""
    yield opening(founded_sqlite_store)


@pytest.fixture
def office(opening: Opening, tmp_path: Path) -> Iterator[Office]:
    """An office with an administrator, a case manager and a volunteer; it works in Romanian."""
    place = place_at(made_once("peopled-sqlite", lambda: _peopled(opening)))
    with fresh_store("sqlite", tmp_path, place) as store:
        yield opening(store)


def _peopled(opening: Opening) -> str:
    """Its database, which nobody has open: made once in a run, to be copied."""
    place = new_place("sqlite", shared_folder(), founded_place("sqlite"))
    store = place.open()
    office = opening(store)
    with office.app.app_context(), store.writing():
        office.services.update_organisation(Organisation("Asociația Drumul Lin", "ro"))
    office.user("administrator", "administrator")
    office.user("ana", "case_manager")
    office.user("vera", "volunteer")
    store.close()
    return place.address


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = office.services.store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
