"""What a new sheet begins with: what other sheets of the case already say, and the rows printed on a paper."""

from datetime import date

import pytest

from dosar.filing.opening.prefill import prefill_from_sheets
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.days import today_here
from tests.pages.browsing import Page, look, rows
from tests.pages.conftest import Demo
from tests.pages.test_case_page import consented, filed

TODAY = today_here()


@pytest.fixture
def case_id(demo: Demo) -> int:
    return filed(demo, CASE_FORM, opened_on=TODAY, status="open", birth_date="2001-05")


def new(demo: Demo, form: str, case_id: int, user: str = "coordinator", face: str = "") -> Page:
    return look(demo.browser(user), f"/records/{form}/new?case={case_id}{f'&face={face}' if face else ''}")


def test_dates_of_other_sheets_stand_on_the_plan(demo: Demo, case_id: int) -> None:
    filed(demo, "intake", case_id, informed_on=date(2026, 3, 1), consent_assistance=True, consent_on=date(2026, 3, 2))
    filed(demo, "risk_assessment", case_id, assessed_on=date(2026, 3, 20), stage="ongoing")
    filed(demo, "risk_assessment", case_id, assessed_on=date(2026, 3, 9), stage="initial")
    boxes = new(demo, "plan", case_id, face="common").boxes
    assert (boxes["consent_on"], boxes["risk_assessed_on"]) == ("02.03.2026", "20.03.2026")


def test_a_sheet_of_another_case_gives_nothing(demo: Demo, case_id: int) -> None:
    other = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    filed(demo, "intake", other, informed_on=TODAY, consent_assistance=True, consent_on=TODAY)
    assert not new(demo, "plan", case_id, face="common").boxes["consent_on"]


def test_the_problem_is_defined_as_the_initial_evaluation_says(demo: Demo, case_id: int) -> None:
    consented(demo, case_id)
    filed(demo, "initial_evaluation", case_id, evaluated_on=TODAY, social_summary="Fără locuință.")
    page = new(demo, "plan", case_id, face="irp").save({"drawn_up_on": "01.03.2026", "_confirmed": "1"}, press="_more")
    assert page.boxes["problem_definition"] == "Fără locuință."


def test_who_may_not_read_the_other_sheet_is_told_nothing_of_it(demo: Demo, case_id: int) -> None:
    filed(demo, "stay", case_id, phase="phase_1", admitted_on=date(2026, 2, 1))
    evaluation, every = demo.forms["detailed_evaluation"], demo.forms
    known = {key: form for key, form in every.items() if key != "stay"}
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        case = demo.repository.case(case_id)
        assert prefill_from_sheets(demo.repository, every, evaluation, case) == {"placed_on": date(2026, 2, 1)}
        assert prefill_from_sheets(demo.repository, known, evaluation, case) == {}
        demo.repository.session.remove()


def test_the_first_monitoring_form_lists_the_activities_of_the_plan(demo: Demo, case_id: int) -> None:
    plan = [
        {"id": None, "domain": "family", "activities": "Vizite", "responsible": "Mama", "status": "in_progress"},
        {"id": None, "domain": "social"},
        {"id": None, "domain": "rights", "activities": "Acte", "responsible": None, "status": None},
    ]
    filed(demo, "plan", case_id, drawn_up_on=TODAY, rows=plan)
    boxes = new(demo, "monitoring_form", case_id).boxes
    told = [(boxes.get(f"activities.{n}.activity"), boxes.get(f"activities.{n}.responsible")) for n in range(2)]
    assert told == [("Vizite", "Mama"), ("Acte", "")]
    assert boxes["activities.0.status"] == "in_progress" and "activities.2.activity" not in boxes


def test_later_monitoring_forms_go_on_from_the_last_one(demo: Demo, case_id: int) -> None:
    filed(demo, "plan", case_id, drawn_up_on=TODAY, rows=[{"id": None, "domain": "family", "activities": "Vizite"}])
    filed(demo, "monitoring_form", case_id, filled_on=TODAY, activities=[{"id": None, "activity": "Curs"}])
    boxes = new(demo, "monitoring_form", case_id).boxes
    assert boxes["activities.0.activity"] == "Curs" and "activities.1.activity" not in boxes


