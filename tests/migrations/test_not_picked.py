"""Sheets of a form that is not picked today go with their case, out of sight."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.language.form import CASE_FORM
from dosar.records.cases.merge import CaseMerge, merge_cases
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import enter_sheet
from tests.organisations import CASE as CASE_FILE
from tests.organisations import CLERK, Organisation, form, organisation_in

VISIT = form(
    "visit",
    "name: said, type: text",
    "name: other, type: link, to: case",
    "name: family, type: table, columns: [{name: called, type: text, label: {en: Name, ro: Nume}}]",
    head="belongs_to: case\nlist: [said]",
)
GIFT = form("gift", "name: what, type: text", head="belongs_to: case\nappend_only: true\nlist: [what]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit, gift]}]"
RELATED = CASE_FILE + "      - {name: related, type: link, to: case, label: {en: Related, ro: Înrudit}}\n"


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    """Ana has two cases; the second has a visit and a gift, and both forms are put aside."""
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(case=RELATED, visit=VISIT, gift=GIFT, menu=MENU)
        for name in ("Ana", "Ana P."):
            organisation.enter(CASE_FORM, name=name)
        filed(organisation, "visit", said="Bună", other=2, family=[{"id": None, "called": "Gavril"}])
        filed(organisation, "gift", what="Pâine")
        organisation.start(profile="forms: [case]")
        yield organisation


def filed(ours: Organisation, key: str, **answers: object) -> int:
    return enter_sheet(ours.repository, ours.form(key), answers, CLERK, 2)


def merged(ours: Organisation) -> None:
    versions = [ours.repository.case(number).version for number in (1, 2)]
    merge_cases(ours.repository, CaseMerge(1, versions[0], 2, versions[1]), (), CLERK)


def test_a_merge_takes_them_along(ours: Organisation) -> None:
    merged(ours)
    ours.start(profile=None)
    assert [ours.repository.find(key, 1).case_id for key in ("visit", "gift")] == [1, 1]
    assert ours.column("visit__family", "case_id") == [1]
    assert ours.answers("visit", 1)["other"] == 1


def test_a_merge_by_mistake_gives_them_back(ours: Organisation) -> None:
    merged(ours)
    unmerge_case(ours.repository, 2, CLERK)
    ours.start(profile=None)
    assert [ours.repository.find(key, 1).case_id for key in ("visit", "gift")] == [2, 2]
    assert ours.column("visit__family", "case_id") == [2]


def test_they_are_deleted_with_their_case_and_come_back_with_it(ours: Organisation) -> None:
    delete_sheet(ours.repository, ours.form(CASE_FORM), 2, CLERK)
    ours.start(profile=None)
    for key in ("visit", "gift"):
        with pytest.raises(OutOfReach):
            ours.repository.find(key, 1)
    ours.start(profile="forms: [case]")
    restore_sheet(ours.repository, ours.form(CASE_FORM), 2, CLERK)
    ours.start(profile=None)
    assert ours.answers("visit", 1)["said"] == "Bună"
    assert ours.answers("gift", 1)["what"] == "Pâine"


def test_a_link_of_a_retired_question_follows_the_merge(ours: Organisation) -> None:
    ours.correct(CASE_FORM, 1, related=2)
    ours.start(case=CASE_FILE)
    merged(ours)
    ours.start(case=RELATED)
    assert ours.answers(CASE_FORM, 1)["related"] == 1
