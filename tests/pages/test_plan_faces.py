"""One plan on five papers: the assistance plan of V.I., the worked example of the source documents.

All persons are fictional. The plan is entered through the screens, read back on every paper, and
corrected on each of them in turn.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from dosar import shipped_folder
from dosar.language.face import Face
from dosar.language.question import Answers, Question, ReadingContext
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.teams import join_team
from dosar.records.titles import show_answer
from tests.pages.browsing import Page, look, page_of, rows
from tests.pages.conftest import Demo
from tests.pages.test_case_page import consented

FACES = ["common", "ipp", "irp", "iap", "cptw"]

COLUMNS = ("domain", "objective", "activities", "responsible", "deadline", "period")
ACTIONS = [
    dict(zip(COLUMNS, line, strict=True))
    for line in [
        (
            "family",
            "Reintegrare în familie",
            "Semnarea acordului privind responsabilitatea",
            "Mama, APL",
            "12.09.2005",
            "",
        ),
        ("family", "Reintegrare în familie", "Plasament în familia surorii", "APL", "15.09.2005", ""),
        ("education", "Însușirea unei profesii", "Înscriere la cursul de croitorie", "AOFM", "05.10.2005", ""),
        ("financial", "Reabilitare", "Procurarea articolelor de primă necesitate", "OIM", "10.09.2005", ""),
        ("education", "Însușirea unei profesii", "Procurarea materialelor pentru practică", "OIM", "20.10.2005", ""),
        ("financial", "Reabilitare", "Închirierea unui apartament", "APL, ATIS", "05.09.2005", ""),
        ("health", "Reabilitare", "Consultații la psiholog", "SNR", "", "Pe perioada studiilor"),
        (
            "family",
            "Reintegrare în familie",
            "Îmbunătățirea relațiilor cu familia",
            "Asistent social, ONG",
            "",
            "Pe perioada cursurilor, 9 luni",
        ),
    ]
]
BUDGET: list[tuple[str, str, str]] = [
    ("Asistență la găsirea unui loc de muncă (AOFM)", "", ""),
    ("Îmbrăcăminte", "1.800", "part_1"),
    ("Igienă și alimente, 9 luni", "3.700", "part_1"),
    ("Materiale pentru practică, rechizite", "2.900", "part_1"),
    ("Ajutor material", "500", "part_2"),
    ("Chirie", "1.800", "part_3"),
    ("Mașină de cusut", "2.500", "part_4"),
]
MONITORING = [
    ("01.02.2006", "30.04.2006", "weekly", "Atelier de croșetat și broderie; sprijin moral", "in_progress"),
    ("01.05.2006", "15.12.2006", "twice_monthly", "Lucru pe timp de vară la fabrica de confecții", "achieved"),
]
"""From when until when, how often, what was done, how far it came."""
PAYERS = {"part_1": "OIM", "part_2": "AS SNR", "part_3": "Agenția de ocupare și OIM", "part_4": "La Strada"}

ON_PAPER = {
    "common": ["Familie", "12.09.2005", "Pe perioada cursurilor, 9 luni", "Vreau să învăț o meserie."],
    "ipp": ["Obiective generale", "Protecția familiei", "250,00 MDL", "Comunitatea X"],
    "irp": ["Obiectivele PIR", "Violență între părinți.", "Termen de realizare"],
    "iap": ["Comunitatea X", "1989", "3 săptămâni", "Subapreciere", "intracraniană", "Fără profesie", "Riscul 8"],
    "cptw": ["Organizației", "Resursa 8"],
}
"""Words that only this paper, or not every paper, shows."""


@pytest.fixture(scope="module")
def case_id(demo: Demo) -> int:
    """The case of V.I., opened by the case manager, with the specialists in its team."""
    manager = demo.browser("case_manager")
    page = look(manager, "/records/case/new").save(
        {
            "opened_on": "24.08.2005",
            "last_name": "I.",
            "first_name": "V.",
            "birth_date": "1989",
        },
        press="_more",
    )
    page = page.save({"status": "open"}, press="_more").save({"residence": "Comunitatea X", "county": "MD-CU"})
    number = number_of(page)
    enter_consent(demo, number)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        people = {worker: user_number(demo, worker) for worker in ("social_worker", "psychologist", "lawyer", "doctor")}
        actor = Actor(None, "coordinator", date(2005, 8, 24))
        for worker, user_id in people.items():
            join_team(demo.repository, demo.repository.case(number), user_id, worker, actor, date(2005, 8, 24))
    return number


@pytest.fixture(scope="module")
def plan_id(demo: Demo, case_id: int) -> int:
    """Her plan, entered on the common paper, and each specialist's part on the assistance plan."""
    page = look(demo.browser("case_manager"), f"/records/plan/new?case={case_id}")
    assert "Plan comun de (re)integrare" in page.text
    page = page.save(
        {
            "drawn_up_on": "05.09.2005",
            "version_kind": "final",
            "starts_on": "15.09.2005",
            "duration_months": "15",
        },
        press="_more",
    )
    page = page.save(rows("rows", *ACTIONS), press="_more")
    page = page.save({"family_placement": "extended", "training": "Croitoreasă"}, press="_more")
    page = page.save(
        {
            "child_consulted": "yes",
            "child_consulted_on": "05.09.2005",
            "child_words": "Vreau să învăț o meserie.",
            "representative_consulted": "yes",
            "authority_consulted": "mayor",
            "authority_opinion": "Primăria ajută familia.",
        }
    )
    return number_of(page)


