"""The worked example of the reintegration guide, V.I., on the five papers of her plan: every fact where it belongs."""

import re
from html import unescape

import pytest

from tests.pages.browsing import look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import case_of

Places = dict[str, str | list[dict[str, str]]]
"""What a paper asks → the answer that stands there; of a table its rows, column by column."""

ACTIONS = [
    ("Încheierea acordului privind responsabilitatea", "Mama, APL", "12.09.2005"),
    ("Plasamentul beneficiarei în familia surorii", "APL", "15.09.2005"),
    ("Înscrierea la un curs de calificare (croitorie)", "AOFM", "05.10.2005"),
    (
        "Procurarea articolelor de primă necesitate (haine, încălțăminte, veselă, pătură, lenjerie de pat)",
        "OIM",
        "10.09.2005",
    ),
    ("Procurarea materialelor pentru practică", "OIM", "20.10.2005"),
    ("Închirierea unui apartament", "APL, ATIS", "05.09.2005"),
    ("Consultații la psiholog", "SNR", "Pe perioada studiilor"),
    ("Îmbunătățirea relațiilor cu familia", "Asistent social, ONG", "Pe perioada cursurilor, 9 luni"),
]
"""What is done, by whom, and by when or for how long."""
BUDGET = [
    ("Procurarea hainelor", "1.800,00 MDL", "OIM"),
    ("Articole de igienă și alimente (9 luni)", "3.700,00 MDL", "OIM"),
    ("Materiale pentru practică, rechizite școlare", "2.900,00 MDL", "OIM"),
    ("Ajutor material", "500,00 MDL", "AS SNR"),
    ("Plata chiriei", "1.800,00 MDL", "AOFM, OIM"),
    ("Mașină de cusut", "2.500,00 MDL", "La Strada"),
    ("Asistență la găsirea unui loc de muncă", "", "AOFM"),
]
TABLES = {
    "common": (["Obiective și activități"], "Activități", "Organizația/persoana responsabilă", "Termen"),
    "ipp": (["Servicii", "Intervenții"], "Tip", "Instituția responsabilă", ""),
    "irp": (["Acțiuni"], "Activități", "Persoana responsabilă", "Termen de realizare"),
    "iap": (["Plan de intervenție"], "Activitate", "Persoana responsabilă", "Termen"),
    "cptw": (["Acțiuni"], "Acțiuni", "Organizația/persoana responsabilă", "Termen"),
}
"""Face → the tables its actions stand in, and the columns that say what, by whom and by when."""
STORY = {
    "common": {
        "Familie: plasarea": "Familia extinsă",
        "Profesie: formare profesională": "Croitoreasă",
        "Cuvintele copilului": "Vreau să învăț o meserie.",
        "Finalitatea planului (copil)": "familia extinsă",
    },
    "ipp": {
        "Reprezentantul legal al copilului": "Mama",
        "Locul de reședință": "Comunitatea X",
        "Data nașterii": "1989",
        "Responsabil de aplicarea măsurilor de protecție": "Centrul de reabilitare",
    },
    "irp": {
        "Motivele plecării (repatrierii)": "Violență fizică între părinți",
        "Definirea problemei": "haine, încălțăminte, act de identitate",
        "Metode utilizate la elaborarea planului": "discuții cu mama, invitată la centru",
        "Concluzii, comentarii și propuneri": "Mama a acceptat să semneze planul de reintegrare",
        "Obiectivele PIR, pe scurt": "însușirea unei profesii",
        "Resurse financiare": "La Strada 2.500 MDL",
    },
    "iap": {
        "Asistent social: socială și economică": "Centrul de plasament temporar pentru minori",
        "Psiholog": "Subapreciere, manifestări de anxietate, instabilitate emoțională.",
        "Medic": "tensiune intracraniană",
        "Alți specialiști: avocat": "Obținerea actului de identitate",
        "Perioada de găzduire în centrul de reabilitare": "3 săptămâni (24 august – 15 septembrie 2005)",
        "Manager de caz": "membru al echipei multidisciplinare SNR",
        "Locul de reședință": "Comunitatea X",
        "Obiective": "integrare pe piața muncii",
        "Situația dorită, descrisă de beneficiar": "o meserie",
    },
    "cptw": {
        "Definirea problemei": "mai întâi este nevoie de lucru cu părinții",
        "Data nașterii": "1989",
        "Posibilitățile beneficiarului": "locuință la sora ei",
        "Reprezentantul legal al copilului": "Mama",
    },
}
"""Face → what it asks → words of the guide that answer it."""


