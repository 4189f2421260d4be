"""``dosar audit``: the log is checked, and its end is kept on paper."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.sql import Executable

from dosar.cli.main import main
from dosar.cli.runtime import prepare_database
from dosar.database.audit.chain import AuditEvent, audit_event_table
from dosar.database.copies.backup import ANCHOR_FILE, keep_copy
from dosar.database.keys.key_file import key_from_file
from dosar.database.store import Store
from dosar.database.system_tables import stamped_as_of
from dosar.database.writing.append_only import close_tables, open_for_good
from tests.organisations import CASE, MENU, ROLES

READINGS = 5
EVENTS = READINGS + 2
"""The first start tells that it made a key, and which forms it found."""
MOMENT = datetime(2026, 11, 28, 9)
columns = audit_event_table.c


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An organisation whose log tells of a few readings."""
    folder = tmp_path_factory.mktemp("organisation")
    (folder / "forms").mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (folder / f"forms/{name}.yaml").write_text(text, encoding="utf-8")
    store = opened(folder)
    prepare_database(store, folder / "forms")
    store.commit_events([AuditEvent("open", actor=1, case_id=number) for number in range(READINGS)])
    store.close()
    return folder


@pytest.fixture
def places(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A copy of it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return ["--data", str(tmp_path / "data"), "--key-file", str(tmp_path / "key")]


def opened(folder: Path) -> Store:
    return Store.open(folder / "data", key=key_from_file(folder / "data", folder / "key"))


def by_force(folder: Path, statement: Executable) -> None:
    """As somebody who has the key and takes the triggers away."""
    store = opened(folder)
    with store.writing() as session:
        open_for_good(session.connection(), audit_event_table.name)
        session.connection().execute(statement)
        close_tables(session.connection(), [audit_event_table.name])
    store.close()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_a_whole_log_says_how_much_it_tells(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", *places]) == 0
    assert said(capsys) == "The audit log is whole: 7 events."


def test_a_changed_event_is_named(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_force(tmp_path, update(audit_event_table).where(columns.seq == 3).values(actor=2))
    assert main(["audit", "verify", *places]) == 1
    assert "The audit log was changed: event 3 is missing, or is not as it was written." in said(capsys)


def test_a_cut_off_end_is_told_by_the_line_on_paper(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "anchor", *places]) == 0
    line = said(capsys)
    assert main(["audit", "verify", "--anchor", line, *places]) == 0
    assert f"{EVENTS + 1} events" in said(capsys), "that it was taken is told, too"
    by_force(tmp_path, delete(audit_event_table).where(columns.seq > EVENTS))
    capsys.readouterr()
    assert main(["audit", "verify", *places]) == 0, "nothing inside tells it"
    assert main(["audit", "verify", "--anchor", line, *places]) == 1
    assert "it has not the event of the anchor" in said(capsys)


def test_a_log_that_was_emptied_is_not_whole(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_force(tmp_path, delete(audit_event_table))
    assert main(["audit", "verify", *places]) == 1
    assert "The audit log was emptied" in said(capsys)
    assert main(["audit", "anchor", *places]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", *places]) == 1, "what is told afterwards does not hide it"
    assert "does not begin with the first start" in said(capsys)


def test_what_is_no_anchor_is_refused(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--anchor", "12", *places]) == 2
    assert "Copy the whole line that dosar audit anchor printed." in capsys.readouterr().err


def test_it_is_said_in_romanian_too(
    places: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    assert main(["audit", "verify", *places]) == 0
    assert said(capsys) == "Jurnalul de audit este întreg; evenimente: 7."


def test_a_copy_goes_on_with_the_log_and_tells_of_itself(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = [str(tmp_path / "there"), str(tmp_path / "there.key")]
    assert main(["copy", "--to", there[0], "--to-key-file", there[1], *places]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", "--data", there[0], "--key-file", there[1]]) == 0
    assert said(capsys) == f"The audit log is whole: {EVENTS + 2} events."
    store = Store.open(Path(there[0]), key=key_from_file(Path(there[0]), Path(there[1])))
    with store.snapshot() as connection:
        actions = connection.scalars(select(columns.action).order_by(columns.seq)).all()
    store.close()
    assert actions[-2:] == ["copied", "key_rewrapped"]


def test_every_copy_before_an_upgrade_has_the_anchor_beside_it(
    kept: Path, places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = opened(tmp_path)
    store.open_kept_data_key()
    folder = keep_copy(store, tmp_path / "data", key_from_file(tmp_path / "data", tmp_path / "key"), (), MOMENT)
    store.close()
    line = (folder / ANCHOR_FILE).read_text("ascii")
    assert line.startswith(f"{EVENTS + 1}-")
    assert main(["audit", "verify", "--anchor", line, *places]) == 0


def test_old_entries_are_removed_and_the_rest_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "forms").mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (tmp_path / f"forms/{name}.yaml").write_text(text, encoding="utf-8")
    store = opened(tmp_path)
    with stamped_as_of(datetime(2010, 1, 1)):
        prepare_database(store, tmp_path / "forms")
        store.commit_events([AuditEvent("open", actor=1, case_id=number) for number in range(READINGS)])
    store.commit_events([AuditEvent("open", actor=1, case_id=7)])
    store.close()
    where = ["--data", str(tmp_path / "data"), "--key-file", str(tmp_path / "key")]
    assert main(["audit", "prune", "--years", "100", *where]) == 0
    assert "has no entry of before" in capsys.readouterr().out
    assert main(["audit", "prune", "--years", "5", *where]) == 2
    assert "kept for 6 years, and nothing younger" in capsys.readouterr().err
    assert main(["audit", "prune", *where]) == 0
    assert f"removed from the audit log: {EVENTS}." in capsys.readouterr().out
    assert main(["audit", "verify", *where]) == 0
    assert f"whole: 2 events, behind event {EVENTS}" in capsys.readouterr().out
    assert main(["audit", "verify", "--anchor", f"1-{'0' * 32}", *where]) == 1
    assert "proves nothing any more" in capsys.readouterr().out