@pytest.fixture(scope="module")
def whole_plan(demo: Demo, case_id: int, plan_id: int) -> int:
    """The plan with what only the other papers ask, and its budget."""
    parts = {
        "social_worker": {
            "centre_stay": "3 săptămâni (24 august – 15 septembrie 2005)",
            "case_manager": "Asistent social, centrul de reabilitare",
            "situation_social": "Familie dezorganizată; fără haine, încălțăminte și act de identitate.",
            "desired_situation": "Vreau să învăț croitoria și să am casa mea.",
            "problems": ["Fără acte", "Fără profesie"],
            "objectives_text": "Reabilitare; profesie; reintegrare în familie; piața muncii.",
            "notes": "Mama a fost invitată la centru.",
            **rows("rows", *[{"resources": f"Resursa {n}", "risk_factors": f"Riscul {n}"} for n in range(1, 9)]),
        },
        "psychologist": {
            "situation_psychological": "Subapreciere, neliniște, instabilitate emoțională.",
            "situation_psychological_by": str(user_number(demo, "psychologist")),
            "situation_psychological_on": "02.09.2005",
        },
        "doctor": {"situation_medical": "Tratament pentru tensiune intracraniană."},
        "lawyer": {"situation_legal": "Perfectarea buletinului; asistența avocatului."},
    }
    for worker, answers in parts.items():
        fill(demo, worker, f"/records/plan/{plan_id}/edit?face=iap", answers)
    fill(
        demo,
        "case_manager",
        f"/records/plan/{plan_id}/edit?face=cptw",
        {
            "responsibilities_explained": "yes",
            "explained_on": "05.09.2005",
            **rows("rows", *[{"obligation_of": "organisation"}] * 8),
        },
    )
    fill(
        demo,
        "case_manager",
        f"/records/plan/{plan_id}/edit?face=ipp",
        {
            "responsible_service": "Protecția familiei",
            **rows("team", {"name": "A. B.", "profession": "Psiholog"}),
            **rows("allocations", {"kind": "child", "amount": ["250", "MDL"], "authority": "APL"}),
        },
    )
    fill(
        demo,
        "case_manager",
        f"/records/plan/{plan_id}/edit?face=irp",
        {
            "reasons_leaving": "Violență între părinți.",
            "methods_used": "Vizită la domiciliu.",
            "comments": "Lunar.",
        },
    )
    enter_budget(demo, case_id, plan_id)
    enter_monitoring(demo, case_id)
    return plan_id


@pytest.fixture
def copy(demo: Demo, case_id: int, whole_plan: int) -> int:
    """Another plan with the same answers, to be changed."""
    answers = kept(demo, whole_plan)
    for row in answers["rows"]:
        row["id"] = None
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        form = demo.repository.forms["plan"]
        return enter_sheet(demo.repository, form, answers, Actor(None, "", date(2026, 11, 22)), case_id)


def enter_consent(demo: Demo, case_id: int) -> None:
    """The mother agreed; the girl was sixteen."""
    manager = demo.browser("case_manager")
    mother = look(manager, f"/records/person/new?case={case_id}").save(
        {
            "last_name": "I.",
            "role": ["relative", "legal_representative"],
            "relation": "mother",
        }
    )
    page = look(manager, f"/records/intake/new?case={case_id}").save(
        {
            "informed_on": "25.08.2005",
            "birth_date": "1989",
            "consent_assistance": "yes",
            "consent_on": "26.08.2005",
            "consent_by": "both",
            "legal_representative": str(number_of(mother)),
        },
        press="_more",
    )
    assert "/records/intake/" in page.address


