"""An organisation updates, works on, and goes back; programs as folders, data in a folder, commands as typed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from dosar.database.format_version import FORMAT_VERSION
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import write_slots
from dosar.updates.data.kept import read_kept
from dosar.updates.programs.choice import read_choice
from dosar.updates.programs.program import Program
from dosar.updates.programs.store import version_folder
from tests.backups.offices import Office, enter, hire, new_office
from tests.databases import KEY
from tests.updates.programs import make_program, make_update


@dataclass
class Desk:
    """An office with a computer on which Dosar 0.2.0 is installed, and an update on a stick."""

    office: Office
    base: Program
    update: Path
    environment: dict[str, str]

    def type(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Type ``dosar`` and what follows."""
        places = (
            "--data",
            self.office.data,
            "--forms",
            self.office.forms,
            "--key-file",
            self.office.data.parent / "key",
        )
        return subprocess.run(
            [self.base.file(), command, *arguments, *places], env=self.environment, capture_output=True, text=True
        )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Two people's work lies there; an administrator has fetched the update to 9.0.0, which changes the database."""
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "programs"))
    office = new_office(tmp_path / "office")
    with office.at_work() as repository:
        hire(repository)
        enter(repository, "Popa Irina", "Rusu Ana")
    slots = KeySlots().with_slot(KEY, "card", office.card.secret, "2026-11-01")
    write_slots(office.data, slots.with_slot(KEY, "key_file", KEY, "2026-11-01"))
    key = office.data.parent / "key"
    key.touch(mode=0o600)
    key.write_text(KEY.hex())
    base = make_program(tmp_path / "Dosar", "0.2.0")
    update = make_update(tmp_path / "stick", make_program(tmp_path / "new", "9.0.0", FORMAT_VERSION + 1))
    return Desk(office, base, update, {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})


def test_an_update_is_taken_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    broken = make_update(tmp_path / "other stick", make_program(tmp_path / "broken", "9.1.0", is_broken=True))
    refused = desk.type("update", broken, "--without-backup")
    assert refused.returncode == 2 and "does not start on this computer" in refused.stderr, refused
    assert read_choice() is None
    assert desk.type("upgrade").returncode == 0  # 0.2.0 has worked here
    done = desk.type("update", desk.update)
    assert done.returncode == 0 and "Faster." in done.stdout and "from the next start on" in done.stdout, done
    assert "No place for back-ups is set up" in done.stdout
    assert desk.type("upgrade").returncode == 0
    kept = read_kept(desk.office.data)
    assert (
        kept is not None and kept.is_good and (kept.version, kept.to) == ("0.2.0", "9.0.0") and kept.rows["case"] == 2
    )
    lying = [*version_folder("x").parents[1].rglob("*"), *(desk.office.data / "before-update").rglob("*")]
    assert len(lying) > 8 and [file for file in lying if file.stat().st_mode & 0o077] == []
    desk.environment["DOSAR_STAY"] = "1"
    refused = desk.type("upgrade")
    assert refused.returncode == 2 and "dosar update --back" in refused.stderr, refused
    del desk.environment["DOSAR_STAY"]
    back = desk.type("update", "--back")
    assert back.returncode == 0 and "Version 0.2.0 runs from the next start on" in back.stdout, back
    assert desk.type("upgrade").returncode == 0
    assert desk.office.names() == ["Popa Irina", "Rusu Ana"]
    [aside] = (desk.office.data / "before-restore").iterdir()
    assert (aside / "dosar.db").is_file() and read_kept(desk.office.data) is None
