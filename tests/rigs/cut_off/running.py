"""An organisation for the rigs: a data folder, the real program on it, and workers at their browsers.

Whoever kills the program or takes the power away must know what was acknowledged: that is what a browser was told.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.organisation.settings import Organisation as Named
from dosar.access.services import AccessServices
from dosar.database.keys.key_file import key_from_file
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.applications import opened_app
from tests.days import today_here
from tests.organisations import CASE, form
from tests.telephones import SECRET, code_now, connect_telephone
from tests.waiting import is_soon

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background jobs are started deaf to Ctrl+C
from dosar.cli.main import main
sys.exit(main())
"""
VISIT = form(
    "visit",
    "name: note, type: text, search: true",
    "name: again, type: text",
    "name: lines, type: table, columns: [{name: words, type: text, label: {en: Words, ro: Vorbe}}]",
    head="belongs_to: case\nlist: [note]\nsort: [note]",
)
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - role: worker
    title: {en: Worker, ro: Lucrător}
    scope: all
    may: {"*": [see, enter, correct]}
"""
PASSWORD = "patru cuvinte fără rost"
CASES = 2
"""Sheets are filed in the first; what is only typed stands in the second."""
PATIENCE = 600.0
"""Seconds: a start on a busy computer takes long."""


class CutOff(Exception):
    """The program ended before it answered: nobody knows whether it kept what was sent."""


@dataclass(frozen=True)
class Office:
    """Where everything of the organisation lies."""

    folder: Path
    url: str | None = None
    """Its PostgreSQL database, if it has one."""
    workers: Mapping[str, int] = field(default_factory=dict)
    """User name → number."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def forms(self) -> Path:
        return self.folder / "forms"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / "key"

    @property
    def places(self) -> list[str]:
        """What a command is told."""
        return ["--data", str(self.data), "--forms", str(self.forms), "--key-file", str(self.key_file)]

    @property
    def environment(self) -> dict[str, str]:
        """What a program of it needs; what else is written of an account goes into the folder, too."""
        around = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        ours = {"PYTHONPATH": str(Path(__file__).parents[3] / "app"), "XDG_CONFIG_HOME": str(self.folder / "config")}
        return {**around, **ours, **({"DATABASE_URL": self.url} if self.url else {})}


def founded(folder: Path, workers: int, url: str | None = None) -> Office:
    """An organisation with so many workers, who have telephones, and two cases."""
    office = Office(folder, url)
    office.forms.mkdir()
    for name, text in {"case": CASE, "visit": VISIT, "menu": MENU, "roles": ROLES}.items():
        (office.forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    office.data.mkdir(mode=0o700)
    app, findings = opened_app(office.data, key_from_file(office.data, office.key_file), url, office.forms)
    assert not findings, findings
    repository: Repository = app.extensions["dosar_repository"]
    services: AccessServices = app.extensions["dosar_access"]
    hired = {}
    with app.app_context(), acting_as(SYSTEM_SCOPE):
        for number in range(workers):
            person = UserDetails(f"worker{number}", "Ana", f"Rusu {number}", frozenset({"worker"}))
            hired[person.user_name] = add_user(services, None, person, PASSWORD)
            connect_telephone(services, hired[person.user_name])
        with repository.writing():
            services.update_organisation(Named("Asociația Drumul Lin", "ro"))
            for number in range(CASES):
                actor = Actor(next(iter(hired.values())), "worker", today_here())
                enter_sheet(repository, repository.forms["case"], {"name": f"Caz {number}"}, actor)
        repository.session.remove()
    repository.store.close()
    return Office(folder, url, hired)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@dataclass
class Running:
    """The program at work."""

    process: "subprocess.Popen[bytes]"
    port: int

    def kill(self) -> None:
        """As a power cut or the computer itself ends it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answers(self) -> bool:
        """Whether people can work with it."""
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def started(office: Office, under: Sequence[str] = ()) -> Iterator[Running]:
    """``dosar start``, perhaps under another program that watches it; is ended afterwards, if it still runs."""
    port = free_port()
    asked = ["start", "--no-browser", "--port", str(port), *office.places]
    with (office.folder / "said.log").open("ab") as said:
        process = subprocess.Popen(
            [*under, sys.executable, "-c", PROGRAM, *asked],
            cwd=office.folder,
            env=office.environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    running = Running(process, port)
    try:
        is_there = is_soon(lambda: running.answers() or process.poll() is not None, PATIENCE)
        if not is_there or process.poll() is not None:
            raise RuntimeError(f"it does not start: {(office.folder / 'said.log').read_text()[-2000:]}")
        yield running
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM if under else signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    location: str
    text: str

    def hidden(self) -> dict[str, str]:
        """What stands in the hidden boxes of the page, its tokens among them."""
        found = re.findall(r'<input type="hidden" name="(_once|_seen|csrf_token)" value="([^"]*)"', self.text)
        return {name: unescape(value) for name, value in found}


class Browser:
    """A worker's browser: it keeps her cookies, also while the program is away."""

    def __init__(self, worker: str) -> None:
        self.worker, self.cookies, self.port = worker, {}, 0  # type: ignore[var-annotated]
        self.connection: HTTPConnection | None = None

    def get(self, address: str) -> Answered:
        """Raises :class:`CutOff`."""
        return self._ask("GET", address, None)

    def post(self, address: str, boxes: Mapping[str, str]) -> Answered:
        """Raises :class:`CutOff`."""
        return self._ask("POST", address, urlencode(boxes))

    def _ask(self, method: str, address: str, body: str | None) -> Answered:
        if self.connection is None or self.connection.port != self.port:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, address, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException) as error:
            self.leave()
            raise CutOff from error
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answered(answer.status, answer.headers.get("Location", ""), text)

    def leave(self) -> None:
        """Close the connection; the cookies stay."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def sign_in(self) -> None:
        """By password and telephone, as everybody does."""
        token = self.get("/sign-in").hidden()
        said = self.post("/sign-in", {"user_name": self.worker, "password": PASSWORD, **token})
        assert said.status == 303, said.text[-1000:]
        token = self.get("/sign-in/code").hidden()
        said = self.post("/sign-in/code", {"code": code_now(SECRET), **token})
        assert said.status == 303, said.text[-1000:]