def enter_monitoring(demo: Demo, case_id: int) -> None:
    for since, until, frequency, what, status in MONITORING:
        look(demo.browser("case_manager"), f"/records/monitoring_form/new?case={case_id}").save(
            {
                "filled_on": until,
                "period_from": since,
                "period_until": until,
                "frequency": frequency,
                **rows("activities", {"activity": what, "responsible": "Manager de caz SNR", "status": status}),
            }
        )


def enter_budget(demo: Demo, case_id: int, plan_id: int) -> Page:
    page = look(demo.browser("case_manager"), f"/records/plan_budget/new?case={case_id}")
    parties = [{"part": part, "name": name} for part, name in PAYERS.items()]
    lines = [{"activity": what, "amount": amount, **({part: amount} if part else {})} for what, amount, part in BUDGET]
    page = page.save(
        {
            "plan": str(plan_id),
            "drawn_up_on": "05.09.2005",
            "currency": "MDL",
            **rows("parties", *parties),
            **rows("lines", *lines),
        }
    )
    assert "13.200" in page.text
    return page


def test_what_was_planned_and_given_stands_beside_the_evaluation(demo: Demo, case_id: int, whole_plan: int) -> None:
    new = f"/records/success_evaluation/new?case={case_id}"
    said = "MDL: planificat 13.200,00, acordat 0,00, rămas 13.200,00"
    assert said in look(demo.browser("case_manager"), new).text
    assert "Banii cazului" not in look(demo.browser("case_manager"), f"/records/final_note/new?case={case_id}").text


def test_a_plan_is_read_on_five_papers(demo: Demo, whole_plan: int) -> None:
    manager = demo.browser("case_manager")
    shown = {face: look(manager, f"/records/plan/{whole_plan}?face={face}").text for face in FACES}

    for face, text in shown.items():
        assert "05.09.2005 · 13.200 · leu moldovenesc (MDL)" in text, f"the budget on {face}"
        for action in ACTIONS:
            assert action["activities"] in text and action["responsible"] in text, face
        for words in ON_PAPER[face]:
            assert words in text, face


@pytest.mark.parametrize("face", FACES)
def test_each_paper_shows_every_answer_it_asks_for(demo: Demo, whole_plan: int, face: str) -> None:
    """The same words on every paper that has a place for them, row by row."""
    definition, answers = demo.repository.definition, kept(demo, whole_plan)
    [paper] = [shown_face for shown_face in definition.faces["plan"] if shown_face.face == face]
    asked = [
        question for question in paper.as_form(demo.forms["plan"]).questions.values() if not question.link_target()
    ]
    text = look(demo.browser("case_manager"), f"/records/plan/{whole_plan}?face={face}").text

    told = [words for question in asked for words in in_words(question, answers.get(question.name))]
    assert len(told) > 20
    assert [words for words in told if words not in text] == []


def test_consent_and_course_stand_beside_the_plan(demo: Demo, case_id: int, whole_plan: int) -> None:
    assert "26.08.2005" in look(demo.browser("case_manager"), f"/records/plan/{whole_plan}?face=iap").text
    followed = look(demo.browser("case_manager"), f"/records/monitoring_form?case={case_id}").text
    assert "Săptămânal" in followed and "De două ori pe lună" in followed


def test_the_page_of_the_case_splits_the_budget_by_who_pays(demo: Demo, case_id: int, whole_plan: int) -> None:
    text = look(demo.browser("case_manager"), f"/cases/{case_id}").text
    for payer, planned in [("OIM", "8.400,00"), ("AS SNR", "500,00"), ("La Strada", "2.500,00")]:
        assert f"{payer} {planned} 0,00 {planned}" in text
    assert "Total 13.200,00 0,00 13.200,00" in text


