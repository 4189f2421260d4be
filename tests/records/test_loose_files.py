"""Files that came with a sheet which was never saved do not stay for ever; any other does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.records import drafts
from app.records.loose_files import OPEN_FOR, clear_loose_files
from app.records.sheets import put_away
from app.records.store import Store
from app.records.system import as_of, attachment, now
from tests.records.organisations import CLERK, Organisation, form, organisation_in

VISIT = form(
    "visit", "name: said, type: text", "name: photo, type: file", "name: scan, type: image", head="list: [said]",
)
WITHOUT = form("visit", "name: said, type: text", head="list: [said]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"


@pytest.fixture
def ours(store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(store, tmp_path) as organisation:
        organisation.start(visit=VISIT, menu=MENU)
        assert organisation.opened.findings == []
        yield organisation


def attached(ours: Organisation) -> int:
    """A file that came with a sheet a moment ago."""
    with ours.store.writing() as session:
        return session.execute(insert(attachment).values(
            form="", question="photo", name="act.pdf", media_type="application/pdf", size=4, digest="", content=b"%PDF",
            user_id=1, at=now(),
        ).returning(attachment.c.id)).scalar_one()


def files_after_a_day(ours: Organisation) -> list[int]:
    with as_of(now() + OPEN_FOR + timedelta(minutes=1)), ours.store.writing() as session:
        clear_loose_files(session.connection(), ours.cabinet.forms)
        return sorted(session.scalars(select(attachment.c.id)))


def test_a_file_that_nothing_names_goes_after_a_day(ours: Organisation) -> None:
    loose, filed = attached(ours), attached(ours)
    ours.enter("visit", photo=filed)
    with ours.store.writing() as session:
        assert clear_loose_files(session.connection(), ours.cabinet.forms) == 0
    assert files_after_a_day(ours) == [filed] != [loose]


def test_a_file_stays_that_an_answer_or_a_draft_names(ours: Organisation) -> None:
    deleted, scan, begun = (attached(ours) for _ in range(3))
    number = ours.enter("visit", photo=deleted)
    put_away(ours.cabinet, ours.form("visit"), number, CLERK)
    ours.enter("visit", scan=scan)
    drafts.keep(ours.cabinet, 1, "/records/visit/new", "visit", [("said", "Bună"), ("photo", str(begun))])
    assert files_after_a_day(ours) == [deleted, scan, begun]


def test_a_file_stays_that_the_history_tells_of(ours: Organisation) -> None:
    replaced, scan, new = (attached(ours) for _ in range(3))
    number = ours.enter("visit", photo=replaced, scan=scan)
    ours.correct("visit", number, photo=new, scan=None)
    assert files_after_a_day(ours) == [replaced, scan, new]


@pytest.mark.parametrize("changed", [{"visit": WITHOUT}, {"profile": "forms: [case]"}])
def test_a_file_stays_that_a_question_of_yesterday_asked_for(ours: Organisation, changed: dict[str, str]) -> None:
    filed, scan = attached(ours), attached(ours)
    ours.enter("visit", photo=filed, scan=scan)
    ours.start(**changed)
    assert files_after_a_day(ours) == [filed, scan]
