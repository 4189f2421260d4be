"""Two cases of one person become one."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from dosar.database.system_tables import team_table
from dosar.database.writing.append_only import close_tables
from dosar.fields.money import Money
from dosar.language.form import CASE_FORM
from dosar.records.audit_log import history_entries
from dosar.records.cases.merge import (
    MERGED_ACTION,
    MERGED_INTO_ACTION,
    CaseMerge,
    both_cases,
    case_merged_into,
    differing_questions,
    merge_cases,
)
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.finding.duplicates import find_duplicates
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.lists.totals import list_totals
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import EditConflict
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.records.offices import EVERYTHING, ROMANIAN, TODAY, Office, together_in

FAMILY = [{"id": None, "name": "Gavril", "age": 7, "helper": None}]


@pytest.fixture
def twice(office: Office) -> Iterator[Office]:
    """Ion has a second case, opened by Maria under another spelling, with a visit."""
    with acting_as(SYSTEM_SCOPE):
        office.vasile = office.enter(CASE_FORM, user="maria", last_name="Tîrcă", first_name="Ioan", county="Cluj")
        office.visit = office.enter(  # type: ignore[attr-defined]
            "visit", office.vasile, user="maria", purpose="acasă", visit_date=TODAY, family=FAMILY
        )
        office.deleted = office.enter("visit", office.vasile, purpose="greșită")  # type: ignore[attr-defined]
        delete_sheet(office.repository, office.form("visit"), office.deleted, office.actor())  # type: ignore[attr-defined]
        yield office


def compared(office: Office) -> CaseMerge:
    kept, gone = both_cases(office.repository, office.ion, office.vasile)
    return CaseMerge(kept.record.id, kept.record.version, gone.record.id, gone.record.version)


def merge_them(office: Office, *taken: str) -> None:
    merge_cases(office.repository, compared(office), taken, office.actor("paul"), "Aceeași persoană")


def test_the_answers_that_differ_are_compared(twice: Office) -> None:
    kept, gone = both_cases(twice.repository, twice.ion, twice.vasile)
    form = twice.form(CASE_FORM)
    assert [question.name for question in differing_questions(form, kept.answers, gone.answers)] == [
        "last_name",
        "first_name",
        "county",
    ]


def test_chosen_answers_stand_in_the_kept_case(twice: Office) -> None:
    merge_them(twice, "first_name", "code", "metadata")
    answers = twice.open(CASE_FORM, twice.ion).answers
    assert (answers["last_name"], answers["first_name"], answers["county"]) == ("Țîrcă", "Ioan", "Hîncești")
    assert answers["code"] == "D-2026-0001"


def test_an_answer_that_only_the_other_case_has_is_not_lost(twice: Office) -> None:
    version = twice.open(CASE_FORM, twice.vasile).record.version
    twice.correct(CASE_FORM, twice.vasile, version, opened_on=TODAY)
    merge_them(twice)
    assert twice.open(CASE_FORM, twice.ion).answers["opened_on"] == TODAY


def test_an_answer_that_was_refused_stays_out(twice: Office) -> None:
    version = twice.open(CASE_FORM, twice.vasile).record.version
    twice.correct(CASE_FORM, twice.vasile, version, opened_on=TODAY)
    merge_cases(twice.repository, compared(twice), (), twice.actor("paul"), refused=("opened_on",))
    assert twice.open(CASE_FORM, twice.ion).answers["opened_on"] is None


def test_a_sheet_begun_for_the_other_case_goes_on(twice: Office) -> None:
    ana, maria = twice.people["ana"], twice.people["maria"]
    for user, case in ((ana, twice.ion), (ana, twice.vasile), (maria, twice.vasile)):
        drafts.keep_draft(twice.repository, user, DraftPlace("visit", case), [("purpose", f"{user} {case}")])
    merge_them(twice)
    here = DraftPlace("visit", twice.ion)
    begun = {user: drafts.find_draft(twice.repository, user, here) for user in (ana, maria)}
    assert begun[ana].boxes == [("purpose", f"{ana} {twice.ion}")]  # type: ignore[union-attr]
    assert begun[maria].boxes == [("purpose", f"{maria} {twice.vasile}")]  # type: ignore[union-attr]


def test_sheets_with_their_rows_belong_to_the_kept_case(twice: Office) -> None:
    merge_them(twice)
    visit = twice.open("visit", twice.visit)  # type: ignore[attr-defined]
    assert visit.record.case_id == twice.ion
    assert [row["name"] for row in visit.answers["family"]] == ["Gavril"]
    deleted = twice.repository.find("visit", twice.deleted, with_deleted=True)  # type: ignore[attr-defined]
    assert deleted.case_id == twice.ion
    assert deleted.deleted_at is not None


def test_what_was_given_is_summed_in_the_kept_case_and_the_ledger_stays_closed(twice: Office) -> None:
    aid = twice.enter("aid", twice.vasile, kind="food", value=Money(Decimal(50), "RON"), given_on=TODAY)
    twice.enter("aid", twice.ion, kind="food", value=Money(Decimal(25), "RON"), given_on=TODAY)
    with twice.repository.writing():
        close_tables(twice.repository.session.connection(), ["aid"])
    merge_them(twice)
    found = list_totals(twice.repository, twice.known(*EVERYTHING), {"aid": ListQuery(case_id=twice.ion)}, ROMANIAN)
    assert [line.amount for line in found[0][2] if line.kind == "group"] == ["75,00 RON"]
    entry = twice.repository.record_class("aid")
    with pytest.raises(IntegrityError), twice.repository.writing():
        twice.repository.session.execute(update(entry).where(entry.id == aid).values(case_id=twice.vasile))


def test_whoever_worked_on_either_reaches_the_kept_case(twice: Office) -> None:
    merge_them(twice)
    twice.repository.session.remove()
    for user in ("ana", "maria"):
        with acting_as(twice.scope(user)):
            assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]
    members = twice.repository.session.execute(
        select(team_table.c.user_id, team_table.c.role).where(
            team_table.c.case_id == twice.ion, team_table.c.until.is_(None)
        )
    )
    assert sorted(role for _, role in members) == ["case_manager", "social_worker"]


def test_the_other_case_is_put_away_and_says_where_its_sheets_are(twice: Office) -> None:
    merge_them(twice)
    with pytest.raises(OutOfReach):
        twice.repository.case(twice.vasile)
    assert case_merged_into(twice.repository, twice.vasile) == twice.ion
    assert case_merged_into(twice.repository, twice.ion) is None
    assert (
        find_duplicates(
            twice.repository, twice.form(CASE_FORM), {"last_name": "Tîrcă", "first_name": "Ioan"}, but=twice.ion
        )
        == []
    )


def test_both_histories_tell_it(twice: Office) -> None:
    merge_them(twice, "first_name")
    form = twice.form(CASE_FORM)
    told = {
        record.id: history_entries(twice.repository, form, record)
        for record in (
            twice.repository.case(twice.ion),
            twice.repository.find(CASE_FORM, twice.vasile, with_deleted=True),
        )
    }
    assert [entry.action for entry in told[twice.ion]] == [MERGED_ACTION, "corrected", "entered"]
    assert [entry.action for entry in told[twice.vasile]] == ["deleted", MERGED_INTO_ACTION, "entered"]
    assert told[twice.ion][0].reason == "D-2026-0003: Aceeași persoană"
    assert told[twice.vasile][1].reason == "D-2026-0001: Aceeași persoană"


def test_the_kept_case_is_found_by_the_taken_name(twice: Office) -> None:
    merge_them(twice, "first_name")
    found = list_page(twice.repository, twice.known(*EVERYTHING), CASE_FORM, ListQuery(words="ioan tirca"), ROMANIAN)
    assert found.ids == [twice.ion]


def test_of_three_cases_the_first_leads_to_the_last(twice: Office) -> None:
    third = twice.enter(CASE_FORM, last_name="Țîrcă", first_name="Ion")
    merge_them(twice)
    kept, gone = both_cases(twice.repository, third, twice.ion)
    merge_cases(
        twice.repository, CaseMerge(third, kept.record.version, twice.ion, gone.record.version), (), twice.actor("paul")
    )
    assert case_merged_into(twice.repository, twice.vasile) == case_merged_into(twice.repository, twice.ion) == third
    assert twice.open("visit", twice.visit).record.case_id == third  # type: ignore[attr-defined]


def test_what_changed_since_it_was_compared_is_not_merged(twice: Office) -> None:
    merging = compared(twice)
    twice.correct(CASE_FORM, twice.vasile, merging.gone_version, county="Iași")
    with pytest.raises(EditConflict):
        merge_cases(twice.repository, merging, (), twice.actor("paul"))
    assert twice.open("visit", twice.visit).record.case_id == twice.vasile  # type: ignore[attr-defined]


def test_a_case_that_came_back_is_an_ordinary_case(twice: Office) -> None:
    merge_them(twice)
    restore_sheet(twice.repository, twice.form(CASE_FORM), twice.vasile, twice.actor("paul"))
    assert twice.repository.case(twice.vasile).id == twice.vasile
    assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]


def test_a_merge_by_mistake_is_taken_back(twice: Office) -> None:
    aid = twice.enter("aid", twice.vasile, kind="food", value=Money(Decimal(50), "RON"), given_on=TODAY)
    with twice.repository.writing():
        close_tables(twice.repository.session.connection(), ["aid"])
    merge_them(twice, "first_name")
    later = twice.enter("visit", twice.ion, purpose="după unire")
    unmerge_case(twice.repository, twice.vasile, twice.actor("paul"))
    assert twice.open(CASE_FORM, twice.vasile).answers["first_name"] == "Ioan"
    own = [twice.open("visit", twice.visit), twice.open("aid", aid)]  # type: ignore[attr-defined]
    assert [sheet.record.case_id for sheet in own] == [twice.vasile, twice.vasile]
    assert [row["name"] for row in own[0].answers["family"]] == ["Gavril"]
    assert twice.open("visit", later).record.case_id == twice.ion
    assert case_merged_into(twice.repository, twice.vasile) is None
    told = history_entries(twice.repository, twice.form(CASE_FORM), twice.repository.case(twice.ion))
    assert (told[0].action, told[0].reason) == ("parted", "D-2026-0003")


def test_only_a_merged_case_is_taken_back_and_only_by_who_merges(twice: Office) -> None:
    with pytest.raises(OutOfReach):
        unmerge_case(twice.repository, twice.ion, twice.actor("paul"))
    merge_them(twice)
    twice.repository.session.remove()
    with acting_as(twice.scope("maria", "team")), pytest.raises(OutOfReach):
        unmerge_case(twice.repository, twice.vasile, twice.actor("maria"))


@pytest.mark.parametrize(
    ("reach", "rights"),
    [
        ("team", {"see", "correct", "delete"}),
        ("own", {"see", "correct", "delete"}),
        ("all", {"see", "correct"}),
        ("all", {"see", "delete"}),
    ],
)
def test_only_who_reaches_every_case_may_merge(twice: Office, reach: str, rights: set[str]) -> None:
    together_in(twice, "vasile", "ana")
    merging = compared(twice)
    twice.repository.session.remove()
    scope = twice.scope("ana", reach, case=rights, visit=rights)  # type: ignore[arg-type]
    with acting_as(scope), pytest.raises(OutOfReach):
        merge_cases(twice.repository, merging, (), twice.actor())
    twice.repository.session.remove()
    assert twice.open("visit", twice.visit).record.case_id == twice.vasile  # type: ignore[attr-defined]


def test_a_coordinator_merges_without_any_right_on_the_sheets(twice: Office) -> None:
    merging = compared(twice)
    twice.repository.session.remove()
    with acting_as(twice.scope("paul", "all", case={"see", "correct", "delete"})):
        merge_cases(twice.repository, merging, ("county",), twice.actor("paul"))
    assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]


def test_a_case_is_not_merged_with_itself(twice: Office) -> None:
    with pytest.raises(OutOfReach):
        both_cases(twice.repository, twice.ion, twice.ion)