def test_a_paper_begins_with_the_rows_printed_on_it(demo: Demo, case_id: int) -> None:
    consented(demo, case_id)
    page = new(demo, "plan", case_id, face="ipp").save({"drawn_up_on": "01.03.2026", "_confirmed": "1"}, press="_more")
    page = look(demo.browser("coordinator"), page.address.replace("/2?", "/3?"))
    services = [page.boxes.get(f"rows.{n}.measure") for n in range(6)]
    assert services == ["child_protection", "education", "health", "rehabilitation", "other_service", None]


def test_a_plan_is_not_approved_without_consent(demo: Demo, case_id: int) -> None:
    number = filed(demo, "plan", case_id, drawn_up_on=TODAY, face="cptw")
    page = look(demo.browser("coordinator"), f"/records/plan/{number}/edit?face=cptw")
    with pytest.raises(AssertionError, match="Planul se aprobă după consimțământul"):
        page.save({"approved_on": "01.03.2026", "_confirmed": "1"})
    page.save({"consent_on": "28.02.2026", "approved_on": "01.03.2026", "_confirmed": "1"})


def risk(kind: str, status: str | None, **more: object) -> Answers:
    return {"id": None, "risk": kind, "likelihood": 4, "severity": 4, "status": status, "became": "new", **more}


def test_a_new_risk_assessment_begins_with_the_open_risks_of_the_last(demo: Demo, case_id: int) -> None:
    """And asks of each what became of it; what is closed stays with the old sheet."""
    risks = [risk("poverty", "open"), risk("stigma", "closed"), risk("health", "occurred"), risk("dropout", None)]
    filed(demo, "risk_assessment", case_id, assessed_on=date(2026, 3, 9), stage="initial", risks=risks)
    page = new(demo, "risk_assessment", case_id)
    told = [(page.boxes.get(f"risks.{n}.risk"), page.boxes.get(f"risks.{n}.became")) for n in range(4)]
    assert told == [("poverty", ""), ("health", ""), ("dropout", ""), (None, None)]

    answers = {"assessed_on": "10.03.2026", "stage": "ongoing"}
    with pytest.raises(AssertionError, match="was not saved"):
        page.save(answers)
    became = {f"risks.{n}.became": what for n, what in enumerate(["gone", "same", "higher"])}
    page.save({**answers, **became, "risks.0.status": "closed"})
    page = new(demo, "risk_assessment", case_id)
    assert [page.boxes.get(f"risks.{n}.risk") for n in range(3)] == ["health", "dropout", None]


def test_what_is_done_is_not_monitored_again(demo: Demo, case_id: int) -> None:
    rows = [
        {"id": None, "activity": "Curs", "status": "in_progress", "comments": "Merge bine."},
        {"id": None, "activity": "Acte", "status": "achieved"},
    ]
    filed(demo, "monitoring_form", case_id, filled_on=TODAY, activities=rows)
    boxes = new(demo, "monitoring_form", case_id).boxes
    assert (boxes["activities.0.activity"], boxes["activities.0.comments"]) == ("Curs", "")
    assert "activities.1.activity" not in boxes


def test_a_team_meeting_begins_with_the_open_decisions_of_the_last(demo: Demo, case_id: int) -> None:
    rows = [
        {"id": None, "decision": decision, "responsible": "Echipa", "became": became}
        for decision, became in [("Acte", "new"), ("Chirie", "done"), ("Curs", "in_progress"), ("Medic", None)]
    ]
    filed(demo, "team_meeting", case_id, met_on=date(2026, 3, 9), decisions=rows)
    page = new(demo, "team_meeting", case_id)
    told = [(page.boxes.get(f"decisions.{n}.decision"), page.boxes.get(f"decisions.{n}.became")) for n in range(4)]
    assert told == [("Acte", ""), ("Curs", ""), ("Medic", ""), (None, None)]

    answers = {"met_on": "10.03.2026", "participants.0.name": "A. B.", "decisions.0.became": "done"}
    with pytest.raises(AssertionError, match="was not saved"):
        page.save({**answers, "decisions.1.became": "in_progress"})
    page.save({**answers, "decisions.1.became": "in_progress", "decisions.2.became": "dropped"})
    boxes = new(demo, "team_meeting", case_id).boxes
    assert boxes["decisions.0.decision"] == "Curs" and "decisions.1.decision" not in boxes


