"""What others point to keeps its name after it was deleted, marked so, and nothing new points to it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.fields.money import Money
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.cases.merge import CaseMerge, merge_cases
from dosar.records.links.answer_links import WrongLinks, wrong_links
from dosar.records.lists.filters import linked_records
from dosar.records.lists.list_page import list_answers, list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.lists.totals import list_totals
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.save import enter_sheet
from dosar.records.titles import DeletedTitle, link_titles
from tests.organisations import CASE as CASE_FILE
from tests.organisations import CLERK, Organisation, form, organisation_in
from tests.records.offices import ALL_RIGHTS, ROMANIAN, TODAY
from tests.records.used import Used

GONE = "Drumul Lin (șters)"
SEES = {"see"}


def test_the_old_name_stays_marked_for_those_who_could_read_it(used: Used) -> None:
    used.put_away()
    assert used.named() == GONE
    assert used.named(case=SEES, visit=SEES) is None
    with acting_as(SYSTEM_SCOPE):
        wanted = {"organisation": [used.partner]}
        assert link_titles(used.office.repository, used.office.repository.forms, wanted, ROMANIAN) == {}


def test_a_deleted_sheet_of_anothers_case_has_no_name(used: Used) -> None:
    office = used.office
    with acting_as(SYSTEM_SCOPE):
        delete_sheet(office.repository, office.form("visit"), used.vasiles, office.actor())
        delete_sheet(office.repository, office.form("visit"), used.ions, office.actor())
    with acting_as(office.scope()):
        wanted = {"visit": [used.ions, used.vasiles]}
        named = link_titles(office.repository, office.known(), wanted, ROMANIAN, with_deleted=True)
    assert list(named) == [("visit", used.ions)]
    assert isinstance(named["visit", used.ions], DeletedTitle) and named["visit", used.ions].endswith("(șters)")


def test_lists_files_and_filters_keep_the_name(used: Used) -> None:
    used.put_away()
    office = used.office
    with acting_as(office.scope()):
        known, wish = office.known(), ListQuery(columns=("visit_date", "partner"))
        page = list_page(office.repository, known, "visit", wish, ROMANIAN)
        assert [cells[-1] for cells in page.cells] == [GONE]
        taken = list(list_answers(office.repository, known, "visit", wish, ROMANIAN, page.ids))
        assert [answers[-1] for _, answers in taken] == [GONE]
        filtered = ListQuery(filters={"partner": str(used.partner)})
        assert list_page(office.repository, known, "visit", filtered, ROMANIAN).ids == [used.ions]
        assert linked_records(office.repository, known, office.form("visit"), ROMANIAN, None)["partner"] == [
            (used.partner, GONE)
        ]
    with acting_as(office.scope(case=SEES, visit=SEES)):
        blind = {key: known[key] for key in (CASE_FORM, "visit")}
        page = list_page(office.repository, blind, "visit", wish, ROMANIAN)
        assert [cells[-1] for cells in page.cells] == [""], "neither its name nor its number"


def test_a_filter_offers_a_deleted_one_only_while_a_record_holds_it(used: Used) -> None:
    used.put_away()
    office = used.office
    with acting_as(SYSTEM_SCOPE):
        delete_sheet(office.repository, office.form("visit"), used.ions, office.actor())
        assert linked_records(office.repository, office.known(), office.form("visit"), ROMANIAN, None)["partner"] == []


def test_a_correction_keeps_the_link_and_a_new_one_is_refused(used: Used) -> None:
    used.put_away()
    office = used.office
    with acting_as(office.scope()):
        before = office.open("visit", used.ions).answers
        office.correct("visit", used.ions, 1, purpose="acasă", family=before["family"])
        after = office.open("visit", used.ions).answers
        assert (after["partner"], after["family"][0]["helper"]) == (used.partner, used.partner)
        with pytest.raises(OutOfReach):
            office.enter("visit", office.ion, partner=used.partner)
        with pytest.raises(OutOfReach):
            office.correct("visit", used.ions, 2, family=[*after["family"], {"id": None, "helper": used.partner}])


def test_a_new_link_to_it_is_found_to_be_told_in_words(used: Used) -> None:
    used.put_away()
    office = used.office
    questions = list(office.form("visit").questions.values())
    new = {"partner": used.partner, "family": [{"id": None, "name": "Ion", "helper": used.partner}]}
    with acting_as(office.scope()):
        kept = office.open("visit", used.ions).answers
        assert wrong_links(office.repository, questions, new, {}).deleted == [("partner",), ("family", "0", "helper")]
        assert wrong_links(office.repository, questions, kept, kept) == WrongLinks([], [])
        turned = {"family": [new["family"][0], *kept["family"]]}  # type: ignore[index]
        assert wrong_links(office.repository, questions, turned, kept).deleted == [("family", "0", "helper")]
    with acting_as(office.scope(case=SEES, visit={"see", "enter"})):
        hers = wrong_links(office.repository, questions, new, {})
        assert hers == WrongLinks([], [("partner",), ("family", "0", "helper")]), "as if they had never been there"


AID = form(
    "aid",
    "name: value, type: money",
    "name: funder, type: link, to: funder",
    head="belongs_to: case\nlist: [value]\ntotals: [{sum: value, by: [funder]}]",
)
FUNDER = form("funder", "name: name, type: text", head='list: [name]\nrecord_title: "{name}"')
LED = CASE_FILE + "      - {name: led_by, type: link, to: funder, label: {en: Led by, ro: Condus de}}\n"
ROUND = form(
    "round",
    "name: about, type: link, to: case",
    "name: rows, type: table, columns: [{name: guest, type: link, to: case, label: {en: Guest, ro: Invitat}}]",
    head="list: [about]",
)
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, aid, funder, round]}]"


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    """Two cases, the second led by a funder that is deleted."""
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(case=LED, aid=AID, funder=FUNDER, round=ROUND, menu=MENU)
        for name in ("Ana", "Eva"):
            organisation.enter(CASE_FORM, name=name)
        organisation.correct(CASE_FORM, 2, led_by=organisation.enter("funder", name="Drumul Lin"))
        yield organisation


def test_a_total_keeps_the_line_of_a_deleted_record(ours: Organisation) -> None:
    for funder in (1, None):
        enter_sheet(ours.repository, ours.form("aid"), {"value": Money(Decimal(5), "RON"), "funder": funder}, CLERK, 1)
    delete_sheet(ours.repository, ours.form("funder"), 1, CLERK)
    ((_, _, lines),) = list_totals(
        ours.repository, ours.repository.forms, {"aid": ListQuery()}, ReadingContext("en", TODAY)
    )
    assert [line.by for line in lines] == [["Drumul Lin (deleted)"], [None], []]


def test_two_cases_become_one_though_what_one_points_to_is_deleted(ours: Organisation) -> None:
    delete_sheet(ours.repository, ours.form("funder"), 1, CLERK)
    with acting_as(Scope(None, "all", rights=dict.fromkeys(ours.repository.forms, ALL_RIGHTS))):
        merge_cases(ours.repository, CaseMerge(1, 1, 2, 2), (), CLERK)
    assert ours.answers(CASE_FORM, 1)["led_by"] == 1


def test_a_link_to_a_case_that_was_merged_leads_to_the_one_that_remains(ours: Organisation) -> None:
    held = ours.enter("round", about=2, rows=[{"id": None, "guest": 2}])
    merge_cases(ours.repository, CaseMerge(1, 1, 2, 2), (), CLERK)
    answers = ours.answers("round", held)
    assert (answers["about"], answers["rows"][0]["guest"]) == (1, 1)
