"""The window on a real screen that nobody looks at, and the program that it starts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from dosar.cli.main import main
from dosar.cli.serving.stop_request import LOOK_SECONDS, STOP_REQUEST_FILE, ask_to_stop, watch_stop_request
from dosar.database.installation.lock_file import RunningInstance
from tests.updates.programs import make_program


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of somebody whose system is in Romanian, with a blank and a ș in its name."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/.config"))
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    monkeypatch.setenv("LC_ALL", "ro_RO.UTF-8")
    folder = tmp_path / "Date ș dosare"
    folder.mkdir()
    return folder


@pytest.fixture
def before_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Have somebody sit before the window, on a screen without a monitor."""
    pytest.importorskip("tkinter", reason="this Python has no Tk")
    if not shutil.which("Xvfb"):
        assert "CI" not in os.environ, "Xvfb is not here, and in .ci/run the window may not go untried"
        pytest.skip("Xvfb is not here")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as shown:
        assert shown.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{shown.stdout.readline().strip()}")
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as apart:
            from tests.desktop import sittings

            yield lambda sitting, *known: apart.submit(getattr(sittings, sitting), *known).result()
        shown.terminate()


def test_a_day_with_the_window(
    before_window: Any, data: Path, free_port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It starts Dosar, says so, opens the pages, shows where the data are, and stops it with one whole file; the
    window that is closed leaves it running, and the next one finds it."""
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{opened}"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    before_window("start_and_leave", data, opened, free_port)
    installed, newer = (make_program(tmp_path / version, version, only_tells=True) for version in ("0.2.0", "9.0.0"))
    before_window("give_way", data, installed, newer)
    before_window("find_and_stop", data)
    left = {file.name for file in data.iterdir()}
    assert "dosar.db" in left and not left & {"dosar.db-wal", STOP_REQUEST_FILE}


def test_what_went_wrong_stands_in_the_window(before_window: Any, data: Path) -> None:
    before_window("start_in_vain", data)


SAYS_MORE = """\
from dosar.cli.console.lasting_output import lasting_output
with lasting_output():
    input()
    print("The data are locked.", flush=True)
    print("Dosar has stopped.")
"""


def test_what_is_said_to_nobody_ends_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", SAYS_MORE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.close()
        program.communicate(b"\n")
    assert program.returncode == 0


def test_where_nothing_runs_nothing_is_to_stop(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "--data", str(data)]) == 0
    assert "Niciun Dosar" in capsys.readouterr().out and not list(data.iterdir())


def test_only_the_program_that_is_meant_stops(tmp_path: Path) -> None:
    stopped = Event()
    ask_to_stop(tmp_path, RunningInstance("http://127.0.0.1:8080/", "of yesterday"))
    watch_stop_request(tmp_path, "of today", stopped.set, stopped.set)
    assert not stopped.wait(2 * LOOK_SECONDS)
    ask_to_stop(tmp_path, RunningInstance("http://127.0.0.1:8080/", "of today"))
    assert stopped.wait(60) and not (tmp_path / STOP_REQUEST_FILE).exists()


def test_without_a_screen_it_does_what_the_command_does(
    data: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    command = [sys.executable, "-c", "from dosar.desktop.entry import run; raise SystemExit(run())"]
    typed = ["--forms", str(data / "nicăieri"), "--port", str(free_port)]
    done = subprocess.run([*command, *typed], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2 and "nicăieri" in done.stderr