def test_options_are_evaluated_again(demo: Demo, case_id: int) -> None:
    options = [{"id": None, "option": "shelter", "available": "partly", "became": "new"}]
    proposed = [{"id": None, "option": "Curs", "became": "begun"}, {"id": None, "option": "Chirie", "became": "given"}]
    filed(demo, "reintegration_options", case_id, evaluated_on=TODAY, options=options, relevance=proposed)
    boxes = new(demo, "reintegration_options", case_id).boxes
    told = [boxes.get(f"options.0.{column}") for column in ("option", "available", "became")]
    assert told == ["shelter", "partly", ""]
    assert [boxes.get(f"relevance.{n}.option") for n in range(2)] == ["Curs", None]
    assert "options.1.option" not in boxes


def test_the_plan_of_another_dependant_begins_without_the_rows_of_the_first(demo: Demo, case_id: int) -> None:
    rows = [{"id": None, "domain": "family", "objective": "Alocația primului copil"}]
    filed(demo, "dependant_plan", case_id, drawn_up_on=TODAY, rows=rows)
    assert "Alocația primului copil" not in new(demo, "dependant_plan", case_id).html


@pytest.mark.parametrize(
    "form",
    [
        "visit_report",
        "risk_assessment",
        "team_meeting",
        "monitoring_form",
        "humanitarian_aid",
        "study_ledger",
        "study_support",
        "final_note",
        "plan_budget",
        "dependant_plan",
    ],
)
def test_an_annex_names_the_plan_it_is_annexed_to(demo: Demo, case_id: int, form: str) -> None:
    """The last one; of another case none."""
    other = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    filed(demo, "plan", case_id, drawn_up_on=date(2026, 2, 1))
    last = filed(demo, "plan", case_id, drawn_up_on=date(2026, 3, 1))
    filed(demo, "plan", case_id, drawn_up_on=date(2026, 1, 1))
    assert new(demo, form, case_id).boxes["plan"] == str(last)
    assert new(demo, form, other).boxes["plan"] == ""


def test_amendments_are_numbered_within_their_plan_which_shows_what_they_changed(demo: Demo, case_id: int) -> None:
    first, second = (filed(demo, "plan", case_id, drawn_up_on=date(2026, month, 1)) for month in (1, 2))
    for plan, values in [(first, ["Mai", "Iunie"]), (second, ["Școala A"]), (first, ["Chirie"])]:
        changes = [
            {"id": None, "target": "action", "old_value": f"Fără {value}", "new_value": value} for value in values
        ]
        filed(demo, "plan_amendment", case_id, plan=plan, amended_on=date(2026, 3, 1), changes=changes, reason="Da")

    browser = demo.browser("coordinator")
    told = look(browser, f"/records/plan/{first}").text
    for words in (
        "Modificare a planului: 1 · 01.03.2026",
        "Modificare a planului: 2 · 01.03.2026",
        "Fără Mai Mai",
        "Fără Iunie Iunie",
        "Fără Chirie Chirie",
    ):
        assert words in told
    assert "Școala A" not in told
    told = look(browser, f"/records/plan/{second}").text
    assert "Modificare a planului: 1 · 01.03.2026" in told and "Fără Școala A Școala A" in told


def test_a_number_that_the_plan_gave_already_is_asked_about(demo: Demo, case_id: int) -> None:
    consented(demo, case_id)
    plan, other = (filed(demo, "plan", case_id, drawn_up_on=date(2026, month, 2)) for month in (2, 3))
    filed(demo, "plan_amendment", case_id, plan=plan, amended_on=date(2026, 3, 1), reason="Da")
    browser = demo.browser("coordinator")
    sheet = look(browser, f"/records/plan_amendment/new?case={case_id}")
    typed = {"number": "1", "amended_on": "2.4.2026", "reason": "Da"} | rows(
        "changes", {"id": "", "target": "action", "new_value": "Altfel"}
    )
    again = browser.post(sheet.action, data={**sheet.boxes.to_dict(), **typed, "plan": str(plan)})
    assert again.status_code == 422 and "Acest număr a fost deja dat" in again.text
    assert sheet.save({**typed, "plan": str(other)}).text, "each plan counts by itself"
