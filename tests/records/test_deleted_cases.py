"""A deleted case takes everything along that lay in it: nobody reads on who may not bring the case back."""

import pytest

from dosar.language.form import CASE_FORM
from dosar.overview.case_overview import deleted_records
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.titles import link_titles
from tests.records.offices import ALL_RIGHTS, ROMANIAN, TODAY, Office

ON_CASES = {"see", "enter", "correct"}


@pytest.fixture
def gone(office: Office) -> tuple[int, int]:
    """Two sheets of Ana's case: one deleted before the case was, and one that went with it."""
    with acting_as(SYSTEM_SCOPE):
        before = office.enter("visit", office.ion, visit_date=TODAY, purpose="Cumpărături")
        along = office.enter("visit", office.ion, visit_date=TODAY, purpose="Control")
        delete_sheet(office.repository, office.form("visit"), before, office.actor())
        delete_sheet(office.repository, office.form(CASE_FORM), office.ion, office.actor())
    office.repository.session.expire_all()
    return before, along


@pytest.fixture
def manager(office: Office) -> Scope:
    """Ana may delete visits, and no case."""
    return office.scope(case=ON_CASES, visit=set(ALL_RIGHTS))


def test_who_may_delete_the_sheet_and_not_the_case_reads_neither(
    office: Office, gone: tuple[int, int], manager: Scope
) -> None:
    with acting_as(manager):
        for sheet in gone:
            with pytest.raises(OutOfReach):
                office.repository.find_with_case("visit", sheet, with_deleted=True)
            with pytest.raises(OutOfReach):
                restore_sheet(office.repository, office.form("visit"), sheet, office.actor())
        with pytest.raises(OutOfReach):
            office.repository.find(CASE_FORM, office.ion, with_deleted=True)


def test_no_list_no_link_and_no_title_tells_of_them(office: Office, gone: tuple[int, int], manager: Scope) -> None:
    wanted = {CASE_FORM: [office.ion], "visit": list(gone)}
    with acting_as(manager):
        assert deleted_records(office.repository, ["case", "visit"], 50) == []
        assert link_titles(office.repository, office.known(), wanted, ROMANIAN, with_deleted=True) == {}
        page = list_page(office.repository, office.known(), "visit", ListQuery(deleted=True), ROMANIAN)
        assert not set(gone) & set(page.ids)


def test_a_sheet_deleted_from_a_case_that_is_there_comes_back(office: Office, manager: Scope) -> None:
    with acting_as(manager):
        sheet = office.enter("visit", office.ion, visit_date=TODAY, purpose="Control")
        delete_sheet(office.repository, office.form("visit"), sheet, office.actor())
        assert [record.id for record in deleted_records(office.repository, ["visit"], 50)] == [sheet]
        restore_sheet(office.repository, office.form("visit"), sheet, office.actor())
        assert office.repository.find("visit", sheet).deleted_at is None


def test_who_may_bring_the_case_back_finds_it(office: Office, gone: tuple[int, int]) -> None:
    with acting_as(office.scope()):
        assert [record.form for record in deleted_records(office.repository, ["case", "visit"], 50)] == [CASE_FORM]
        assert office.repository.find("visit", gone[0], with_deleted=True).deleted_at is not None
        restore_sheet(office.repository, office.form(CASE_FORM), office.ion, office.actor())
        assert office.repository.find("visit", gone[1]).deleted_at is None
