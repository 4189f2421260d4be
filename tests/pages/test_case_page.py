"""The page of a case: where it stands, what is missing, which risks are open, what was given."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from dosar.fields.money import Money
from dosar.language.answers.settling import settle_answers
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, ReadingContext, Unknown
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import enter_sheet
from dosar.records.titles import title_of_record
from dosar.records.unsaved.drafts import DraftPlace, keep_draft
from tests.days import today_here
from tests.pages.conftest import Demo
from tests.pages.test_team import user_id

TODAY = today_here()


def filed(demo: Demo, form: str, case_id: int | None = None, **answers: Any) -> int:
    """A sheet filed by nobody in particular."""
    whole = demo.forms[form]
    every: Answers = settle_answers(whole, {name: None for name in whole.questions} | answers, TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = enter_sheet(demo.repository, whole, every, Actor(None, "", TODAY), case_id)
        demo.repository.session.remove()
    return number


def consented(demo: Demo, case_id: int, given: date = date(2000, 1, 1)) -> int:
    """The intake of the case, with a consent to assistance of this day."""
    return filed(demo, "intake", case_id, informed_on=given, consent_assistance=True, consent_on=given)


@pytest.fixture
def case_id(demo: Demo) -> int:
    """A case that was just opened."""
    return filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")


def case_of(demo: Demo, code: str) -> int:
    kept: Any = demo.repository.record_class(CASE_FORM)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number: int = demo.repository.session.scalars(select(kept.id).where(kept.code == code)).one()
        demo.repository.session.remove()
    return number


def sheets_of(demo: Demo, code: str, form: str) -> list[int]:
    """The sheets of the case, in the order in which they were filed."""
    kept: Any = demo.repository.record_class(form)
    case = case_of(demo, code)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        hers = select(kept.id).where(getattr(kept, kept.case_column) == case).order_by(kept.id)
        numbers = list(demo.repository.session.scalars(hers))
        demo.repository.session.remove()
    return numbers


def page(demo: Demo, case_id: int, user: str = "coordinator") -> str:
    answer = demo.browser(user).get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return answer.text


def block(text: str, title: str) -> str:
    """The words of one block of the page."""
    for section in re.findall(r"<section.*?</section>", text, re.DOTALL):
        if re.search(rf"<h2>\s*{title}", section):
            return " ".join(re.sub(r"<[^>]+>", " ", section).split())
    return ""


def stages(text: str) -> list[tuple[str, str]]:
    """(state, title) of the stages on the page."""
    found = re.findall(r'class="stage stage-(\w+)">.*?class="stage-title">(.*?)</span>', text, re.DOTALL)
    return [(state, title) for state, title in found]


def test_a_new_case_begins_with_the_contact(demo: Demo, case_id: int) -> None:
    text = page(demo, case_id)
    assert stages(text)[:2] == [("now", "1. Contactare"), ("ahead", "2. Interviu")]
    assert "Ce lipsește pentru etapa următoare Solicitare / referire Neînceput Adaugă" in block(text, "Contactare")


def test_a_complete_document_leads_on_to_the_next_stage(demo: Demo, case_id: int) -> None:
    filed(demo, "referral", case_id, registered_on=TODAY, request_kind="partner")
    text = page(demo, case_id)
    assert stages(text)[:2] == [("done", "1. Contactare"), ("now", "2. Interviu")]
    assert "Fișă de luare în evidență Neînceput" in block(text, "Interviu")


def test_a_half_filled_document_says_how_many_answers_it_lacks(demo: Demo, case_id: int) -> None:
    filed(demo, "referral", case_id, registered_on=TODAY, request_kind="partner")
    filed(demo, "intake", case_id, informed_on=TODAY)
    said = block(page(demo, case_id), "Interviu")
    assert re.search(r"Fișă de luare în evidență În curs · lipsesc \d+ răspunsuri", said)


def test_how_far_a_stage_is_is_told_to_whom_its_documents_are(demo: Demo) -> None:
    case = case_of(demo, "DEMO-003")
    assert "5. Plan Complet" in block(page(demo, case), "Etape")
    accountants = block(page(demo, case, "accountant"), "Etape")
    assert "5. Plan" in accountants and "Neînceput" not in accountants
    assert "Complet" not in block(page(demo, case, "volunteer"), "Etape").replace("Complet ·", "")


def begun(demo: Demo, user: str, form: str, case_id: int) -> None:
    """A draft of a new sheet."""
    with demo.app.app_context():
        keep_draft(demo.repository, user_id(demo, user), DraftPlace(form, case_id), [])
        demo.repository.session.remove()


def test_a_sheet_begun_and_not_saved_is_in_progress(demo: Demo, case_id: int) -> None:
    begun(demo, "coordinator", "referral", case_id)
    begun(demo, "coordinator", "intake", case_id * 10)
    said = block(page(demo, case_id), "Etape")
    assert "Solicitare / referire În curs · ciorna dumneavoastră vă așteaptă" in said
    assert said.count("ciorna") == 1, "the draft for another case is not for this one"


def test_a_draft_is_nobody_elses(demo: Demo) -> None:
    case = case_of(demo, "DEMO-005")
    begun(demo, "coordinator", "visit_report", case)
    assert "ciorna" in page(demo, case)
    assert "ciorna" not in page(demo, case, "case_manager")


def test_the_stage_is_the_one_a_worker_wrote_down(demo: Demo, case_id: int) -> None:
    filed(demo, "case_stage", case_id, stage="identification", entered_on=TODAY)
    states = dict((title, state) for state, title in stages(page(demo, case_id)))
    assert states["3. Identificare"] == "now"
    assert states["1. Contactare"] == states["2. Interviu"] == "behind"
    assert states["4. Evaluarea nevoilor"] == "ahead"


def test_what_a_stage_passed_over_lacks_does_not_hold_the_case_up(demo: Demo, case_id: int) -> None:
    filed(demo, "case_stage", case_id, stage="contact", entered_on=TODAY, finished_on=TODAY)
    filed(demo, "case_stage", case_id, stage="closure", entered_on=TODAY)
    missing = page(demo, case_id).partition("Ce lipsește pentru etapa următoare")[2].partition("</section>")[0]
    assert "Notă finală" in missing
    assert "Solicitare / referire" not in missing and "Plan de (re)integrare" not in missing


def test_follow_up_counts_the_sheets_since_the_closure(demo: Demo) -> None:
    closed = filed(
        demo,
        CASE_FORM,
        opened_on=date(2025, 1, 1),
        status="closed",
        closed_on=date(2026, 1, 1),
    )
    whole = {"visit_purpose": "Vizită", "author": 1, "conclusions": "Bine."}
    filed(demo, "visit_report", closed, visit_date=date(2025, 6, 1), **whole)
    assert block(page(demo, closed), "Etape").count("01.06.2025") == 1
    filed(demo, "visit_report", closed, visit_date=date(2026, 2, 1), **whole)
    said = block(page(demo, closed), "Etape")
    assert said.count("Rapoarte de vizită 2") == said.count("01.02.2026") - 1 == 1


def test_only_the_risks_of_the_newest_assessment_that_are_open(demo: Demo, case_id: int) -> None:
    def risk(kind: str, weight: int, status: str | None) -> Answers:
        return {"id": None, "risk": kind, "likelihood": weight, "severity": weight, "status": status}

    old, new = date(2026, 1, 5), date(2026, 2, 5)
    filed(
        demo,
        "risk_assessment",
        case_id,
        assessed_on=new,
        stage="ongoing",
        risks=[
            risk("poverty", 2, None),
            risk("retrafficking", 5, "open"),
            risk("dropout", 4, "closed"),
        ],
    )
    filed(demo, "risk_assessment", case_id, assessed_on=old, stage="initial", risks=[risk("stigma", 5, "open")])
    said = block(page(demo, case_id), "Riscuri deschise")
    assert "05.02.2026 Retraficare 25 – Critic Lipsa veniturilor / datorii 4 – Scăzut" in said
    assert "Stigmatizare" not in said and "Abandon" not in said


def test_money_is_held_against_the_budget_each_currency_apart(demo: Demo, case_id: int) -> None:
    row = {"id": None, "activity": "Chirie", "amount": Decimal(500), "payer": 1}
    older = [{**row, "amount": Decimal(9)}]
    filed(demo, "plan_budget", case_id, drawn_up_on=date(2026, 1, 1), currency="RON", lines=older)
    filed(demo, "plan_budget", case_id, drawn_up_on=date(2026, 2, 1), currency="RON", lines=[row])
    given = {"given_on": TODAY, "kind": "food", "funder": 1, "beneficiary_signed": True, "administrator_signed": True}
    filed(demo, "humanitarian_aid", case_id, value=Money(120, "RON"), **given)  # type: ignore[arg-type]
    filed(demo, "humanitarian_aid", case_id, value=Money(80, "EUR"), **{**given, "funder": None})  # type: ignore[arg-type]
    filed(demo, "study_ledger", case_id, section="transport", received_on=TODAY, amount=Money(30, "RON"), funder=1)  # type: ignore[arg-type]
    said = block(page(demo, case_id), "Bani")
    assert "RON Planificat Acordat Rămas Total 500,00 150,00 350,00 Asociația Drumul Lin" in said
    assert "EUR Acordat Total 80,00 sursă nespecificată 80,00" in said
    assert "Fișă de evidență a sprijinului pe perioada studiilor: un rând fără toate semnăturile" in said
    assert "ajutorului umanitar:" not in said


def test_who_shares_a_line_of_the_budget_pays_a_part_of_it(demo: Demo, case_id: int) -> None:
    """As on the paper of Annex 1: the parties are written once, and each line says what each of them bears."""
    parties = [{"id": None, "part": "part_1", "organisation": 1}, {"id": None, "part": "part_2", "name": "Primăria"}]
    shared = {"id": None, "activity": "Chirie", "amount": Decimal(500), "part_1": Decimal(300), "part_2": Decimal(150)}
    whole = {"id": None, "activity": "Haine", "amount": Decimal(200), "part_1": Decimal(200)}
    filed(
        demo,
        "plan_budget",
        case_id,
        drawn_up_on=date(2026, 2, 1),
        currency="RON",
        parties=parties,
        lines=[shared, whole],
    )
    said = block(page(demo, case_id), "Bani")
    assert "Total 700,00 0,00 700,00 Asociația Drumul Lin" in said
    assert "500,00 0,00 500,00 Primăria 150,00 0,00 150,00 sursă nespecificată 50,00" in said


def test_months_without_their_package_are_pointed_out(demo: Demo, case_id: int) -> None:
    studies = {"institution": "Curs", "study_from": date(2026, 1, 20), "study_until": date(2026, 4, 10)}
    filed(demo, "study_support", case_id, **studies)
    line = {"section": "food", "received_on": date(2026, 3, 3), "amount": Money(30, "RON")}  # type: ignore[arg-type]
    filed(demo, "study_ledger", case_id, **line, month="2026-02")
    said = block(page(demo, case_id), "Bani")
    assert "Pachet alimentar lunar, lipsește: ianuarie 2026, martie 2026 – aprilie 2026" in said
    assert "Pachet lunar cu produse de igienă, lipsește: ianuarie 2026 – aprilie 2026" in said


def test_packages_that_nobody_promised_do_not_lack(demo: Demo, case_id: int) -> None:
    studies = {"institution": "Curs", "study_from": date(2026, 1, 20), "study_until": date(2026, 2, 10)}
    filed(demo, "study_support", case_id, **studies, packages=["hygiene"])
    said = block(page(demo, case_id), "Bani")
    assert "igienă, lipsește: ianuarie 2026 – februarie 2026" in said and "alimentar" not in said


def test_a_lawyer_sees_the_documents_of_her_work(demo: Demo) -> None:
    text = page(demo, case_of(demo, "DEMO-004"), "lawyer")
    assert "Etapa curentă" in text
    assert "/records/visit_report" not in text and "/records/humanitarian_aid" not in text
    assert block(text, "Bani") == ""


def test_a_volunteer_is_told_no_stage_she_cannot_judge(demo: Demo) -> None:
    text = page(demo, case_of(demo, "DEMO-001"), "volunteer")
    assert "Etapa curentă" not in text and "Nu lipsește nimic" not in text
    assert [title for _, title in stages(text)] == ["6. Monitorizare și evaluare", "8. Monitorizare post-servicii"]


def test_a_line_taken_back_needs_no_signature(demo: Demo, case_id: int) -> None:
    line = {"section": "transport", "received_on": TODAY, "amount": Money(30, "RON")}  # type: ignore[arg-type]
    first = filed(demo, "study_ledger", case_id, **line)
    assert "un rând fără toate semnăturile" in block(page(demo, case_id), "Bani")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        reverse_entry(demo.repository, demo.forms["study_ledger"], first, "Sumă greșită", Actor(None, "", TODAY))
        demo.repository.session.remove()
    said = block(page(demo, case_id), "Bani")
    assert "semnăturile" not in said and "RON Acordat Total 0,00" in said


def test_an_accountant_sees_amounts_and_no_names(demo: Demo) -> None:
    text = page(demo, case_of(demo, "DEMO-004"), "accountant")
    assert "MDL" in block(text, "Bani")
    assert "Zagaievschi" not in text and block(text, "Persoane din anturajul beneficiarului") == ""
    assert block(text, "Riscuri deschise") == ""


def test_what_happened_is_told_by_the_day_of_each_sheet(demo: Demo, case_id: int) -> None:
    filed(demo, "referral", case_id, registered_on=date(2026, 3, 1), request_kind="partner")
    filed(demo, "service_log", case_id, given_on=date(2026, 2, 1), service="social", hours=Decimal(1))
    filed(demo, "case_stage", case_id, stage="contact", entered_on=date(2026, 3, 5))
    told = "05.03.2026 Etapa cazului 01.03.2026 Solicitare / referire 01.02.2026 Serviciu acordat"
    assert told in block(page(demo, case_id), "Ce s-a întâmplat")
    everything = demo.browser("coordinator").get(f"/cases/{case_id}/timeline").text
    assert told in " ".join(re.sub(r"<[^>]+>", " ", everything).split())


def test_a_sheet_of_a_group_is_told_with_every_case_it_names(demo: Demo, case_id: int) -> None:
    others = case_of(demo, "DEMO-005")
    rows = [{"id": None, "case": case, "present": True} for case in (case_id, others)]
    number = filed(demo, "activity", held_on=date(2026, 3, 4), activity="art_therapy", participants=rows)
    for case in (case_id, others):
        everything = demo.browser("coordinator").get(f"/cases/{case}/timeline").text
        assert everything.count(f"/records/activity/{number}") == 1
    assert "04.03.2026 Terapie sau activitate" in block(page(demo, case_id), "Ce s-a întâmplat")
    assert f"/records/activity/{number}" not in page(demo, case_of(demo, "DEMO-002"))


def test_what_happened_long_ago_stands_on_later_pages(demo: Demo, case_id: int) -> None:
    for day in range(1, 29):
        for month in (1, 2):
            filed(demo, "case_stage", case_id, stage="contact", entered_on=date(2026, month, day))
    first, second = (
        demo.browser("coordinator").get(f"/cases/{case_id}/timeline?page={number}").text for number in (1, 2)
    )
    assert ("28.02.2026" in first, "01.01.2026" in first) == (True, False)
    assert ("28.02.2026" in second, "01.01.2026" in second) == (False, True)


def test_a_case_out_of_reach_has_no_timeline(demo: Demo, case_id: int) -> None:
    assert demo.browser("volunteer").get(f"/cases/{case_id}/timeline").status_code == 404


def test_the_people_around_the_case_stand_there_with_their_role(demo: Demo) -> None:
    said = block(page(demo, case_of(demo, "DEMO-005")), "Persoane din anturajul beneficiarului")
    assert "M. Lidia Rudă; Persoană de sprijin · Mamă" in said


def test_what_nobody_knows_of_a_person_is_no_part_of_her_name(demo: Demo) -> None:
    known = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nuștiută", first_name=Unknown.DONT_KNOW)
    shown, sheet = page(demo, known), demo.browser("coordinator").get(f"/records/case/{known}").text
    assert "Nuștiută</span></h1>" in shown and "· Nuștiută</a>" in sheet
    assert "Nu știu" in sheet, "the answer itself stands on the sheet"


@pytest.mark.parametrize(
    ("pattern", "answers", "title"),
    [
        ("{a} {b}", {"a": "Lungu", "b": Unknown.DONT_KNOW}, "Lungu"),
        ("{a} · {b} · {c}", {"a": "1", "b": Unknown.REFUSED, "c": "lei"}, "1 · lei"),
        ("{a} {b}, {c}", {"a": "Plan", "c": "2026"}, "Plan, 2026"),
        ("{a}, {b}", {"a": Unknown.DONT_KNOW, "b": Unknown.DONT_KNOW}, "Titlu 7"),
    ],
)
def test_a_title_is_whole_without_what_is_not_known(pattern: str, answers: Answers, title: str) -> None:
    label = {"en": "Title", "ro": "Titlu"}
    sections = [{"title": label, "questions": [{"name": name, "type": "text", "label": label} for name in "abc"]}]
    known = Form.model_validate({"form": "sheet", "title": label, "record_title": pattern, "sections": sections})
    assert title_of_record(known, answers, ReadingContext("ro", TODAY), 7) == title
