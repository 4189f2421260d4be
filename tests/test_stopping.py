"""Stopping a program that serves pages: every end but a kill leaves one file that has everything."""

import fcntl
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text

from dosar.cli.serving.stopping import FINISH_SECONDS
from dosar.database.store import Store
from tests.organisations import CASE, MENU, ROLES
from tests.waiting import is_soon

PROGRAM = """
import signal, sys, time
from pathlib import Path
from sqlalchemy import text
from dosar.cli.endings import ended_by, end_by_interrupt
from dosar.cli.serving.program import listening_socket
from dosar.cli.only_program import only_program
from dosar.cli.serving import stopping
from dosar.cli.serving.server import serve_requests
from dosar.cli.serving.stopping import Stop
from dosar.database.store import Store

KEY, ENDLESS = bytes(32), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

def answering(store):
    def answer(environ, start_response):
        what = environ["PATH_INFO"].strip("/")
        print(f"asked {what}\\n", end="", flush=True)  # at once, whoever else speaks
        with store.writing() as session:
            session.execute(text("INSERT INTO kept VALUES (:what)"), {"what": what})
            if what == "sleep":
                time.sleep(100)
            elif what == "spin":
                session.execute(text(ENDLESS)).scalar()
        start_response("200 OK", [])
        return [b"kept"]
    return answer

for deaf_to in (signal.SIGINT, signal.SIGHUP):  # a script's background jobs, and what nohup starts
    signal.signal(deaf_to, signal.SIG_DFL)
end_by_interrupt()
data, port = Path(sys.argv[1]), int(sys.argv[2])
stopping.FINISH_SECONDS = float(sys.argv[4])
for _ in range(int(sys.argv[3])):
    with only_program(data):
        store, stop = Store.open(data, key=KEY), Stop()
        with store.writing() as session:
            session.execute(text("CREATE TABLE IF NOT EXISTS kept (what TEXT)"))
        with ended_by(stop.ask), listening_socket(port) as listening:
            print("serving", flush=True)
            serve_requests(answering(store), listening, stop)
    print("stopped", flush=True)
    sys.stdin.readline()
"""
ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@dataclass
class Serving:
    """A program that keeps what it is asked to keep, and says what it does."""

    data: Path
    port: int
    process: "subprocess.Popen[str]"

    def says(self, word: str) -> None:
        assert self.process.stdout is not None
        told = []
        for line in self.process.stdout:
            told.append(line)
            if line.strip() == word:
                return
        raise AssertionError("".join(told))

    def goes_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def keep(self, what: str) -> bool:
        """Whether it said that it kept it."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{what}", timeout=100) as answer:
                return bool(answer.read() == b"kept")
        except (OSError, HTTPException):
            return False

    def takes_nothing_new(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 10).close()
        except OSError:
            return True
        return False

    def kept_in_the_file_alone(self, folder: Path) -> set[str]:
        """What a copy of the one file has, taken now."""
        assert {file.name for file in self.data.glob("dosar.db*")} == {"dosar.db"}
        folder.mkdir()
        shutil.copy2(self.data / "dosar.db", folder)
        copy = Store.open(folder, key=bytes(32))
        with copy.snapshot() as connection:
            kept = set(connection.execute(text("SELECT what FROM kept")).scalars())
        copy.close()
        return kept


@pytest.fixture
def rounds() -> int:
    return 1


@pytest.fixture
def patience() -> float:
    return FINISH_SECONDS


@pytest.fixture
def serving(tmp_path: Path, free_port: int, rounds: int, patience: float) -> Iterator[Serving]:
    data = tmp_path / "data"
    data.mkdir()
    command = [sys.executable, "-c", PROGRAM, str(data), str(free_port), str(rounds), str(patience)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, env=environment, **streams) as ours:
        try:
            yield Serving(data, free_port, ours)
        finally:
            ours.kill()


@pytest.mark.parametrize("rounds", [int(os.environ.get("STOPS", "6"))])
def test_what_was_acknowledged_is_in_the_file_whatever_ends_the_program(
    serving: Serving, rounds: int, tmp_path: Path
) -> None:
    """Four people at work do not stop for it; each round ends in another way."""
    acknowledged: set[str] = set()
    for stop in range(rounds):
        serving.says("serving")
        ended = Event()

        def work(worker: int, stop: int = stop, ended: Event = ended) -> None:
            for number in range(10_000):
                if ended.is_set():
                    return
                if serving.keep(name := f"{stop}-{worker}-{number}"):
                    acknowledged.add(name)

        with ThreadPoolExecutor(4) as people:
            for worker in range(4):
                people.submit(work, worker)
            assert is_soon(lambda stop=stop: sum(name.startswith(f"{stop}-") for name in acknowledged.copy()) > 20)
            serving.process.send_signal(ENDINGS[stop % len(ENDINGS)])
            ended.set()
        serving.says("stopped")
        assert acknowledged <= serving.kept_in_the_file_alone(tmp_path / f"copy-{stop}")
        serving.goes_on()


def test_a_page_being_made_is_finished_and_answered(serving: Serving, tmp_path: Path) -> None:
    serving.says("serving")
    with ThreadPoolExecutor() as people:
        answers = [people.submit(serving.keep, str(number)) for number in range(8)]
        serving.says("asked 0")
        serving.process.send_signal(signal.SIGTERM)
    serving.process.communicate(timeout=60)
    assert {str(number) for number, answer in enumerate(answers) if answer.result()} <= serving.kept_in_the_file_alone(
        tmp_path / "copy"
    )
    assert answers[0].result() and serving.process.returncode == 0


@pytest.mark.parametrize("hanging, times, patience", [("sleep", 1, FINISH_SECONDS), ("spin", 2, 1000.0)])
def test_a_page_that_hangs_holds_up_nobody(serving: Serving, hanging: str, times: int, tmp_path: Path) -> None:
    """It is told to end after some seconds, or by a second Ctrl+C; what it had not finished is not there."""
    serving.says("serving")
    assert serving.keep("first")
    Thread(target=serving.keep, args=(hanging,), daemon=True).start()
    serving.says(f"asked {hanging}")
    for _ in range(times):
        serving.process.send_signal(signal.SIGINT)
        assert is_soon(serving.takes_nothing_new, 60), "two signals at once would be one"
    told, _ = serving.process.communicate(timeout=60)
    assert "Traceback" not in told and serving.process.returncode == 0
    assert serving.kept_in_the_file_alone(tmp_path / "copy") == {"first"}


def answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
        return bool(answer.status == 200)
    return False


def test_who_closes_the_window_stops_the_program_and_locks_nothing(tmp_path: Path, free_port: int) -> None:
    terminal, inside = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(inside, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may have started these tests

    forms, told = tmp_path / "forms", tmp_path / "told"
    forms.mkdir()
    for name, content in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (forms / f"{name}.yaml").write_text(content, encoding="utf-8")
    data = tmp_path / "data"
    command = [sys.executable, "-c", "from dosar.cli.entry import run; run()", "start", "--no-browser"]
    command += ["--port", str(free_port), "--forms", str(forms), "--data", str(data), "--key-file", f"{tmp_path}/key"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with told.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, stdin=inside, stdout=output, stderr=output, preexec_fn=take_terminal
        )
    os.close(inside)
    try:
        assert is_soon(lambda: answers(free_port) and "Code of the set-up" in told.read_text(), 120), told.read_text()
        assert (data / "dosar.db-wal").exists()
        os.close(terminal)
        assert process.wait(60) == 0
    finally:
        process.kill()
    assert "the data are closed" in told.read_text() and "locked" not in told.read_text()
    assert {file.name for file in data.glob("dosar.db*")} == {"dosar.db"}


def test_ctrl_c_again_and_again_breaks_off_no_closing(serving: Serving, tmp_path: Path) -> None:
    serving.says("serving")
    assert serving.keep("first")
    with suppress(ProcessLookupError):
        while serving.process.poll() is None:
            serving.process.send_signal(signal.SIGINT)
            time.sleep(0.01)
            if {file.name for file in serving.data.glob("dosar.db*")} == {"dosar.db"}:
                break
    serving.process.communicate(timeout=60)
    assert serving.kept_in_the_file_alone(tmp_path / "copy") == {"first"}, "whatever it still came to say"
