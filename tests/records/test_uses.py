"""Where a record is used is told before it is deleted, and of sheets one does not see only that they are."""

from app.language.form import CASE
from app.records.scope import SYSTEM, acting_as
from app.records.sheets import put_away
from app.records.uses import uses
from tests.records.used import Used


def used_by(used: Used, **rights: set[str]) -> tuple[dict[str, int], bool]:
    """Where the organisation is used, as Ana may know it."""
    office = used.office
    with acting_as(office.scope(**rights)):
        record = office.cabinet.find("organisation", used.partner)
        known = {key: form for key, form in office.known().items() if not rights or key in rights}
        found = uses(office.cabinet, known, record)
    return dict(found.pointing), found.elsewhere


def test_it_is_told_which_sheets_use_it(used: Used) -> None:
    with acting_as(SYSTEM):
        found = uses(used.office.cabinet, used.office.known(), used.office.cabinet.find("organisation", used.partner))
    assert (dict(found.pointing), found.elsewhere) == ({"visit": 2}, False)


def test_of_other_peoples_sheets_one_learns_only_that_they_are(used: Used) -> None:
    assert used_by(used) == ({"visit": 1}, True)
    assert used_by(used, organisation={"see", "delete"}) == ({}, True)


def test_a_deleted_sheet_uses_nothing(used: Used) -> None:
    with acting_as(SYSTEM):
        for visit in (used.ions, used.vasiles):
            put_away(used.office.cabinet, used.office.form("visit"), visit, used.office.clerk())
    assert used_by(used) == ({}, False)


def test_a_case_is_told_with_the_sheets_that_go_with_it(used: Used) -> None:
    office = used.office
    with acting_as(SYSTEM):
        office.enter("visit", office.vasile, before=used.ions)
        found = uses(office.cabinet, office.known(), office.cabinet.case(office.ion))
        assert (dict(found.within), dict(found.pointing), found.elsewhere) == ({"visit": 1}, {"visit": 1}, False)
    with acting_as(office.scope(case={"see", "delete"})):
        hidden = uses(office.cabinet, {CASE: office.form(CASE)}, office.cabinet.case(office.ion))
    assert (dict(hidden.within), dict(hidden.pointing), hidden.elsewhere) == ({}, {}, True)
