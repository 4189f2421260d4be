"""An administrator brings a new version, works with it, and goes back to the version and the data of before."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dosar import shipped_folder
from dosar.database.format_version import FORMAT_VERSION
from dosar.updates.programs.choice import read_choice
from dosar.updates.programs.program import Program
from tests.browser.serving import Site
from tests.browser.visitors import Visitor
from tests.updates.programs import make_program, make_update

LONGEST = 180_000
FORMS = "forms: [case, intake, plan, monitoring_form, visit_report]"


@contextmanager
def running(program: Program, folder: Path, port: int) -> Iterator[str]:
    """The installed program on data of its own, as whoever double-clicks it starts it: where its pages are."""
    places = ["--data", folder / "data", "--forms", folder / "forms", "--key-file", folder / "key"]
    process = subprocess.Popen(
        [program.file(), "start", "--demo", "--no-browser", "--port", str(port), *places],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = next((line for line in process.stdout if "Dosar: http" in line), "")
        assert said, "it did not come up"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer on which Dosar 0.2.0 is installed, and a stick with the update to 9.0.0."""
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("PYTHONPATH", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(shipped_folder("forms"), tmp_path / "forms")
    (tmp_path / "forms/profile.yaml").write_text(FORMS, "utf-8")
    make_program(tmp_path / "Dosar", "0.2.0")
    make_update(tmp_path / "stick", make_program(tmp_path / "made", "9.0.0", FORMAT_VERSION + 1))
    return tmp_path


def test_a_new_version_comes_and_the_old_one_comes_back(
    visit: Callable[..., Visitor], folder: Path, free_port: int
) -> None:
    with running(Program("0.2.0", str(folder / "Dosar")), folder, free_port) as address:
        administrator = visit(Site(address, None))  # type: ignore[arg-type]
        administrator.sign_in("administrator")
        administrator.speak("ro")
        administrator.follow("Actualizare")
        assert administrator.sees("Rulează versiunea 0.2.0.")
        administrator.page.set_input_files("#file", next((folder / "stick").iterdir()))
        administrator.page.get_by_role("button", name="Vezi ce conține").click()
        expect(administrator.page.locator("h1")).to_have_text("Actualizare la versiunea 9.0.0")
        assert administrator.sees("Mai rapid.")
        administrator.page.get_by_role("button", name="Actualizează acum").click()
        comes_up_as(administrator, "9.0.0")
        assert administrator.sees("Este în probă")
        rename_organisation(administrator, "Asociația Altfel")

        administrator.open("/update")
        administrator.page.get_by_role("link", name=re.compile("Înapoi la versiunea 0.2.0")).click()
        assert administrator.sees("se pierde")
        administrator.page.check("#sure")
        administrator.page.get_by_role("button", name="Revino la versiunea dinainte").click()
        comes_up_as(administrator, "0.2.0")
        administrator.open("/organisation")
        assert administrator.typed("organisation") != "Asociația Altfel"
        assert len(os.listdir(folder / "data/before-restore")) == 1, "what was there is kept aside"
    chosen = read_choice()
    assert chosen is not None and chosen.runs.version == "0.2.0" and not chosen.is_on_trial


def comes_up_as(administrator: Visitor, version: str) -> None:
    """The page goes on by itself while the program starts anew, which takes two starts on a slow computer."""
    expect(administrator.page.locator("h1")).to_have_text("Actualizare", timeout=LONGEST)
    expect(administrator.page.locator(".lead-text")).to_contain_text(f"Rulează versiunea {version}")


def rename_organisation(administrator: Visitor, name: str) -> None:
    administrator.open("/organisation")
    administrator.type(organisation=name)
    administrator.click(administrator.page.get_by_role("button", name="Salvează").first)
    assert administrator.typed("organisation") == name