@pytest.fixture(scope="module")
def plan(demo: Demo) -> str:
    """The address of her plan."""
    page = look(demo.browser("case_manager"), f"/records/plan?case={case_of(demo, 'DEMO-009')}")
    [found] = set(re.findall(r'href="(/records/plan/\d+)"', page.html))
    return found


def places(demo: Demo, plan: str, face: str) -> Places:
    html = look(demo.browser("case_manager"), f"{plan}?face={face}").html
    found: Places = {}
    for answer in re.findall(r'<div class="answer.*?</dd>', html, re.DOTALL):
        asked, _, told = re.sub(r'<span class="paper-number">.*?</span>', "", answer).partition("</dt>")
        rows = re.findall(r"<tr><td.*?</tr>", answer, re.DOTALL)
        found[read(asked)] = [
            {unescape(column): read(cell) for column, cell in re.findall(r'<td data-label="(.*?)">(.*?)</td>', row)}
            for row in rows
        ] or read(told)
    return found


def read(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


@pytest.mark.parametrize("face", TABLES)
def test_her_actions_stand_on_every_paper(demo: Demo, plan: str, face: str) -> None:
    tables, what, who, when = TABLES[face]
    found = places(demo, plan, face)
    rows = [row for table in tables for row in found[table] if isinstance(row, dict)]
    told = [(row[what], row[who], (row.get(when, "") or period_in(row))) for row in rows]
    expected = [(done, by, until if when or not until[0].isdigit() else "") for done, by, until in ACTIONS]
    assert sorted(told) == sorted(expected)


def period_in(row: dict[str, str]) -> str:
    return next((row[column] for column in ("Perioada", "Perioada de acordare") if row.get(column)), "")


@pytest.mark.parametrize("face", STORY)
def test_her_story_stands_where_each_paper_asks_for_it(demo: Demo, plan: str, face: str) -> None:
    found = places(demo, plan, face)
    missing = {asked: found.get(asked) for asked, words in STORY[face].items() if words not in str(found.get(asked))}
    assert missing == {}


def test_the_assistance_plan_has_her_budget_and_her_monitoring(demo: Demo, plan: str) -> None:
    found = places(demo, plan, "iap")
    budget = [row for row in found["Buget planificat pentru reintegrare"] if isinstance(row, dict)]
    assert [tuple(row[column] for column in ("Destinația", "Sumă", "Cine plătește")) for row in budget] == BUDGET
    monitored = found["Monitorizarea procesului de reintegrare în familie și în societate"]
    assert [(row["Perioada"], row["Frecvența"]) for row in monitored if isinstance(row, dict)] == [
        ("februarie 2006 – mai 2006", "Săptămânal"),
        ("mai 2006 – decembrie 2006", "De două ori pe lună"),
    ]


def test_services_and_interventions_are_told_apart(demo: Demo, plan: str) -> None:
    found = places(demo, plan, "ipp")
    interventions = [row["Tip"] for row in found["Intervenții"] if isinstance(row, dict)]
    assert interventions == ["Îmbunătățirea relațiilor cu familia"]
    assert len(found["Servicii"]) == 7


def test_the_agreement_says_whose_obligation_each_action_is(demo: Demo, plan: str) -> None:
    rows = [row for row in places(demo, plan, "cptw")["Acțiuni"] if isinstance(row, dict)]
    assert [row["Obligația revine"] for row in rows if "curs de calificare" in row["Acțiuni"]] == ["Beneficiarului"]
    assert {row["Nevoile beneficiarului"] for row in rows} > {"Fără profesie.", "Nu are articole de primă necesitate."}
