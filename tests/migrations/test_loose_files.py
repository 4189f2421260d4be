"""Files that came with a sheet which was never saved do not stay for ever; any other does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from dosar.database.store import Store
from dosar.database.system_tables import attachment_table, stamped_as_of, utc_now
from dosar.migrations.orphan_files import KEEP_LOOSE_FOR, clear_loose_files
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.organisations import CLERK, Organisation, form, organisation_in

VISIT = form(
    "visit",
    "name: said, type: text",
    "name: photo, type: file",
    "name: scan, type: image",
    "name: papers, type: table, columns: [{name: paper, type: file, label: {en: Paper, ro: Act}}]",
    head="list: [said]",
)
WITHOUT = form("visit", "name: said, type: text", head="list: [said]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(visit=VISIT, menu=MENU)
        assert organisation.opened.findings == []
        yield organisation


def attached(ours: Organisation, question: str = "photo", rows_of: str = "") -> int:
    """A file that came with a sheet a moment ago."""
    with ours.store.writing() as session:
        return session.execute(
            insert(attachment_table)
            .values(
                form="visit",
                rows_of=rows_of,
                question=question,
                name="act.pdf",
                media_type="application/pdf",
                size=4,
                digest="",
                content=b"%PDF",
                user_id=1,
                at=utc_now(),
            )
            .returning(attachment_table.c.id)
        ).scalar_one()


def files_after(ours: Organisation, time: timedelta = KEEP_LOOSE_FOR) -> list[int]:
    with stamped_as_of(utc_now() + time + timedelta(minutes=1)), ours.store.writing() as session:
        clear_loose_files(session.connection())
        return sorted(session.scalars(select(attachment_table.c.id)))


def test_a_file_of_no_sheet_goes_after_a_day(ours: Organisation) -> None:
    loose, filed = attached(ours), attached(ours)
    ours.enter("visit", photo=filed)
    with ours.store.writing() as session:
        assert clear_loose_files(session.connection()) == 0
    assert files_after(ours) == [filed] != [loose]


def test_a_file_stays_with_its_sheet_and_with_a_draft(ours: Organisation) -> None:
    deleted, scan = attached(ours), attached(ours, "scan")
    number = ours.enter("visit", photo=deleted)
    delete_sheet(ours.repository, ours.form("visit"), number, CLERK)
    ours.enter("visit", scan=scan)
    begun, in_row = attached(ours), attached(ours, "paper", "papers")
    boxes = [("said", "Bună"), ("photo", str(begun)), ("papers.0.paper", str(in_row))]
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit"), boxes)
    assert files_after(ours) == [deleted, scan, begun, in_row]
    drafts.discard_draft(ours.repository, 1, DraftPlace("visit"))
    assert files_after(ours) == [deleted, scan]


def test_neither_another_box_nor_another_workers_draft_keeps_a_file(ours: Organisation) -> None:
    loose = attached(ours)
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit"), [("said", str(loose)), ("papers.0.paper", str(loose))])
    drafts.keep_draft(ours.repository, 2, DraftPlace("visit"), [("photo", str(loose))])
    assert files_after(ours) == []


def test_a_file_that_was_replaced_stays_with_its_history(ours: Organisation) -> None:
    replaced, scan, new = attached(ours), attached(ours, "scan"), attached(ours)
    number = ours.enter("visit", photo=replaced, scan=scan)
    ours.correct("visit", number, photo=new, scan=None)
    assert files_after(ours) == [replaced, scan, new]


@pytest.mark.parametrize("changed", [{"visit": WITHOUT}, {"profile": "forms: [case]"}])
def test_a_file_stays_that_a_question_of_yesterday_asked_for(ours: Organisation, changed: dict[str, str]) -> None:
    filed, scan = attached(ours), attached(ours, "scan")
    ours.enter("visit", photo=filed, scan=scan)
    ours.start(**changed)
    assert files_after(ours) == [filed, scan]
