"""A back-up of before an erasure is put back: the person does not come back with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dosar.cli.copy import copy_organisation
from dosar.database.audit_chain import AUDIT_PURPOSE, audit_event_table
from dosar.database.audit_verification import verify_chain
from dosar.database.copies.backup import keep_copy
from dosar.database.erasure_register import REGISTER_FILE
from dosar.database.store import SqliteStore
from dosar.language.form import CASE_FORM
from dosar.records.repository import Repository
from dosar.records.rights.erasure_requests import (
    ANONYMISE,
    ERASE,
    ask_for_erasure,
    confirm_erasure,
    waiting_requests,
)
from dosar.records.row_scope import SYSTEM_SCOPE, acting_as
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
            made.created_at = made.created_at.replace(year=2027)
    with house.started() as repository:
        assert house.names(repository) == ["Vera Nistor"] and house.said == ""
        assert (house.data / REGISTER_FILE).read_text("utf-8") == lines


def test_a_deed_that_failed_is_not_in_the_register(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.started() as repository:
        kept = enter(repository, "Ana Dobre")
        ask_for_erasure(repository, kept, ERASE, "asked", 1)
        (asked,) = waiting_requests(repository)
        monkeypatch.setattr("dosar.records.rights.erasure_requests._leave_tombstone", lambda *_: 1 / 0)
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
