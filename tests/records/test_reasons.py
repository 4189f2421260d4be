"""Who reads why something was done: what somebody types beside a sheet may say anything of what stands in it."""

from typing import Any

import pytest

from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.audit_log import history_entries
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.export_log import latest_exports, note_export
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.acceptance import last_return, return_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from tests.records.offices import ALL_RIGHTS, TODAY, Office

WORDS = "este seropozitivă"


def reader(office: Office, name: str, *clearances: Any) -> Scope:
    """Somebody who reaches every case and sees answers with these clearances."""
    rights = dict.fromkeys(office.repository.forms, ALL_RIGHTS)
    return Scope(office.people[name], "all", frozenset(), rights, frozenset(clearances))


def told(office: Office, form: str, record_id: int, action: str, scope: Scope) -> tuple[str, bool]:
    """The reason of the entry, and whether it is hidden."""
    with acting_as(scope):
        entries = history_entries(office.repository, office.form(form), office.open(form, record_id).record)
    [entry] = [entry for entry in entries if entry.action == action]
    return entry.reason, entry.is_reason_hidden


@pytest.fixture
def visit(office: Office) -> int:
    """A visit of Ion that Maria, a volunteer, typed in."""
    maria = Actor(office.people["maria"], "volunteer", TODAY, checked=True)
    with acting_as(SYSTEM_SCOPE):
        return enter_sheet(office.repository, office.form("visit"), {"purpose": "acasă"}, maria, office.ion)


def test_it_is_read_by_who_sees_every_answer_of_the_sheet_and_by_who_wrote_it(office: Office, visit: int) -> None:
    form = office.form("visit")
    with acting_as(SYSTEM_SCOPE):
        version = office.open("visit", visit).record.version
        correct_sheet(office.repository, form, visit, version, {"purpose": "școală"}, office.actor(), WORDS)
    for clearances in ((), ("identity",), ("story", "health")):
        assert told(office, "visit", visit, "corrected", reader(office, "paul", *clearances)) == ("", True)
    assert told(office, "visit", visit, "corrected", reader(office, "paul", "identity", "story")) == (WORDS, False)
    assert told(office, "visit", visit, "corrected", reader(office, "ana")) == (WORDS, False)


def test_of_a_merge_the_code_alone_is_told(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        kept, gone = both_cases(office.repository, office.ion, office.vasile)
        code = gone.answers["code"]
        merging = CaseMerge(kept.record.id, kept.record.version, gone.record.id, gone.record.version)
        merge_cases(office.repository, merging, (), office.actor("paul"), WORDS)
    assert told(office, CASE_FORM, office.ion, "merged", reader(office, "ana")) == (code, True)
    known = told(office, CASE_FORM, office.ion, "merged", reader(office, "ana", "identity"))
    assert known == (f"{code}: {WORDS}", False)


def test_what_is_to_be_mended_is_for_who_filed_the_sheet(office: Office, visit: int) -> None:
    with acting_as(SYSTEM_SCOPE):
        return_sheet(office.repository, office.form("visit"), visit, WORDS, office.actor())
    notes = {}
    for name in ("maria", "paul"):
        with acting_as(reader(office, name)):
            found = last_return(office.repository, office.open("visit", visit).record)
            notes[name] = found.note if found else ""
    assert notes == {"maria": WORDS, "paul": None}
    assert told(office, "visit", visit, "returned", reader(office, "paul")) == ("", True)


def test_what_a_list_was_taken_along_for_is_read_by_who_may_see_all_of_it(office: Office) -> None:
    visits = office.form("visit")
    with acting_as(reader(office, "ana")):
        note_export(office.repository, visits, office.people["ana"], [1, 2], "csv", ["purpose"], WORDS)
        assert latest_exports(office.repository, visits)[0].reason == WORDS
    with acting_as(reader(office, "paul")):
        assert latest_exports(office.repository, visits)[0].reason is None
