"""Two cases of one person become one."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.fields.money import Money
from app.language.form import CASE
from app.records import drafts
from app.records.closing import close_tables
from app.records.drafts import Place
from app.records.duplicates import likely
from app.records.history import entries
from app.records.lists import Wish, list_page
from app.records.merging import MERGED, MERGED_INTO, Merging, both_cases, differing, merge, merged_into
from app.records.parting import part
from app.records.scope import SYSTEM, OutOfReach, acting_as
from app.records.sheets import Clash, bring_back, put_away
from app.records.system import team
from app.records.totals import totals
from tests.records.cabinets import EVERYTHING, ROMANIAN, TODAY, Office, together_in

FAMILY = [{"id": None, "name": "Gavril", "age": 7, "helper": None}]


@pytest.fixture
def twice(office: Office) -> Iterator[Office]:
    """Ion has a second case, opened by Maria under another spelling, with a visit."""
    with acting_as(SYSTEM):
        office.vasile = office.enter(CASE, user="maria", last_name="Tîrcă", first_name="Ioan", county="Cluj")
        office.visit = office.enter(  # type: ignore[attr-defined]
            "visit", office.vasile, user="maria", purpose="acasă", visit_date=TODAY, family=FAMILY
        )
        office.deleted = office.enter("visit", office.vasile, purpose="greșită")  # type: ignore[attr-defined]
        put_away(office.cabinet, office.form("visit"), office.deleted, office.clerk())  # type: ignore[attr-defined]
        yield office


def compared(office: Office) -> Merging:
    kept, gone = both_cases(office.cabinet, office.ion, office.vasile)
    return Merging(kept.record.id, kept.record.version, gone.record.id, gone.record.version)


def merge_them(office: Office, *taken: str) -> None:
    merge(office.cabinet, compared(office), taken, office.clerk("paul"), "Aceeași persoană")


def test_the_answers_that_differ_are_compared(twice: Office) -> None:
    kept, gone = both_cases(twice.cabinet, twice.ion, twice.vasile)
    form = twice.form(CASE)
    assert [one.name for one in differing(form, kept.answers, gone.answers)] == ["last_name", "first_name", "county"]


def test_chosen_answers_stand_in_the_kept_case(twice: Office) -> None:
    merge_them(twice, "first_name", "code", "metadata")
    answers = twice.open(CASE, twice.ion).answers
    assert (answers["last_name"], answers["first_name"], answers["county"]) == ("Țîrcă", "Ioan", "Hîncești")
    assert answers["code"] == "D-2026-0001"


def test_an_answer_that_only_the_other_case_has_is_not_lost(twice: Office) -> None:
    version = twice.open(CASE, twice.vasile).record.version
    twice.correct(CASE, twice.vasile, version, opened_on=TODAY)
    merge_them(twice)
    assert twice.open(CASE, twice.ion).answers["opened_on"] == TODAY


def test_an_answer_that_was_refused_stays_out(twice: Office) -> None:
    version = twice.open(CASE, twice.vasile).record.version
    twice.correct(CASE, twice.vasile, version, opened_on=TODAY)
    merge(twice.cabinet, compared(twice), (), twice.clerk("paul"), refused=("opened_on",))
    assert twice.open(CASE, twice.ion).answers["opened_on"] is None


def test_a_sheet_begun_for_the_other_case_goes_on(twice: Office) -> None:
    ana, maria = twice.people["ana"], twice.people["maria"]
    for user, case in ((ana, twice.ion), (ana, twice.vasile), (maria, twice.vasile)):
        drafts.keep(twice.cabinet, user, Place("visit", case), [("purpose", f"{user} {case}")])
    merge_them(twice)
    here = Place("visit", twice.ion)
    begun = {user: drafts.find(twice.cabinet, user, here) for user in (ana, maria)}
    assert begun[ana].boxes == [("purpose", f"{ana} {twice.ion}")]  # type: ignore[union-attr]
    assert begun[maria].boxes == [("purpose", f"{maria} {twice.vasile}")]  # type: ignore[union-attr]


def test_sheets_with_their_rows_belong_to_the_kept_case(twice: Office) -> None:
    merge_them(twice)
    visit = twice.open("visit", twice.visit)  # type: ignore[attr-defined]
    assert visit.record.case_id == twice.ion
    assert [row["name"] for row in visit.answers["family"]] == ["Gavril"]
    deleted = twice.cabinet.find("visit", twice.deleted, with_deleted=True)  # type: ignore[attr-defined]
    assert deleted.case_id == twice.ion
    assert deleted.deleted_at is not None


def test_what_was_given_is_summed_in_the_kept_case_and_the_ledger_stays_closed(twice: Office) -> None:
    aid = twice.enter("aid", twice.vasile, kind="food", value=Money(Decimal(50), "RON"), given_on=TODAY)
    twice.enter("aid", twice.ion, kind="food", value=Money(Decimal(25), "RON"), given_on=TODAY)
    with twice.cabinet.writing():
        close_tables(twice.cabinet.session.connection(), ["aid"])
    merge_them(twice)
    found = totals(twice.cabinet, twice.known(*EVERYTHING), {"aid": Wish(case_id=twice.ion)}, ROMANIAN)
    assert [line.amount for line in found[0][2] if line.kind == "group"] == ["75,00 RON"]
    entry = twice.cabinet.record_class("aid")
    with pytest.raises(IntegrityError), twice.cabinet.writing():
        twice.cabinet.session.execute(update(entry).where(entry.id == aid).values(case_id=twice.vasile))


def test_whoever_worked_on_either_reaches_the_kept_case(twice: Office) -> None:
    merge_them(twice)
    twice.cabinet.session.remove()
    for user in ("ana", "maria"):
        with acting_as(twice.scope(user)):
            assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]
    members = twice.cabinet.session.execute(
        select(team.c.user_id, team.c.role).where(team.c.case_id == twice.ion, team.c.until.is_(None))
    )
    assert sorted(role for _, role in members) == ["case_manager", "social_worker"]


def test_the_other_case_is_put_away_and_says_where_its_sheets_are(twice: Office) -> None:
    merge_them(twice)
    with pytest.raises(OutOfReach):
        twice.cabinet.case(twice.vasile)
    assert merged_into(twice.cabinet, twice.vasile) == twice.ion
    assert merged_into(twice.cabinet, twice.ion) is None
    assert likely(twice.cabinet, twice.form(CASE), {"last_name": "Tîrcă", "first_name": "Ioan"}, but=twice.ion) == []


def test_both_histories_tell_it(twice: Office) -> None:
    merge_them(twice, "first_name")
    form = twice.form(CASE)
    told = {
        record.id: entries(twice.cabinet, form, record)
        for record in (twice.cabinet.case(twice.ion), twice.cabinet.find(CASE, twice.vasile, with_deleted=True))
    }
    assert [one.action for one in told[twice.ion]] == [MERGED, "corrected", "entered"]
    assert [one.action for one in told[twice.vasile]] == ["deleted", MERGED_INTO, "entered"]
    assert told[twice.ion][0].reason == "D-2026-0003: Aceeași persoană"
    assert told[twice.vasile][1].reason == "D-2026-0001: Aceeași persoană"


def test_the_kept_case_is_found_by_the_taken_name(twice: Office) -> None:
    merge_them(twice, "first_name")
    found = list_page(twice.cabinet, twice.known(*EVERYTHING), CASE, Wish(words="ioan tirca"), ROMANIAN)
    assert found.ids == [twice.ion]


def test_of_three_cases_the_first_leads_to_the_last(twice: Office) -> None:
    third = twice.enter(CASE, last_name="Țîrcă", first_name="Ion")
    merge_them(twice)
    kept, gone = both_cases(twice.cabinet, third, twice.ion)
    merge(twice.cabinet, Merging(third, kept.record.version, twice.ion, gone.record.version), (), twice.clerk("paul"))
    assert merged_into(twice.cabinet, twice.vasile) == merged_into(twice.cabinet, twice.ion) == third
    assert twice.open("visit", twice.visit).record.case_id == third  # type: ignore[attr-defined]


def test_what_changed_since_it_was_compared_is_not_merged(twice: Office) -> None:
    merging = compared(twice)
    twice.correct(CASE, twice.vasile, merging.gone_version, county="Iași")
    with pytest.raises(Clash):
        merge(twice.cabinet, merging, (), twice.clerk("paul"))
    assert twice.open("visit", twice.visit).record.case_id == twice.vasile  # type: ignore[attr-defined]


def test_a_case_that_came_back_is_an_ordinary_case(twice: Office) -> None:
    merge_them(twice)
    bring_back(twice.cabinet, twice.form(CASE), twice.vasile, twice.clerk("paul"))
    assert twice.cabinet.case(twice.vasile).id == twice.vasile
    assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]


def test_a_merge_by_mistake_is_taken_back(twice: Office) -> None:
    aid = twice.enter("aid", twice.vasile, kind="food", value=Money(Decimal(50), "RON"), given_on=TODAY)
    with twice.cabinet.writing():
        close_tables(twice.cabinet.session.connection(), ["aid"])
    merge_them(twice, "first_name")
    later = twice.enter("visit", twice.ion, purpose="după unire")
    part(twice.cabinet, twice.vasile, twice.clerk("paul"))
    assert twice.open(CASE, twice.vasile).answers["first_name"] == "Ioan"
    own = [twice.open("visit", twice.visit), twice.open("aid", aid)]  # type: ignore[attr-defined]
    assert [sheet.record.case_id for sheet in own] == [twice.vasile, twice.vasile]
    assert [row["name"] for row in own[0].answers["family"]] == ["Gavril"]
    assert twice.open("visit", later).record.case_id == twice.ion
    assert merged_into(twice.cabinet, twice.vasile) is None
    told = entries(twice.cabinet, twice.form(CASE), twice.cabinet.case(twice.ion))
    assert (told[0].action, told[0].reason) == ("parted", "D-2026-0003")


def test_only_a_merged_case_is_taken_back_and_only_by_who_merges(twice: Office) -> None:
    with pytest.raises(OutOfReach):
        part(twice.cabinet, twice.ion, twice.clerk("paul"))
    merge_them(twice)
    twice.cabinet.session.remove()
    with acting_as(twice.scope("maria", "team")), pytest.raises(OutOfReach):
        part(twice.cabinet, twice.vasile, twice.clerk("maria"))


@pytest.mark.parametrize(("reach", "rights"), [
    ("team", {"see", "correct", "delete"}), ("own", {"see", "correct", "delete"}), ("all", {"see", "correct"}),
    ("all", {"see", "delete"}),
])
def test_only_who_reaches_every_case_may_merge(twice: Office, reach: str, rights: set[str]) -> None:
    together_in(twice, "vasile", "ana")
    merging = compared(twice)
    twice.cabinet.session.remove()
    scope = twice.scope("ana", reach, case=rights, visit=rights)  # type: ignore[arg-type]
    with acting_as(scope), pytest.raises(OutOfReach):
        merge(twice.cabinet, merging, (), twice.clerk())
    twice.cabinet.session.remove()
    assert twice.open("visit", twice.visit).record.case_id == twice.vasile  # type: ignore[attr-defined]


def test_a_coordinator_merges_without_any_right_on_the_sheets(twice: Office) -> None:
    merging = compared(twice)
    twice.cabinet.session.remove()
    with acting_as(twice.scope("paul", "all", case={"see", "correct", "delete"})):
        merge(twice.cabinet, merging, ("county",), twice.clerk("paul"))
    assert twice.open("visit", twice.visit).record.case_id == twice.ion  # type: ignore[attr-defined]


def test_a_case_is_not_merged_with_itself(twice: Office) -> None:
    with pytest.raises(OutOfReach):
        both_cases(twice.cabinet, twice.ion, twice.ion)