def test_specialists_read_the_shared_rows_and_write_their_own_part(demo: Demo, copy: int) -> None:
    """The rows are the case manager's and the beneficiary's; posted by the psychologist they stay as they were."""
    rows_page = opened(demo, "psychologist", f"/records/plan/{copy}/edit?face=iap", "Închirierea unui apartament")
    assert "Închirierea unui apartament" in rows_page.text and set(rows_page.boxes) <= {"_seen", "_owner", "csrf_token"}
    page = opened(demo, "psychologist", f"/records/plan/{copy}/edit?face=iap", "Subapreciere")
    assert {name.partition(".")[0] for name in page.boxes} - {"_seen", "_owner", "csrf_token"} == {
        "situation_psychological",
        "situation_psychological_by",
        "situation_psychological_on",
    }
    assert 'value="add situation_other"' in page.html, "whatever her profession is called"
    before = kept(demo, copy)
    typed = {"situation_psychological": "Mai liniștită.", "notes": "Altceva", "rows.0.activities": "Altceva"}
    told = page.browser.post(page.action, data={**page.boxes.to_dict(), **typed})
    assert told.status_code == 422, "what others write is not saved, and she is told"
    page_of(page.browser, told).save({})

    assert kept(demo, copy) == {**before, "situation_psychological": "Mai liniștită."}


def test_the_doctor_writes_the_medical_part_and_reads_no_story(demo: Demo, copy: int) -> None:
    page = opened(demo, "doctor", f"/records/plan/{copy}/edit?face=iap", "intracraniană")
    assert {name.partition(".")[0] for name in page.boxes} - {"_seen", "_owner", "csrf_token"} == {
        "situation_medical",
        "situation_medical_by",
        "situation_medical_on",
    }
    text = look(demo.browser("doctor"), f"/records/plan/{copy}?face=iap").text
    assert "Subapreciere" in text, "health is what she works with"
    assert "Familie dezorganizată" not in text and "Perfectarea buletinului" not in text


def test_a_paper_says_what_it_does_not_show(demo: Demo, whole_plan: int) -> None:
    """What somebody may not know is not named either."""
    manager, social_worker = (
        look(demo.browser(worker), f"/records/plan/{whole_plan}?face=common").text
        for worker in ("case_manager", "social_worker")
    )
    assert "Obiective și activități: Factori de risc" in manager and "Situația actuală: juridică" in manager
    assert "Obiective și activități: Factori de risc" in social_worker and "juridică" not in social_worker


def test_correcting_on_each_paper_loses_nothing(demo: Demo, copy: int) -> None:
    """Saved as it stands on every paper in turn, the plan is the same, every row and column of it."""
    before = kept(demo, copy)
    for face in FACES:
        page = look(demo.browser("case_manager"), f"/records/plan/{copy}/edit?face={face}")
        while "_more" in page.html:
            page = page.save({}, press="_more")
        page.save({})
        assert kept(demo, copy) == before, face


def test_a_change_on_one_paper_stands_on_the_others(demo: Demo, copy: int) -> None:
    manager = demo.browser("case_manager")
    fill(demo, "case_manager", f"/records/plan/{copy}/edit?face=irp", {"rows.2.responsible": "Agenția de ocupare"})
    for face in FACES:
        assert "Agenția de ocupare" in look(manager, f"/records/plan/{copy}?face={face}").text
    row = kept(demo, copy)["rows"][2]
    assert (row["risk_factors"], row["resources"]) == ("Riscul 3", "Resursa 3")
    assert row["objective"] == "Însușirea unei profesii"


def test_a_row_deleted_on_one_paper_is_deleted(demo: Demo, copy: int) -> None:
    page = opened(demo, "case_manager", f"/records/plan/{copy}/edit?face=irp", "Persoana responsabilă")
    for name in [name for name in page.boxes if name.startswith("rows.0.")]:
        page.boxes.poplist(name)
    page.save({})

    assert [row["resources"] for row in kept(demo, copy)["rows"]] == [f"Resursa {n}" for n in range(2, 9)]


def test_services_and_interventions_are_two_tables(demo: Demo, copy: int) -> None:
    """On the protection plan, as on the paper; what is filled in is the same rows, told apart by their kind."""
    manager, address = demo.browser("case_manager"), f"/records/plan/{copy}/edit?face=ipp"
    page = opened(demo, "case_manager", address, "Obiective generale")
    page.save({"rows.0.measure": "accompaniment", "rows.1.measure": "health"})

    services, interventions = tables_of_rows(look(manager, f"/records/plan/{copy}?face=ipp"))
    assert "Semnarea acordului" in interventions and "Semnarea acordului" not in services
    assert "Serviciu: sănătate" in services
    assert "Închirierea unui apartament" in services, "rows of no kind stay in sight"

    page = opened(demo, "case_manager", address, "Obiective generale")
    answer = manager.post(page.action, data={**page.boxes.to_dict(), "_row": "add rows.1"})
    offered = answer.text.partition('name="rows.8.measure"')[2].partition("</select>")[0]
    assert 'value="evaluation_meeting" selected' in offered and 'value="health"' not in offered
    assert len(kept(demo, copy)["rows"]) == 8, "nothing is saved by adding a row"


