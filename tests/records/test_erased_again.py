"""A back-up of before an erasure is put back: the person does not come back with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dosar.cli.copy import copy_organisation
from dosar.database.audit.chain import AUDIT_PURPOSE, audit_event_table
from dosar.database.audit.verification import verify_chain
from dosar.database.copies.backup import keep_copy
from dosar.database.installation.erasure_register import ANONYMISE, ERASE, REGISTER_FILE, RegisterDamaged
from dosar.database.sqlite_store import SqliteStore
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records.erasure.erasure_requests import (
    ask_for_erasure,
    confirm_erasure,
    waiting_requests,
)
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.applications import opened_app
from tests.databases import KEY, Place, fresh_place
from tests.organisations import CASE, CLERK, MENU, ROLES

TOLD = "once more"


@dataclass
class House:
    """An organisation on a real database, stopped and started again."""

    place: Place
    data: Path
    forms: Path
    capture: pytest.CaptureFixture[str]
    said: str = field(default="", init=False)
    """What was printed at the last start."""

    @contextmanager
    def started(self, place: Place | None = None, data: Path | None = None) -> Iterator[Repository]:
        self.capture.readouterr()
        at = place or self.place
        app, _ = opened_app(data or at.data or self.data, KEY, at.url, self.forms)
        self.said = self.capture.readouterr().out
        repository: Repository = app.extensions["dosar_repository"]
        with app.app_context(), acting_as(SYSTEM_SCOPE):
            yield repository
            repository.session.remove()
        repository.store.close()

    def names(self, repository: Repository) -> list[str]:
        case = repository.record_class(CASE_FORM)
        return sorted(filter(None, repository.session.scalars(select(case.name))))  # type: ignore[attr-defined]


def enter(repository: Repository, name: str) -> int:
    return enter_sheet(repository, repository.forms[CASE_FORM], {"name": name}, CLERK)


def settle(repository: Repository, case: int, kind: str) -> None:
    """One asks, another confirms."""
    ask_for_erasure(repository, case, kind, "asked", 1)
    (asked,) = waiting_requests(repository)
    confirm_erasure(repository, asked.id, 2)


@pytest.fixture
def house(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[House]:
    forms = tmp_path / "forms"
    forms.mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    with fresh_place(database, tmp_path) as place:
        yield House(place, place.data or tmp_path / "data", forms, capsys)


@pytest.mark.parametrize("kind", [ERASE, ANONYMISE])
def test_who_went_does_not_come_back_with_an_old_back_up(
    house: House, database: str, kind: str, tmp_path: Path
) -> None:
    with house.started() as repository:
        gone, _ = enter(repository, "Ana Dobre"), enter(repository, "Ion Pop")
        if house.place.data is not None:
            keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 1))
    with fresh_place(database, tmp_path, house.place) as old:
        with house.started() as repository:
            assert house.said == "", "nothing was erased yet"
            settle(repository, gone, kind)
            assert "Ana Dobre" not in house.names(repository)
        assert "Ana" not in (house.data / REGISTER_FILE).read_text("utf-8")
        if house.place.data is not None:
            shutil.copy2(next((house.data / "copies").glob("*/dosar.db")), house.data / "dosar.db")
        with house.started(None if house.place.data else old) as repository:
            assert "Ana Dobre" not in house.names(repository) and "Ion Pop" in house.names(repository)
            with repository.store.snapshot() as connection:
                told = connection.execute(select(audit_event_table.c.action, audit_event_table.c.case_id)).all()
                assert (f"{kind}.again", gone) in told
                assert verify_chain(connection, repository.store.purpose_key(AUDIT_PURPOSE)).is_whole
        assert TOLD in house.said
        with house.started(None if house.place.data else old):
            assert house.said == "", "it is done once"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_copy_started_where_it_lies_knows_it_too(house: House) -> None:
    with house.started() as repository:
        gone = enter(repository, "Ana Dobre")
        folder = keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 1))
        settle(repository, gone, ERASE)
        later = keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 2))
    assert (later / REGISTER_FILE).read_text() == (house.data / REGISTER_FILE).read_text()
    with house.started(data=folder) as repository:
        assert house.names(repository) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_new_case_under_a_number_of_before_stays(house: House) -> None:
    """The old copy gives out the number of an erased case once more: another record, made at another moment."""
    with house.started() as repository:
        keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 1))
        gone = enter(repository, "Ana Dobre")
        settle(repository, gone, ERASE)
    lines = (house.data / REGISTER_FILE).read_text("utf-8")
    (copy,) = (house.data / "copies").glob("*/dosar.db")
    shutil.copy2(copy, house.data / "dosar.db")
    with house.started() as repository:
        pass
    with house.started() as repository:
        repository.store.session.rollback()
        again = enter(repository, "Vera Nistor")
        with repository.writing():
            made = repository.find(CASE_FORM, again)
            made.created_at += timedelta(days=400)
    with house.started() as repository:
        assert house.names(repository) == ["Vera Nistor"] and house.said == ""
        assert (house.data / REGISTER_FILE).read_text("utf-8") == lines


def test_a_deed_that_failed_is_not_in_the_register(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.started() as repository:
        kept = enter(repository, "Ana Dobre")
        ask_for_erasure(repository, kept, ERASE, "asked", 1)
        (asked,) = waiting_requests(repository)
        monkeypatch.setattr("dosar.records.erasure.erasure_requests._leave_tombstone", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            confirm_erasure(repository, asked.id, 2)
        assert house.names(repository) == ["Ana Dobre"]
    with house.started() as repository:
        assert house.names(repository) == ["Ana Dobre"] and house.said == ""


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_new_data_folder_knows_it_from_the_beginning(house: House, tmp_path: Path) -> None:
    with house.started() as repository:
        settle(repository, enter(repository, "Ana Dobre"), ERASE)
        target = SqliteStore(tmp_path / "new", KEY)
        copy_organisation(repository.store, target, str(tmp_path / "new"))
        target.close()
    assert (tmp_path / "new" / REGISTER_FILE).read_text() == (house.data / REGISTER_FILE).read_text()


def old_copy_back(house: House) -> None:
    shutil.copy2(next((house.data / "copies").glob("*/dosar.db")), house.data / "dosar.db")


def once_erased(house: House, kind: str = ERASE) -> int:
    """Somebody was there when a copy was made, and went afterwards."""
    with house.started() as repository:
        gone = enter(repository, "Ana Dobre")
        keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 1))
        settle(repository, gone, kind)
    return gone


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (b"\377\376", 1),
        (b"# fine\r\n\r\n2026-11-29T10:00:00 erase 0123\r\n", 3),
        (b"2026-11-29T10:00:00 forgive " + b"a" * 64, 1),
        (b"2026-11-29T10:00:00 erase " + b"a" * 64 + b"\ncut of", 2),
    ],
)
@pytest.mark.parametrize("where", [".", "copies/2026-11-01", "old-key/2026-11-01"])
def test_a_damaged_register_is_told_with_file_and_line(house: House, where: str, damage: bytes, line: int) -> None:
    """What cannot be read could be the line that keeps somebody erased."""
    once_erased(house)
    (house.data / where).mkdir(parents=True, exist_ok=True)
    file = house.data / where / REGISTER_FILE
    file.write_bytes(damage)
    old_copy_back(house)
    with pytest.raises(RegisterDamaged) as told, house.started():
        pass
    assert str(file) in str(told.value) and f"in line {line}," in str(told.value)
    assert "Put the file back from your last copy" in str(told.value)
    assert file.read_bytes() == damage, "it is left for who mends it"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_register_that_is_no_file_is_told_too(house: House) -> None:
    (house.data / REGISTER_FILE).mkdir(parents=True)
    with pytest.raises(RegisterDamaged, match="cannot be read"), house.started():
        pass


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_added_to_a_damaged_register(house: House) -> None:
    with house.started() as repository:
        case = enter(repository, "Ana Dobre")
        ask_for_erasure(repository, case, ERASE, "asked", 1)
        (asked,) = waiting_requests(repository)
        (house.data / REGISTER_FILE).write_bytes(b"\377")
        with pytest.raises(Mistake, match="is damaged in line 1"):
            confirm_erasure(repository, asked.id, 2)
        assert house.names(repository) == ["Ana Dobre"], "she is asked for again, once the file is whole"
        copy = keep_copy(repository.store, house.data, KEY, (), datetime(2026, 11, 1))
        assert (copy / REGISTER_FILE).read_bytes() == b"\377", "copies go on being made"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_register_that_notepad_saved_is_read(house: House) -> None:
    once_erased(house)
    file = house.data / REGISTER_FILE
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    old_copy_back(house)
    with house.started() as repository:
        assert house.names(repository) == [] and TOLD in house.said


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("kind", "other"), [(ERASE, ANONYMISE), (ANONYMISE, ERASE)])
def test_a_changed_word_is_noticed(house: House, kind: str, other: str) -> None:
    once_erased(house, kind)
    file = house.data / REGISTER_FILE
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(f" {kind} ", f" {other} "), "utf-8")
    old_copy_back(house)
    with pytest.raises(RegisterDamaged, match="was changed there"), house.started():
        pass
    file.write_text(whole, "utf-8")
    with house.started() as repository:
        assert "Ana Dobre" not in house.names(repository), "put back as it was, it holds at once"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("erased_in", ["the folder", "a copy"])
def test_who_was_made_anonymous_and_erased_is_erased(house: House, erased_in: str) -> None:
    """Of two registers one tells that she was made anonymous: whichever is read first, nothing is left of her."""
    gone = once_erased(house, ANONYMISE)
    anonymised = (house.data / REGISTER_FILE).read_bytes()
    (house.data / REGISTER_FILE).unlink()
    old_copy_back(house)
    with house.started() as repository:
        settle(repository, gone, ERASE)
    erased = (house.data / REGISTER_FILE).read_bytes()
    copy = next((house.data / "copies").glob("*"))
    here, there = (erased, anonymised) if erased_in == "the folder" else (anonymised, erased)
    (house.data / REGISTER_FILE).write_bytes(here)
    (copy / REGISTER_FILE).write_bytes(there)
    old_copy_back(house)
    with house.started() as repository:
        assert repository.session.scalars(select(repository.record_class(CASE_FORM).id)).all() == []
        with repository.store.snapshot() as connection:
            told = connection.execute(select(audit_event_table.c.action, audit_event_table.c.case_id)).all()
            assert ("erase.again", gone) in told and ("anonymise.again", gone) not in told


def test_nobody_erases_who_is_anonymous_already(house: House) -> None:
    """Nobody knows whose the case was: its mark would not be hers, and she would come back from an old copy."""
    with house.started() as repository:
        settle(repository, enter(repository, "Ana Dobre"), ANONYMISE)
        (left,) = repository.session.scalars(select(repository.record_class(CASE_FORM).id))
        for kind in (ERASE, ANONYMISE):
            with pytest.raises(Mistake, match="nobody knows whose it was"):
                ask_for_erasure(repository, left, kind, "asked", 1)
        assert waiting_requests(repository) == []
