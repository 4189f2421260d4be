"""The folder without Python, started and used: nothing of this Python is there.

``python -m tools.package --to FOLDER`` makes it, ``PACKAGED_DOSAR=FOLDER/Dosar`` says where. ``.ci/run`` does so, and
moves it where its name has a blank and a ș.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dosar.cli.serving.single_instance import ask_instance, running_address
from dosar.database.installation.lock_file import published_instance
from dosar.desktop.server_process import free_port
from tests.browser.test_attachments import attach, opened
from tests.browser.visitors import Visitor
from tests.waiting import is_soon

FIRST_PORT = 18_400
BUILT = os.environ.get("PACKAGED_DOSAR")


@dataclass(frozen=True)
class Packaged:
    """A running program, as the tests of the browser know one."""

    url: str


@pytest.fixture
def folder() -> Path:
    """The folder, wherever somebody has moved it."""
    if not BUILT:
        pytest.skip("PACKAGED_DOSAR names no folder that python -m tools.package has made")
    return Path(BUILT).absolute()


@pytest.fixture
def packaged(folder: Path, tmp_path: Path) -> Iterator[Packaged]:
    """The demo, started by the icon's program, without Python and without a screen."""
    data = tmp_path / "Date ș dosare"
    home = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "ro_RO.UTF-8"}
    options = ["--demo", "--no-browser", "--data", str(data), "--port", str(free_port(FIRST_PORT, FIRST_PORT + 99))]
    command = [folder / "dosar-desktop", *options]
    with subprocess.Popen(command, env=home, cwd="/", stdout=subprocess.DEVNULL) as program:
        assert is_soon(lambda: published_instance(data) is not None and running_address(data) is not None, 120)
        instance = published_instance(data)
        assert instance is not None
        assert is_soon(lambda: ask_instance(instance.address, "/ready", any_status=True) == "ready\n", 120)
        yield Packaged(instance.address.rstrip("/"))
        stopped = subprocess.run([folder / "dosar", "stop", "--data", data], env=home, capture_output=True, text=True)
        assert stopped.returncode == program.wait(60) == 0, stopped
    assert (data / "dosar.db").is_file() and not (data / "dosar.db-wal").exists()


def test_somebody_works_with_it(packaged: Packaged, visit: Callable[..., Visitor]) -> None:
    """Pages, styles and words are there; the database opens; a picture is looked through in a process of its own."""
    hers = visit(packaged)
    hers.sign_in("coordinator")
    hers.open("/records/event/new")
    hers.type(title="Munca de teren", starts_on="01.03.2026")
    hers.page.locator("[name=kind]").first.check()
    attach(hers, "materials", "prima.png")
    hers.press("Salvează")
    assert opened(hers, "prima.png (imagine, ").startswith(b"\x89PNG")
    hers.open("/records/event")
    assert hers.sees("Munca de teren")


def test_its_commands_know_the_shipped_forms(folder: Path) -> None:
    checked = subprocess.run(
        [folder / "dosar", "check"], env={"LANG": "C.UTF-8"}, cwd="/", capture_output=True, text=True
    )
    assert checked.returncode == 0 and "_forms" in checked.stdout, checked
