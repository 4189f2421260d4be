"""The first good day of a new version: somebody has worked with it, and nothing of before is left."""

import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from weakref import ref

import pytest

from dosar.cli.serving.updates import ENDED_ACTION, look_at_trial
from dosar.database.audit.chain import audit_event_table
from dosar.database.system_tables import utc_now
from dosar.updates.data.kept import change_kept, end_keeping, read_kept
from dosar.updates.programs.choice import choose, read_choice
from dosar.updates.programs.in_use import hold_version, release_version
from dosar.updates.programs.program import Program
from dosar.updates.programs.store import version_folder
from dosar.updates.programs.trial import end_trial, note_coming_up, note_opening
from tests.backups.offices import hire, new_office
from tests.updates import programs
from tests.updates.programs import make_program, stored_programs

Become = Callable[[Program], None]


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Become:
    """This process is that program from now on."""
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "programs"))
    return partial(programs.become, monkeypatch=monkeypatch)


def test_after_a_good_day_nothing_of_before_is_left(become: Become, tmp_path: Path) -> None:
    old, new = (make_program(version_folder(version), version) for version in ("0.2.0", "9.0.0"))
    office, yesterday = new_office(tmp_path / "office"), utc_now() - timedelta(hours=25)
    become(old)
    with office.at_work() as repository:
        hire(repository)
    choose(new, old, yesterday.isoformat())
    become(new)
    with office.at_work() as repository:
        store = repository.store
        note_coming_up(yesterday)
        change_kept(office.data, came_up_at=yesterday.isoformat())
        kept = read_kept(office.data)
        assert kept is not None and kept.is_good and (kept.version, kept.to) == ("0.2.0", "9.0.0")
        look_at_trial(office.data, store, has_worked=False)
        assert read_kept(office.data) and stored_programs() == [old, new], "nobody has worked with it"
        look_at_trial(office.data, store, has_worked=True)
        assert read_kept(office.data) is None and stored_programs() == [new]
        choice = read_choice()
        assert choice is not None and choice.before is None and not choice.is_on_trial
        with store.snapshot() as connection:
            told = connection.scalars(audit_event_table.select().with_only_columns(audit_event_table.c.action)).all()
        assert ENDED_ACTION in told


def test_a_version_with_which_somebody_works_has_come_up_also_where_the_disk_took_no_note(
    become: Become, tmp_path: Path
) -> None:
    old, new = (make_program(version_folder(version), version) for version in ("0.2.0", "9.0.0"))
    office = new_office(tmp_path / "office")
    become(old)
    with office.at_work() as repository:
        hire(repository)
    choose(new, old, utc_now().isoformat())
    become(new)
    note_opening()
    with office.at_work() as repository:
        look_at_trial(office.data, repository.store, has_worked=True)
    choice, kept = read_choice(), read_kept(office.data)
    assert choice is not None and choice.has_worked and (choice.tries, choice.openings) == (0, 0)
    assert kept is not None and kept.has_worked and kept.came_up_at


def test_a_version_that_other_data_of_the_account_still_use_stays(become: Become, tmp_path: Path) -> None:
    old, new = (make_program(version_folder(version), version, only_tells=True) for version in ("0.2.0", "9.0.0"))
    old.file().write_text(f"{old.file().read_text('utf-8')}sys.stdin.read()\n", "utf-8")
    with subprocess.Popen([old.file()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as running:
        assert running.stdout is not None and running.stdout.readline() == b"0.2.0\n"
        choose(new, None, "")
        become(new)
        assert end_trial(utc_now()) == [] and stored_programs() == [old, new]
        running.kill()
    assert end_trial(utc_now()) == ["0.2.0"] and stored_programs() == [new]
    assert not list((tmp_path / "programs" / "running").iterdir()), "nor what the kill left of its lock"


def test_what_is_being_put_into_the_store_stays(become: Become, tmp_path: Path) -> None:
    """Until the program goes on as it; each data folder of the account looks at its trial by itself."""
    own = make_program(version_folder("0.2.0"), "0.2.0", only_tells=True)
    choose(own, None, "")
    become(own)
    unpacking, put = version_folder(".unpacking-9.0.0"), version_folder("9.0.0")
    unpacking.mkdir()
    lock = hold_version(put)
    assert lock is not None and end_trial(utc_now()) == [] and unpacking.is_dir()
    unpacking.rename(put)
    assert end_trial(utc_now()) == [] and put.is_dir()
    release_version(lock)
    named = ref(lock)
    del lock
    assert named() is None, "nor is the lock kept"
    assert end_trial(utc_now()) == ["9.0.0"]


def test_what_is_kept_goes_after_a_month_in_any_case(become: Become, tmp_path: Path) -> None:
    """It holds also whoever was erased since."""
    office = new_office(tmp_path / "office")
    become(make_program(tmp_path / "old", "0.2.0"))
    with office.at_work() as repository:
        hire(repository)
    become(make_program(tmp_path / "new", "9.0.0"))
    with office.at_work():
        pass
    assert not end_keeping(office.data, utc_now() + timedelta(days=29)) and read_kept(office.data)
    assert end_keeping(office.data, utc_now() + timedelta(days=31)) and not (office.data / "before-update").exists()
