"""Each program asks first whether another version is to run, and never goes round in circles."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dosar.updates.programs.choice import ProgramChoice, choose, read_choice, write_choice
from dosar.updates.programs.hand_over import decide
from dosar.updates.programs.program import Program
from dosar.updates.programs.removal import remove_others
from dosar.updates.programs.store import version_folder
from dosar.updates.programs.trial import is_good_day, note_coming_up
from tests.updates.programs import become, make_program, stored_programs

NOW = datetime(2026, 11, 30, 9)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The installed program, and an empty store beside it."""
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "programs"))
    yield make_program(tmp_path / "Dosar", "0.2.0", only_tells=True)


def stored(version: str) -> Program:
    return make_program(version_folder(version), version, only_tells=True)


def said(program: Program, *arguments: str, name: str = "dosar") -> str:
    ran = subprocess.run([program.file(name), *arguments], capture_output=True, text=True, check=True, env=os.environ)
    return ran.stdout.strip()


def test_the_chosen_version_runs_with_the_same_arguments(base: Program) -> None:
    assert said(base, "start", "--port", "1") == "0.2.0 start --port 1", "nothing was chosen yet"
    newer = stored("0.3.0")
    choose(newer, base, NOW.isoformat())
    assert said(base, "start", "ș t") == "0.3.0 start ș t"
    assert said(newer, name="dosar-desktop") == "0.3.0", "the chosen one hands over to nobody"
    assert read_choice().tries == 2  # type: ignore[union-attr]


def test_one_that_does_not_come_up_twice_hands_back(base: Program) -> None:
    choose(stored("0.3.0"), base, NOW.isoformat())
    told = [said(base, "start") for _ in range(4)]
    assert told == ["0.3.0 start", "0.3.0 start", "0.2.0 start", "0.2.0 start"]
    choice = read_choice()
    assert choice is not None and choice.failed == "0.3.0" and choice.runs == base and not choice.is_on_trial


def test_a_question_is_no_try(base: Program) -> None:
    choose(stored("0.3.0"), base, NOW.isoformat())
    assert {said(base, "check") for _ in range(4)} == {"0.3.0 check"}


def test_what_is_damaged_or_gone_hands_back(base: Program) -> None:
    newer = stored("0.3.0")
    choose(newer, base, NOW.isoformat())
    newer.file("dosar-desktop").unlink()
    assert said(base, "check") == "0.2.0 check"
    assert read_choice().failed == "0.3.0"  # type: ignore[union-attr]


def test_what_cannot_be_started_leaves_the_one_that_asks(base: Program) -> None:
    newer = stored("0.3.0")
    choose(newer, base, NOW.isoformat())
    newer.file().write_bytes(b"\x7fELF of another machine")
    assert said(base, "start") == "0.2.0 start"


def test_a_newer_one_that_somebody_installed_runs_itself(base: Program, tmp_path: Path) -> None:
    choose(stored("0.3.0"), base, NOW.isoformat())
    by_hand = make_program(tmp_path / "Dosar of today", "0.4.0", only_tells=True)
    assert said(by_hand, "start") == "0.4.0 start"


def test_programs_that_want_each_other_stop_asking(base: Program) -> None:
    """The facts of a version say another number than its folder: whoever is started runs in the end."""
    newer = stored("0.3.0")
    write_choice(ProgramChoice(Program("0.3.0", f"{newer.folder}/"), base))
    assert said(base, "check") == "0.3.0 check"


def test_a_damaged_choice_is_none(base: Program) -> None:
    file = version_folder("x").parents[1] / "choice.json"
    file.parent.mkdir(parents=True)
    for content in ("", "{", "[]", '{"runs": 3}', '{"runs": {}}', "[" * 100_000):
        file.write_text(content, "utf-8")
        assert read_choice() is None and said(base, "check") == "0.2.0 check"


def test_a_choice_of_another_version_of_dosar_is_read(base: Program) -> None:
    choose(stored("0.3.0"), base, NOW.isoformat())
    file = version_folder("x").parents[1] / "choice.json"
    file.write_text(file.read_text("utf-8").replace('"tries": 0', '"invented_later": 7'), "utf-8")
    assert said(base, "check") == "0.3.0 check"


def test_a_program_that_was_running_before_undoes_no_update(base: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data are opened late: another folder of this account was updated meanwhile."""
    newer = stored("0.3.0")
    choice = choose(newer, base, NOW.isoformat())
    become(base, monkeypatch)
    assert note_coming_up(NOW) is None and read_choice() == choice
    newer.file("dosar-desktop").unlink()
    assert note_coming_up(NOW) and read_choice().runs == base  # type: ignore[union-attr]


def test_a_store_behind_a_link_is_the_same(base: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home was moved to another disk."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "home" / "programs"))
    newer = stored("0.3.0")
    choose(newer, base, NOW.isoformat())
    assert said(base, "start") == "0.3.0 start"
    become(newer, monkeypatch)
    assert note_coming_up(NOW).before == base, "the way back is there"  # type: ignore[union-attr]
    assert read_choice().tries == 0  # type: ignore[union-attr]


def test_versions_nobody_needs_are_removed(base: Program) -> None:
    kept, gone = stored("0.10.0"), stored("0.9.0")
    (version_folder(".unpacking-0.11.0") / "_internal").mkdir(parents=True)
    assert [each.version for each in stored_programs()] == ["0.9.0", "0.10.0"]
    assert remove_others(base, kept) == ["0.9.0"]
    assert stored_programs() == [kept] and not Path(gone.folder).exists()
    assert sorted(each.name for each in version_folder("x").parent.iterdir()) == ["0.10.0"]


def test_a_good_day_is_a_day_with_work() -> None:
    on_trial = ProgramChoice(
        Program("0.3.0", "new"), Program("0.2.0", "old"), is_on_trial=True, came_up_at=NOW.isoformat()
    )
    worked = ProgramChoice(**{**vars(on_trial), "has_worked": True})
    assert is_good_day(worked, NOW + timedelta(hours=24))
    assert not is_good_day(worked, NOW + timedelta(hours=23))
    assert not is_good_day(on_trial, NOW + timedelta(days=9)), "nobody was there"


def test_without_a_version_to_go_back_to_nothing_hands_back(tmp_path: Path) -> None:
    only = make_program(tmp_path / "Dosar", "0.3.0", only_tells=True)
    choice = ProgramChoice(only, Program("0.2.0", str(tmp_path / "gone")), is_on_trial=True, tries=9)
    assert decide(choice, only, is_counted=False).program == only
