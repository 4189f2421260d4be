"""A stay that comes back wants its bed again, whichever way it comes; a place that loses beds leaves nobody without
one: refused with what to do, or done by who may and says why."""

from dataclasses import replace
from typing import Any

import pytest

from dosar.filing.opening.submissions import correction
from dosar.filing.service import Consent, Values, file_sheet, save, validate
from dosar.language.form import CASE_FORM
from dosar.records.beds.required_beds import NoBed
from dosar.records.cases.merge import CaseMerge, MergeDoublesStays, merge_cases
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.sheets.deletion import delete_sheet, restore_sheet, withdraw_sheet
from tests.filing.houses import (
    HEAD,
    HELPER,
    NO_DOUBT,
    READING,
    Act,
    Houses,
    at_once,
    day,
    doubted,
    kept,
    placing,
    refused,
)
from tests.organisations import CLERK

THE_HEAD, A_HELPER = replace(CLERK, roles=HEAD), replace(CLERK, roles=HELPER)


def put_away(houses: Houses, form: str, number: int) -> None:
    delete_sheet(houses.organisation.repository, houses.organisation.form(form), number, CLERK)


def bring_back(houses: Houses, form: str, number: int, **said: Any) -> None:
    repository = houses.organisation.repository
    repository.session.expire_all()
    restore_sheet(repository, houses.organisation.form(form), number, **{"actor": A_HELPER, **said})


def of_place(houses: Houses, roles: frozenset[str], consent: Consent = NO_DOUBT, **values: Any) -> Any:
    """What comes of other answers on the sheet of the urgent house."""
    repository = houses.organisation.repository
    repository.session.expire_all()
    opened = correction(repository, "house", houses.urgent, replace(CLERK, roles=roles), READING)
    assert opened.record is not None
    before = {name: question.to_json(opened.saved[name]) for name, question in opened.asked_questions.items()}
    return file_sheet(opened, Values({**before, **values}), replace(consent, version=opened.record.version))


def standing(houses: Houses) -> int:
    """How many stays are not deleted."""
    return houses.organisation.column("stay", "deleted_at").count(None)


def test_a_deleted_stay_comes_back_to_its_bed_or_with_a_reason(houses: Houses) -> None:
    away = kept(houses.file(houses.case()))
    put_away(houses, "stay", away)
    for _ in range(2):
        kept(houses.file(houses.case()))
    with pytest.raises(NoBed) as told:
        bring_back(houses, "stay", away, overbooks=True)
    assert not told.value.may_confirm, "a helper may not, whatever she says"
    with pytest.raises(NoBed) as told:
        bring_back(houses, "stay", away, actor=THE_HEAD)
    [lacking] = told.value.lacking
    assert told.value.may_confirm and (lacking.place_id, f"{lacking.troubles.full_on}") == (houses.urgent, day(0))
    bring_back(houses, "stay", away, actor=THE_HEAD, reason="Nu avea unde dormi", overbooks=True)
    assert houses.organisation.history("stay", away)[0].reason == "Nu avea unde dormi"


def test_a_deleted_stay_of_somebody_who_is_elsewhere_by_now_does_not_come_back(houses: Houses) -> None:
    case = houses.case()
    away = kept(houses.file(case))
    put_away(houses, "stay", away)
    kept(houses.file(case, house=houses.long, phase="long", came=day(2)))
    with pytest.raises(NoBed) as told:
        bring_back(houses, "stay", away, actor=THE_HEAD, overbooks=True)
    assert not told.value.may_confirm


def test_a_deleted_stay_does_not_come_back_to_a_place_of_another_phase(houses: Houses) -> None:
    away = kept(houses.file(houses.case()))
    put_away(houses, "stay", away)
    kept(of_place(houses, HEAD, phase="long"))
    with pytest.raises(NoBed) as told:
        bring_back(houses, "stay", away, actor=THE_HEAD, overbooks=True)
    assert told.value.lacking[0].troubles.phase_there == "long"


def test_a_case_comes_back_with_its_stays_once_somebody_says_why(houses: Houses) -> None:
    """The case is more than a bed: whoever may bring it back may say so."""
    case = houses.case()
    kept(houses.file(case, came=day(-20), went=day(-10)))
    kept(houses.file(case))
    put_away(houses, CASE_FORM, case)
    bring_back(houses, CASE_FORM, case)
    put_away(houses, CASE_FORM, case)
    for _ in range(2):
        kept(houses.file(houses.case()))
    with pytest.raises(NoBed) as told:
        bring_back(houses, CASE_FORM, case)
    assert told.value.may_confirm
    assert standing(houses) == 2, "nothing came back"
    bring_back(houses, CASE_FORM, case, reason="Șters din greșeală", overbooks=True)
    assert standing(houses) == 4
    assert houses.organisation.history(CASE_FORM, case)[0].reason == "Șters din greșeală"


def test_two_at_once_do_not_bring_back_and_file_into_the_same_bed(houses: Houses) -> None:
    case, new = houses.case(), houses.case()
    kept(houses.file(case))
    put_away(houses, CASE_FORM, case)
    kept(houses.file(houses.case()))

    looks = placing(houses, new), lambda: lambda: bring_back(houses, CASE_FORM, case)
    assert at_once(houses, *looks) == ["kept", "no bed"]
    assert standing(houses) == 2