def test_a_plan_without_consent_warns_on_every_paper(demo: Demo) -> None:
    manager = demo.browser("case_manager")
    page = look(manager, "/records/case/new").save(
        {
            "opened_on": "24.08.2025",
            "last_name": "N.",
            "first_name": "F.",
            "birth_date": "1980",
        },
        press="_more",
    )
    for face in FACES:
        new = look(manager, f"/records/plan/new?case={number_of(page)}&face={face}")
        boxes = {**new.boxes.to_dict(), "drawn_up_on": "05.09.2025"}
        told = manager.post(new.action, data=boxes).text
        assert "În acest caz nu există încă un consimțământ privind asistența." in told, face


def test_only_a_childs_plan_asks_the_childs_goal(demo: Demo, case_id: int) -> None:
    manager = demo.browser("case_manager")
    goal = "Finalitatea planului (copil)"
    adult = look(manager, "/records/case/new").save(
        {
            "opened_on": "24.08.2025",
            "last_name": "M.",
            "first_name": "M.",
            "birth_date": "1980",
        },
        press="_more",
    )
    consented(demo, number_of(adult))
    for case, asked in [(number_of(adult), False), (case_id, True)]:
        new = look(manager, f"/records/plan/new?case={case}").save(
            {
                "drawn_up_on": "05.09.2005",
                "version_kind": "final",
                "consent_on": "26.08.2005",
            },
            press="_more",
        )
        assert (goal in look(manager, f"/records/plan/{number_of(new)}").text) is asked


def test_a_row_this_paper_has_nothing_of_stays(demo: Demo, copy: int) -> None:
    """Emptied on one paper, a row is still a row on the others."""
    page = opened(demo, "case_manager", f"/records/plan/{copy}/edit?face=irp", "Persoana responsabilă")
    page.save({"rows.0.activities": "", "rows.0.responsible": "", "rows.0.deadline": ""})

    row = kept(demo, copy)["rows"][0]
    assert (row["activities"], row["objective"], row["risk_factors"]) == (None, "Reintegrare în familie", "Riscul 1")


def test_a_row_emptied_where_all_of_it_is_shown_is_gone(demo: Demo, copy: int) -> None:
    page = look(demo.browser("case_manager"), f"/records/plan/{copy}/edit?face=ipp")
    page.save({"team.0.name": "", "team.0.profession": ""})

    plan = kept(demo, copy)
    assert plan["team"] is None and plan["allocations"][0]["kind"] == "child"


def test_a_specialists_part_is_hers_alone(demo: Demo, copy: int) -> None:
    """The psychologist's words stand on the case manager's page to read; posted all the same, they are not taken."""
    page = opened(demo, "case_manager", f"/records/plan/{copy}/edit?face=iap", "Subapreciere")
    assert "Subapreciere" in page.text and "Completează: Psiholog" in page.text and "Sever Aldea" in page.text
    assert "situation_psychological" not in page.boxes and "situation_legal" not in page.boxes

    typed = {"situation_psychological": "Alte cuvinte", "situation_medical": "Sănătoasă."}
    told = page.browser.post(page.action, data={**page.boxes.to_dict(), **typed})
    assert told.status_code == 422
    page_of(page.browser, told).save({})
    plan = kept(demo, copy)
    assert plan["situation_psychological"].startswith("Subapreciere")
    assert plan["situation_medical"] == "Sănătoasă."


def test_the_next_plan_goes_on_from_this_one(demo: Demo, case_id: int, whole_plan: int) -> None:
    """Rows carried over keep the columns that the new plan's paper does not show."""
    page = look(demo.browser("case_manager"), f"/records/plan/new?case={case_id}&face=irp")
    new = number_of(
        page.save(
            {
                "drawn_up_on": "05.12.2005",
                "version_kind": "revision",
                "child_consulted": "yes",
                "child_consulted_on": "05.12.2005",
                "representative_consulted": "yes",
                "authority_consulted": "mayor",
            }
        )
    )

    plan = kept(demo, new)
    assert plan["face"] == "irp" and plan["residence"] == "Comunitatea X"
    assert [row["risk_factors"] for row in plan["rows"]] == [f"Riscul {n}" for n in range(1, 9)]
    assert kept(demo, whole_plan)["rows"][0]["id"] not in [row["id"] for row in plan["rows"]]


