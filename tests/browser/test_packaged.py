"""The folder without Python, started and used: nothing of this Python is there.

``python -m tools.package --to FOLDER --release-key PUBLIC`` makes it, ``PACKAGED_DOSAR=FOLDER/Dosar`` says where, and
``PACKAGED_DOSAR_KEY`` where the key lies that ``python -m tools.release_key`` has made. ``.ci/run`` does so, and moves
it where its name has a blank and a ș.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dosar.cli.serving.single_instance import ask_instance, running_address
from dosar.database.installation.lock_file import published_instance
from dosar.updates.programs.program import FACTS_FILE
from tests.browser.test_attachments import attach, opened
from tests.browser.visitors import Visitor
from tests.waiting import is_soon
from tools.package.update import make_update, write_facts
from tools.release_key import read_key

BUILT, RELEASE_KEY = os.environ.get("PACKAGED_DOSAR"), os.environ.get("PACKAGED_DOSAR_KEY", "")
LATER = "9.0.0"


@dataclass(frozen=True)
class Packaged:
    """A running program, as the tests of the browser know one."""

    url: str
    folder: Path
    data: Path
    home: dict[str, str]

    def type(self, *arguments: str | Path) -> str:
        """Type ``dosar`` and what follows; what it says."""
        typed = [self.folder / "dosar", *arguments, "--data", self.data]
        ran = subprocess.run(typed, env=self.home, cwd="/", capture_output=True, text=True)
        assert ran.returncode == 0, ran
        return ran.stdout

    def goes_over(self, do: Callable[[], object]) -> bool:
        """Whether the running program becomes another one, and shows its pages, when this is done."""
        before = published_instance(self.data)
        do()
        return is_soon(lambda: published_instance(self.data) not in (None, before), 120) and is_ready(self.data)


@pytest.fixture
def folder() -> Path:
    """The folder, wherever somebody has moved it."""
    if not BUILT:
        pytest.skip("PACKAGED_DOSAR names no folder that python -m tools.package has made")
    return Path(BUILT).absolute()


@pytest.fixture
def packaged(folder: Path, tmp_path: Path, free_port: int) -> Iterator[Packaged]:
    """The demo, started by the icon's program, without Python and without a screen."""
    data = tmp_path / "Date ș dosare"
    home = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "ro_RO.UTF-8"}
    options = ["--demo", "--no-browser", "--data", str(data), "--port", str(free_port)]
    command = [folder / "dosar-desktop", *options]
    with subprocess.Popen(command, env=home, cwd="/", stdout=subprocess.DEVNULL) as program:
        assert is_soon(lambda: published_instance(data) is not None and running_address(data) is not None, 120)
        instance = published_instance(data)
        assert instance is not None
        assert is_ready(data)
        yield Packaged(instance.address.rstrip("/"), folder, data, home)
        stopped = subprocess.run([folder / "dosar", "stop", "--data", data], env=home, capture_output=True, text=True)
        assert stopped.returncode == program.wait(60) == 0, stopped
    assert (data / "dosar.db").is_file() and not (data / "dosar.db-wal").exists()


def is_ready(data: Path) -> bool:
    """Whether the program that has the folder shows the pages of open data soon."""
    instance = published_instance(data)
    assert instance is not None
    return is_soon(lambda: ask_instance(instance.address, "/ready", any_status=True) == "ready\n", 120)


def test_somebody_works_with_it(packaged: Packaged, visit: Callable[..., Visitor], tmp_path: Path) -> None:
    """Pages, styles and words are there; the database opens; a picture is looked through in a process of its own. Then
    another version takes over, and is taken back: her work is there all the same."""
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
    if RELEASE_KEY:
        update_and_go_back(packaged, tmp_path)
        hers.open("/records/event")
        assert hers.sees("Munca de teren")


def update_and_go_back(packaged: Packaged, tmp_path: Path) -> None:
    """The same program under a later number, as a real update: the running one goes over to it, and back."""
    newer = packaged.folder.with_name("Dosar of later")  # on the same disk: links are enough
    shutil.copytree(packaged.folder, newer, copy_function=os.link, symlinks=True)
    (newer / FACTS_FILE).unlink()
    write_facts(newer, LATER)
    update = make_update(newer, tmp_path, read_key(Path(RELEASE_KEY)), None, level=1)
    shutil.rmtree(newer)
    assert packaged.goes_over(lambda: packaged.type("update", update, "--without-backup"))
    assert f"Dosar {LATER}" in packaged.type("update")
    assert json.loads((packaged.data / "before-update" / "kept.json").read_text("utf-8"))["to"] == LATER
    assert packaged.goes_over(lambda: packaged.type("update", "--back"))
    assert [*(packaged.data / "before-restore").glob("*-update/dosar.db")]


def test_its_commands_know_the_shipped_forms(folder: Path) -> None:
    checked = subprocess.run(
        [folder / "dosar", "check"], env={"LANG": "C.UTF-8"}, cwd="/", capture_output=True, text=True
    )
    assert checked.returncode == 0 and "_forms" in checked.stdout, checked
