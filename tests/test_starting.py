"""The first minute with Dosar: the address answers before everything is ready, and shows how far it is."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import func, select

from dosar import shipped_folder
from dosar.cli.demo import FILING
from dosar.database.keys.key_file import secrets_in_file
from dosar.language.form import CASE_FORM
from dosar.long_work.progress import Progress, keep_silent
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.applications import opened_app
from tests.databases import KEY
from tests.waiting import is_soon

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background jobs are started deaf to Ctrl+C
from dosar.cli.main import main
sys.exit(main())
"""
HELD_PROGRAM = (
    """
import os, sys, time
def wait(event, arguments):
    while event == "open" and str(arguments[0]).endswith("case.yaml") and not os.path.exists("go on"):
        time.sleep(0.01)
sys.addaudithook(wait)
"""
    + PROGRAM
)
"""Reads no form before the file ``go on`` lies in its folder: the start takes as long as somebody looks at it."""
STEP = re.compile(r'<li aria-current="step">([^<]*)')
CATALOGUE = Path(__file__).parents[1] / "translations/ro/LC_MESSAGES/messages.po"
FEW_FORMS = "forms: [case, intake, plan, monitoring_form, visit_report]"


@dataclass
class Start:
    """A program that is starting, and what a browser saw of it meanwhile."""

    port: int
    process: "subprocess.Popen[str]"
    seen: list[str] = field(default_factory=list)
    """The steps, in the order they were shown."""
    page: str = ""
    """What was seen last."""

    def ask(self, address: str, language: str = "ro") -> tuple[int, str, str]:
        """Status, what the browser is told to do by itself, and the page; 0 while nobody answers."""
        asked = Request(f"http://127.0.0.1:{self.port}{address}", headers={"Accept-Language": language})
        with suppress(OSError):
            try:
                with urlopen(asked, timeout=60) as answer:
                    return answer.status, "", answer.read().decode()
            except HTTPError as refusal:
                return refusal.code, refusal.headers.get("Refresh", ""), refusal.read().decode()
        return 0, "", ""

    def look(self) -> str:
        """The first page, as it is at this moment."""
        self.page = self.ask("/")[2]
        return self.page

    def is_ready(self) -> bool:
        """Look at the page where one signs in once more."""
        status, _, page = self.ask("/sign-in")
        self.seen += [step.strip() for step in STEP.findall(page) if step.strip() not in self.seen]
        return status == 200


@contextmanager
def starting(folder: Path, port: int, *more: str, program: str = PROGRAM) -> Iterator[Start]:
    """``dosar start`` with data of its own in the folder, and a browser that shows nothing."""
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key"), "--port", str(port)]
    code = str(Path(__file__).parents[1] / "app")
    environment = {**os.environ, "PYTHONPATH": code, "LANG": "ro_RO.UTF-8", "BROWSER": "true"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, "start", *places, *more],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Start(port, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def romanian_sentences() -> set[str]:
    """Whatever Dosar may say."""
    with CATALOGUE.open("rb") as file:
        return {str(message.string) for message in read_po(file)}


@pytest.fixture
def few_forms(tmp_path: Path) -> Path:
    """Forms of a small organisation, which are filed in a moment."""
    shutil.copytree(shipped_folder("forms"), tmp_path / "forms")
    (tmp_path / "forms/profile.yaml").write_text(FEW_FORMS, encoding="utf-8")
    return tmp_path / "forms"


def test_the_first_page_shows_how_far_the_start_is(tmp_path: Path, free_port: int) -> None:
    with starting(tmp_path, free_port, "--demo", program=HELD_PROGRAM) as started:
        assert is_soon(lambda: started.ask("/health")[0] == 200)
        status, goes_on, page = started.ask("/cases", "en")
        assert (status, goes_on) == (503, "1"), "the browser looks again by itself, without scripts"
        assert "The data are being opened" in page and 'name="secret"' not in page
        assert started.ask("/ready")[0] == 503 and "starting" in started.ask("/ready")[2]
        assert "Datele se deschid" in started.ask("/")[2] and not started.is_ready()
        (tmp_path / "go on").touch()
        assert is_soon(started.is_ready)
        assert started.ask("/ready")[0] == 200
        assert "Autentifică-te" in started.ask("/cases")[2], "who asks for more than the first page waits for the cases"
        started.process.send_signal(signal.SIGINT)
        said, complaint = started.process.communicate(timeout=60)
    assert started.seen and set(started.seen) <= romanian_sentences(), (
        "which of them are seen hangs on the moments of looking"
    )
    assert "Traceback" not in complaint
    assert said.startswith("Demo: nume") and f"Dosar: http://127.0.0.1:{free_port}/" in said
    key = secrets_in_file(tmp_path / "data", tmp_path / "key")[0]
    steps: list[str] = []
    assert cases_in(tmp_path / "data", shipped_folder("forms"), key, lambda step, done: steps.append(step)) == 10
    assert FILING not in steps, "they were there when the answer came"


def cases_in(data: Path, forms: Path, key: bytes, tell: Progress) -> int:
    """How many cases there are, at the latest when the demo was opened once more."""
    app, _ = opened_app(data, key, forms=forms, demo=True, tell=tell)
    repository = app.extensions["dosar_repository"]
    with app.app_context(), acting_as(SYSTEM_SCOPE):
        cases: int = repository.session.scalar(select(func.count()).select_from(repository.record_class(CASE_FORM)))
        repository.session.remove()
    repository.store.close()
    return cases


def test_a_demo_that_was_cut_off_is_filed_anew(tmp_path: Path, few_forms: Path) -> None:
    def cut_off(step: str, done: float) -> None:
        if step == FILING and done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened_app(tmp_path / "data", KEY, forms=few_forms, demo=True, tell=cut_off)
    assert cases_in(tmp_path / "data", few_forms, KEY, keep_silent) == 10


def test_what_keeps_the_data_closed_ends_the_start_with_a_sentence(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/dosar.db").write_bytes(os.urandom(40_960))
    (tmp_path / "key").write_text(KEY.hex() + "\n")
    (tmp_path / "key").chmod(0o600)
    with starting(tmp_path, free_port) as started:
        assert is_soon(lambda: "Dosar nu poate porni" in started.look()), "in the browser, too"
        assert "Cheia nu deschide" in started.page
        said, complaint = started.process.communicate(timeout=120)
    assert (started.process.returncode, said) == (2, "")
    assert "Traceback" not in complaint and complaint.splitlines()[-1].startswith("Cheia nu deschide"), complaint