@pytest.mark.parametrize(("face", "begins"), [("ipp", "elaboration"), ("irp", "final"), ("common", "final")])
def test_a_new_plan_begins_as_its_paper_says(demo: Demo, case_id: int, face: str, begins: str) -> None:
    """A protection plan is drawn up or revised; preliminary and final are words of the reintegration plan."""
    page = look(demo.browser("case_manager"), f"/records/plan/new?case={case_id}&face={face}")
    assert page.boxes.getlist("version_kind") == [begins]


def test_a_paper_offers_its_own_words_and_keeps_an_older_one(demo: Demo, case_id: int) -> None:
    """The plan was a revision on the common paper; on the reintegration plan that word stands, and its own two."""
    manager = demo.browser("case_manager")
    page = look(manager, f"/records/plan/new?case={case_id}&face=irp")
    assert re.findall(r'name="version_kind" value="(\w+)"', page.html) == ["preliminary", "final"]

    page = look(manager, f"/records/plan/new?case={case_id}&face=common")
    page = page.save({"drawn_up_on": "05.12.2005", "version_kind": "revision"}, press="_more")
    page = look(manager, f"/records/plan/{number_of(page)}/edit?face=irp")
    assert re.findall(r'name="version_kind" value="(\w+)"', page.html) == ["preliminary", "final", "revision"]
    assert page.boxes["version_kind"] == "revision"


def test_a_plan_opens_on_the_paper_it_is_kept_on(demo: Demo, case_id: int) -> None:
    manager = demo.browser("case_manager")
    page = look(manager, f"/records/plan/new?case={case_id}&face=cptw")
    page = page.save({"drawn_up_on": "05.09.2005", **rows("rows", {"activities": "Acord"})})

    assert "Acord privind planul" in look(manager, f"/records/plan/{number_of(page)}").text
    assert manager.get(f"/records/plan/{number_of(page)}?face=iepure").status_code == 404


def test_each_paper_of_the_demo_is_there() -> None:
    from dosar.language.load.folder import read_folder

    assert {face.face for face in read_folder(shipped_folder("forms")).of(Face).values()} == set(FACES)


def tables_of_rows(page: Page) -> tuple[str, str]:
    """The tables of services and of interventions, as they are read."""
    services, _, interventions = page.html.partition("Servicii</dt>")[2].partition("Intervenții</dt>")
    return services, interventions.partition("</table>")[0]


def kept(demo: Demo, plan_id: int) -> Answers:
    """Every answer of the plan, as it is kept."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        answers = open_sheet(demo.repository, "plan", plan_id).answers
        demo.repository.session.remove()
        return answers


def opened(demo: Demo, worker: str, address: str, label: str) -> Page:
    """The page of the sheet that holds these words: of a long paper one for each section."""
    page = look(demo.browser(worker), address)
    step = re.search(r"/edit/(\d+)", page.address)
    while step and label not in page.text:
        page = look(demo.browser(worker), page.address.replace(step[0], f"/edit/{int(step[1]) + 1}"))
        step = re.search(r"/edit/(\d+)", page.address)
    return page


def fill(demo: Demo, worker: str, address: str, answers: dict[str, Any]) -> Page:
    """Answer these questions on the pages that ask them, one after another."""
    page = look(demo.browser(worker), address)
    while True:
        here = {name: answer for name, answer in answers.items() if f'name="{name.partition(".")[0]}' in page.html}
        if "_more" not in page.html:
            return page.save(here)
        page = page.save(here, press="_more")


def in_words(question: Question, answer: Any) -> Iterator[str]:
    """The answer as it is read, cell by cell."""
    for row in answer or () if question.columns_asked() else ():
        for column in question.columns_asked():
            yield from in_words(column, row.get(column.name))
    if answer is not None and not question.columns_asked() and question.value_type != "list":
        yield " ".join(show_answer(question, answer, ReadingContext("ro", date(2026, 11, 22))).split())


def number_of(page: Page) -> int:
    found = re.search(r"/records/\w+/(\d+)", page.address)
    assert found, page.address
    return int(found[1])


def user_number(demo: Demo, user: str) -> int:
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy import select

    return int(demo.repository.session.scalar(select(User.id).where(User.username == user)))
