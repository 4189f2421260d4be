"""What a new sheet begins with: what other sheets of the case already say, and the rows printed on a paper."""

from datetime import date

import pytest

from app.language.form import CASE
from app.records.scope import SYSTEM, acting_as
from app.records.taking_over import taken_over
from tests.days import today_here
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import filed

TODAY = today_here()


@pytest.fixture
def case_id(demo: Demo) -> int:
    return filed(demo, CASE, opened_on=TODAY, status="open", birth_date="2001-05")


def new(demo: Demo, form: str, case_id: int, user: str = "coordinator", face: str = "") -> Page:
    return look(demo.browser(user), f"/records/{form}/new?case={case_id}{f'&face={face}' if face else ''}")


def test_dates_of_other_sheets_stand_on_the_plan(demo: Demo, case_id: int) -> None:
    filed(demo, "intake", case_id, informed_on=date(2026, 3, 1), consent_assistance=True, consent_on=date(2026, 3, 2))
    filed(demo, "risk_assessment", case_id, assessed_on=date(2026, 3, 20), stage="ongoing")
    filed(demo, "risk_assessment", case_id, assessed_on=date(2026, 3, 9), stage="initial")
    boxes = new(demo, "plan", case_id, face="common").boxes
    assert (boxes["consent_on"], boxes["risk_assessed_on"]) == ("02.03.2026", "20.03.2026")


def test_a_sheet_of_another_case_gives_nothing(demo: Demo, case_id: int) -> None:
    other = filed(demo, CASE, opened_on=TODAY, status="open")
    filed(demo, "intake", other, informed_on=TODAY, consent_assistance=True, consent_on=TODAY)
    assert not new(demo, "plan", case_id, face="common").boxes["consent_on"]


def test_the_problem_is_defined_as_the_initial_evaluation_says(demo: Demo, case_id: int) -> None:
    filed(demo, "initial_evaluation", case_id, evaluated_on=TODAY, social_summary="Fără locuință.")
    page = new(demo, "plan", case_id, face="irp").save({"drawn_up_on": "01.03.2026", "_confirmed": "1"}, press="_more")
    assert page.boxes["problem_definition"] == "Fără locuință."


def test_who_may_not_read_the_other_sheet_is_told_nothing_of_it(demo: Demo, case_id: int) -> None:
    filed(demo, "stay", case_id, phase="phase_1", admitted_on=date(2026, 2, 1))
    evaluation, every = demo.forms["detailed_evaluation"], demo.forms
    known = {key: form for key, form in every.items() if key != "stay"}
    with demo.app.app_context(), acting_as(SYSTEM):
        case = demo.cabinet.case(case_id)
        assert taken_over(demo.cabinet, every, evaluation, case) == {"placed_on": date(2026, 2, 1)}
        assert taken_over(demo.cabinet, known, evaluation, case) == {}
        demo.cabinet.session.remove()


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