def test_a_place_keeps_the_beds_in_which_people_sleep(houses: Houses) -> None:
    kept(houses.file(houses.case(), came=day(-4)))
    kept(houses.file(houses.case(), came=day(5)))
    kept(of_place(houses, HELPER, beds=3))
    kept(of_place(houses, HELPER, beds=2))
    assert refused(of_place(houses, HELPER, beds=1)) == [
        "beds: More people stay here on 27.11.2026, or are to, than the place would have beds. Move a stay to another "
        "place first, or ask who may leave one person without a bed: Șefa."
    ]
    assert "tick so and write why" in doubted(of_place(houses, HEAD, beds=1))[0]
    kept(of_place(houses, HEAD, Consent(confirmed=True, reason="Un pat s-a rupt"), beds=1))
    assert houses.organisation.history("house", houses.urgent)[0].reason == "Un pat s-a rupt"


def test_beds_of_former_stays_are_nobodys(houses: Houses) -> None:
    for _ in range(2):
        kept(houses.file(houses.case(), came=day(-9), went=day(0)))
    kept(of_place(houses, HELPER, beds=1))


def test_two_at_once_do_not_take_a_bed_out_and_sleep_in_it(houses: Houses) -> None:
    kept(houses.file(houses.case()))
    new, repository = houses.case(), houses.organisation.repository

    def look() -> Act:
        submission = correction(repository, "house", houses.urgent, A_HELPER, READING)
        assert submission.record is not None
        consent = Consent(version=submission.record.version)
        found = validate(submission, Values({"phase": "urgent", "beds": 1, "programme": houses.programme}))
        return lambda: save(submission, found, consent)

    assert at_once(houses, placing(houses, new), look) == ["kept", "no bed"]
    beds = houses.organisation.answers("house", houses.urgent)["beds"]
    assert standing(houses) == beds, "two in two, or one in one"


def test_another_phase_of_a_place_in_which_somebody_stays_is_asked_about(houses: Houses) -> None:
    kept(houses.file(houses.case()))
    [asked] = doubted(of_place(houses, HELPER, phase="long"))
    assert asked.startswith("phase: Somebody stays here on 22.11.2026, or is to, in another phase")
    kept(of_place(houses, HELPER, Consent(confirmed=True), phase="long"))


def test_cases_whose_stays_meet_become_one_once_that_was_told(houses: Houses) -> None:
    """Two cases of one person may both have her in a bed: it is said before, and again if it is other stays by then."""
    repository = houses.organisation.repository
    kept_case, going = houses.case(), houses.case()
    here = kept(houses.file(kept_case))
    there = kept(houses.file(going, house=houses.long, phase="long", came=day(3)))
    kept(houses.file(going, came=day(-9), went=day(-2)))
    merging = CaseMerge(kept_case, 1, going, 1)
    with pytest.raises(MergeDoublesStays) as told:
        merge_cases(repository, merging, (), CLERK)
    [both] = told.value.doubled
    assert (both.stay, both.other, f"{both.days.since}") == (here, there, day(3))
    merge_cases(repository, merging, (), CLERK, doubled=[both.key])
    assert {*houses.organisation.column("stay", "case_id")} == {kept_case}
    unmerge_case(repository, going, CLERK)
    assert sorted(houses.organisation.column("stay", "case_id")) == [kept_case, going, going], "each keeps its bed"


def test_a_place_in_which_people_stay_is_deleted_with_a_reason(houses: Houses) -> None:
    """As with all of its beds; and also where nobody wrote down how many those are."""
    repository, house = houses.organisation.repository, houses.organisation.form("house")
    unmeasured = houses.organisation.enter("house", phase="urgent")
    for place in (houses.urgent, unmeasured):
        kept(houses.file(houses.case(), house=place, came=day(3)))
        with pytest.raises(NoBed) as told:
            delete_sheet(repository, house, place, A_HELPER, "Se închide", overbooks=True)
        assert not told.value.may_confirm, "a helper may not, whatever she says"
        with pytest.raises(NoBed) as told:
            withdraw_sheet(repository, house, place, THE_HEAD)
        [lacking] = told.value.lacking
        assert told.value.may_confirm and (lacking.place_id, f"{lacking.troubles.full_on}") == (place, day(3))
        delete_sheet(repository, house, place, THE_HEAD, "Se închide", overbooks=True)
        bring_back(houses, "house", place)
        assert [entry.reason for entry in houses.organisation.history("house", place)][1] == "Se închide"
    kept(houses.file(houses.case(), house=houses.long, phase="long", came=day(-9), went=day(0)))
    put_away(houses, "house", houses.long)


def test_a_deleted_place_has_no_bed_for_a_stay_that_comes_back(houses: Houses) -> None:
    former = kept(houses.file(houses.case(), came=day(-9), went=day(-2)))
    away = kept(houses.file(houses.case()))
    for number in (former, away):
        put_away(houses, "stay", number)
    put_away(houses, "house", houses.urgent)
    bring_back(houses, "stay", former)
    with pytest.raises(NoBed) as told:
        bring_back(houses, "stay", away, overbooks=True)
    assert f"{told.value.lacking[0].troubles.full_on}" == day(0)


def test_a_place_comes_back_with_a_bed_for_everybody_in_it(houses: Houses) -> None:
    """Who was placed in it meanwhile was so for a reason; that there are too few beds is another one."""
    stays = [kept(houses.file(houses.case())) for _ in range(2)]
    away = kept(houses.file(houses.case(), HEAD, Consent(confirmed=True, reason="Urgență")))
    put_away(houses, "stay", away)
    sure = {"actor": THE_HEAD, "reason": "Nu avea unde dormi", "overbooks": True}
    house = houses.organisation.form("house")
    delete_sheet(houses.organisation.repository, house, houses.urgent, THE_HEAD, "Se închide", overbooks=True)
    bring_back(houses, "stay", away, **sure)
    with pytest.raises(NoBed):
        bring_back(houses, "house", houses.urgent)
    bring_back(houses, "house", houses.urgent, **sure)
    kept(houses.correct(stays[0], went=day(0)))
