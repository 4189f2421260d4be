"""What of the paper stands beside its questions: who signs, where it comes from, what is uncertain about it."""

import html
import re

from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.load.folder import read_folder
from tests.language.test_shipped_forms import FORMS
from tests.pages.conftest import Demo
from tests.pages.test_case_page import sheets_of

PAPERS = {f"F{number:02}" for number in range(1, 47)} - {"F09"}
"""Every form of the source documents; of F09 (Annex 2) they have nothing but the number."""


def page(demo: Demo, address: str, user: str = "coordinator") -> str:
    answer = demo.browser(user).get(address, follow_redirects=True)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.text)).split())


def test_every_paper_of_the_sources_is_a_form_or_a_face() -> None:
    reading = read_folder(FORMS)
    made = [*reading.of(Form).values(), *reading.of(Face).values()]
    assert {paper for form_or_face in made for paper in (form_or_face.paper or "").split(", ") if paper} == PAPERS
    assert "F09" in str(reading.of(Form)["form:plan_budget"].note)


def test_the_printed_sheet_has_a_line_for_each_who_signs(demo: Demo) -> None:
    lines = page(demo, "/records/plan/3?face=ipp").partition("Semnături Cine semnează")[2]
    assert lines.count("Semnătura fiecărui membru al echipei") > 1
    for text in ("Semnătura managerului de caz", "Șef serviciu", "Directorul instituției responsabile"):
        assert lines.count(text) == 1


def test_each_paper_of_the_plan_has_signatures_of_its_own(demo: Demo) -> None:
    assert "Primarul comunității în care va fi reintegrat copilul" in page(demo, "/records/plan/3?face=irp")
    assert "Semnătura reprezentantului organizației" in page(demo, "/records/plan/3?face=cptw")


def test_the_printed_ledger_has_a_place_to_sign_in_each_row(demo: Demo) -> None:
    """Both sign for each thing received, as on the paper; other lists have nothing to sign."""
    ledger = demo.browser("accountant").get("/records/study_ledger").text
    heads = re.findall(r'<th scope="col" class="to-sign">(.*?)</th>', ledger)
    assert [html.unescape(head) for head in heads] == ["Semnătura beneficiarului", "Semnătura administratorului"]
    assert ledger.count('<td class="to-sign"></td>') == 2 * ledger.count('<th scope="row"') > 2
    assert "to-sign" not in demo.browser("coordinator").get("/records/visit_report").text


def test_the_ledger_of_a_case_is_printed_section_by_section(demo: Demo) -> None:
    """All lines of the case on one page, numbered anew in each section, with its sum and the overall one."""
    browser = demo.browser("accountant")
    listed = browser.get("/records/study_ledger").text
    case = next(
        number for number in range(1, 8) if "/ledger?case=" in browser.get(f"/records/study_ledger?case={number}").text
    )
    assert "/ledger?case=" not in listed
    printed = browser.get(f"/records/study_ledger/ledger?case={case}").text
    sections = re.findall(r'<section class="record-section">.*?</section>', printed, re.DOTALL)
    filled = [section for section in sections if '<th scope="row">' in section]
    assert len(sections) == 6 and len(filled) > 1, "every section of the paper, with lines or without"
    for section in filled:
        assert '<th scope="row">1</th>' in section and re.search(r"Total: [\d.,]+", section)
        assert section.count('<td class="to-sign"></td>') == 2 * section.count('<th scope="row">')
    summary = re.search(r"<h2>Suma pe secțiuni</h2>(.*?)</section>", printed, re.DOTALL)
    assert summary and "<dt>Pachet inițial pentru studii</dt><dd>210,00 RON</dd>" in summary[1]
    assert "Suma totală acordată" in printed
    for head, answer in [
        ("Începutul studiilor", "12.05.2025"),
        ("Instituția", "Centrul de formare Arieș"),
        ("Specializarea", "Manichiură-pedichiură"),
        ("Asistența a fost acordată de", "Asociația"),
    ]:
        assert f"<dt>{head}</dt><dd>{answer}" in printed


def test_only_a_ledger_of_a_case_is_printed_so(demo: Demo) -> None:
    for address in ("study_ledger/ledger", "study_ledger/ledger?case=999999", "visit_report/ledger?case=1"):
        assert (
            demo.browser("accountant" if "study" in address else "coordinator").get(f"/records/{address}").status_code
            == 404
        )


def test_the_overview_of_forms_tells_papers_and_remarks(demo: Demo) -> None:
    said = page(demo, "/forms", "administrator")
    assert "F23, F06, F07, F14, F15, F21" in said
    assert "Anexa nr. 2 din setul Terre des Hommes (F09) lipsește din surse" in said
    assert "Riscuri constatate, Probabilitate (1–5): Nu este pe formularul de hârtie: propunere." in said
    assert "Acord privind planul: CPTW nu are un model propriu" in said


def test_the_sheets_of_a_plan_stand_form_by_form(demo: Demo) -> None:
    """Forty lines of a ledger are one line to unfold; a few sheets are shown at once."""
    shown = demo.browser("coordinator").get(f"/records/plan/{sheets_of(demo, 'DEMO-004', 'plan')[-1]}").text
    summary = r'<details class="backlinks"( open)?>\s*<summary>([^<]+)<span class="count">(\d+)</span>'
    groups = re.findall(summary, shown)
    told = {html.unescape(label).strip(): (bool(is_open), int(count)) for is_open, label, count in groups}
    assert told["Modificare a planului"] == (True, 1)
    is_open, count = told["Rapoarte de vizită"]
    assert not is_open and count > 5
    assert all(is_open == (count <= 5) for is_open, count in told.values())
