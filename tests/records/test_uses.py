"""Where a record is used is told before it is deleted, and of sheets one does not see only that they are."""

from dosar.language.form import CASE_FORM
from dosar.records.links.uses import find_uses
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.records.used import Used


def used_by(used: Used, **rights: set[str]) -> tuple[dict[str, int], bool]:
    """Where the organisation is used, as Ana may know it."""
    office = used.office
    with acting_as(office.scope(**rights)):
        record = office.repository.find("organisation", used.partner)
        known = {key: form for key, form in office.known().items() if not rights or key in rights}
        found = find_uses(office.repository, known, record)
    return dict(found.pointing), found.elsewhere


def test_it_is_told_which_sheets_use_it(used: Used) -> None:
    with acting_as(SYSTEM_SCOPE):
        found = find_uses(
            used.office.repository, used.office.known(), used.office.repository.find("organisation", used.partner)
        )
    assert (dict(found.pointing), found.elsewhere) == ({"visit": 2}, False)


def test_of_other_peoples_sheets_one_learns_only_that_they_are(used: Used) -> None:
    assert used_by(used) == ({"visit": 1}, True)
    assert used_by(used, organisation={"see", "delete"}) == ({}, True)


def test_a_deleted_sheet_uses_nothing(used: Used) -> None:
    with acting_as(SYSTEM_SCOPE):
        for visit in (used.ions, used.vasiles):
            delete_sheet(used.office.repository, used.office.form("visit"), visit, used.office.actor())
    assert used_by(used) == ({}, False)


def test_a_case_is_told_with_the_sheets_that_go_with_it(used: Used) -> None:
    office = used.office
    with acting_as(SYSTEM_SCOPE):
        office.enter("visit", office.vasile, before=used.ions)
        found = find_uses(office.repository, office.known(), office.repository.case(office.ion))
        assert (dict(found.within), dict(found.pointing), found.elsewhere) == ({"visit": 1}, {"visit": 1}, False)
    with acting_as(office.scope(case={"see", "delete"})):
        hidden = find_uses(office.repository, {CASE_FORM: office.form(CASE_FORM)}, office.repository.case(office.ion))
    assert (dict(hidden.within), dict(hidden.pointing), hidden.elsewhere) == ({}, {}, True)
