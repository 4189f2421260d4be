"""Two people change one table of rows: each reads what the other has otherwise, row by row."""

from tests.pages.browsing import look, page_of
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_team import user_id


def test_rows_that_differ_are_told(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    family = [{"id": None, "name": "Oana", "kinship": "Fiică"}, {"id": None, "name": "Matei", "kinship": "Fiu"}]
    answers = {"visit_purpose": "Acasă", "conclusions": "Bine.", "author": user_id(demo, "case_manager")}
    visit = filed(demo, "visit_report", 2, visit_date=TODAY, family=family, **answers)
    first, second = (look(browser, f"/records/visit_report/{visit}/edit") for _ in range(2))
    first.save({"family.0.name": "Oana Maria"})
    answer = browser.post(second.action, data={**second.boxes.to_dict(), "family.0.name": "Oana <Ioana>"})
    assert answer.status_code == 409
    said = page_of(browser, answer).text
    assert "rânduri: 2 Nume și prenume: Oana Maria" in said and "Nume și prenume: Oana <Ioana>" in said
    assert "Matei" not in said.partition("Salvează")[0], "what both have alike is not told"
