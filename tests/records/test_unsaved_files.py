"""Files that came with a sheet which is not saved: bounded, and gone with what named them; any other stays."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from dosar.database.store import Store
from dosar.database.system_tables import attachment_table, history_table, stamped_as_of, utc_now
from dosar.language.text.message import Mistake
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DRAFT_LIFETIME, DraftPlace
from dosar.records.unsaved.unsaved_files import (
    KEEP_UNDRAFTED_FOR,
    MAX_UNSAVED_BYTES,
    MAX_UNSAVED_FILES,
    clear_unsaved_files,
    require_room,
)
from tests.organisations import CLERK, Organisation, form, organisation_in
from tests.records.attached_files import attached

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


def files_now(ours: Organisation) -> list[int]:
    with ours.store.snapshot() as connection:
        return sorted(connection.scalars(select(attachment_table.c.id)))


def files_after(ours: Organisation, time: timedelta = KEEP_UNDRAFTED_FOR) -> list[int]:
    with stamped_as_of(utc_now() + time + timedelta(minutes=1)), ours.store.writing() as session:
        clear_unsaved_files(session.connection())
        return sorted(session.scalars(select(attachment_table.c.id)))


def test_a_file_of_no_sheet_goes_after_two_days(ours: Organisation) -> None:
    loose, filed = attached(ours), attached(ours)
    ours.enter("visit", photo=filed)
    with ours.store.writing() as session:
        assert clear_unsaved_files(session.connection()) == 0
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


def test_a_number_that_is_the_same_by_chance_keeps_no_file(ours: Organisation) -> None:
    loose = attached(ours)
    number = ours.enter("visit", said=str(loose))
    with ours.store.writing() as session:
        entry = {"form": "visit", "record_id": number, "at": utc_now(), "action": "corrected", "form_version": 1}
        session.execute(insert(history_table).values(**entry, changes={"photo": [None, loose]}))
    assert files_after(ours) == []


def test_discarding_a_draft_clears_its_files_at_once_but_no_others(ours: Organisation) -> None:
    here, in_row, in_both, elsewhere, hers = (attached(ours), attached(ours, "paper", "papers"), *many(ours, 3))
    filed = attached(ours)
    ours.enter("visit", photo=filed)
    place, other = DraftPlace("visit"), DraftPlace("visit", record_id=7)
    boxes = [("photo", str(text)) for text in (here, in_both, filed)] + [("papers.0.paper", str(in_row))]
    drafts.keep_draft(ours.repository, 1, place, [*boxes, ("said", str(elsewhere))])
    drafts.keep_draft(ours.repository, 1, other, [("photo", str(in_both))])
    drafts.throw_draft_away(ours.repository, 1, place)
    assert files_now(ours) == sorted([in_both, elsewhere, hers, filed])
    assert drafts.find_draft(ours.repository, 1, place) is None


def test_the_files_of_a_draft_that_nobody_went_on_with_go_with_it_while_dosar_runs(ours: Organisation) -> None:
    begun = attached(ours)
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit"), [("photo", str(begun))])
    with stamped_as_of(utc_now() + DRAFT_LIFETIME - timedelta(minutes=1)):
        drafts.keep_draft(ours.repository, 2, DraftPlace("visit"), [("said", "Altceva")])
    assert files_now(ours) == [begun]
    with stamped_as_of(utc_now() + DRAFT_LIFETIME + timedelta(minutes=1)):
        drafts.keep_draft(ours.repository, 3, DraftPlace("visit"), [("said", "Altceva")])
    assert files_now(ours) == []


def test_files_go_along_with_the_drafts_that_a_colleague_takes_over(ours: Organisation) -> None:
    taken, left = many(ours, 2)
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit"), [("photo", str(taken))])
    drafts.keep_draft(ours.repository, 1, DraftPlace("case"), [("photo", str(left))])
    drafts.hand_over_drafts(ours.repository, 1, 2, ["visit"])
    with ours.store.snapshot() as connection:
        owners = connection.execute(select(attachment_table.c.id, attachment_table.c.user_id))
        assert {row.id: row.user_id for row in owners} == {taken: 2, left: 1}
    assert files_after(ours) == [taken, left]


def test_what_a_worker_has_not_saved_is_bounded_in_number_and_size(ours: Organisation) -> None:
    many(ours, MAX_UNSAVED_FILES - 1)
    require_room(ours.repository, 1, 1)
    attached(ours)
    with pytest.raises(Mistake, match="100 files"):
        require_room(ours.repository, 1, 1)
    attached(ours, size=MAX_UNSAVED_BYTES - 10, user=2)
    require_room(ours.repository, 2, 10)
    with pytest.raises(Mistake, match="200 MB"):
        require_room(ours.repository, 2, 11)


def test_what_was_left_two_days_ago_takes_nobodys_room(ours: Organisation) -> None:
    attached(ours, size=MAX_UNSAVED_BYTES)
    with stamped_as_of(utc_now() + KEEP_UNDRAFTED_FOR + timedelta(minutes=1)), ours.store.writing():
        require_room(ours.repository, 1, 1)
    assert files_now(ours) == []


def many(ours: Organisation, count: int) -> list[int]:
    return [attached(ours) for _ in range(count)]
