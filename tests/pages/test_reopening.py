"""A closed case is opened again: what was saved of its closing is named before it goes."""

from tests.pages.browsing import look
from tests.pages.conftest import Demo

GOES = "se șterg răspunsurile salvate la: Data închiderii; Situația cazului la închidere."


def test_reopening_says_what_goes_and_asks(demo: Demo) -> None:
    browser = demo.browser("case_manager")
    opened = {"opened_on": "1.9.2026", "last_name": "Nour", "first_name": "Lia"}
    closed = {"status": "closed", "closed_on": "2.10.2026", "closure_notes": "Trăiește la sora ei."}
    case = look(browser, "/records/case/new?face=all").save({**opened, "_confirmed": "1"}, press="_more").address
    number = case.split("/")[3]
    for_closing = next(
        page
        for step in range(1, 9)
        if "closure_notes" in (page := look(browser, f"/records/case/{number}/edit/{step}")).boxes
    )
    for_closing.save({**closed, "_confirmed": "1"})
    reopened = {**look(browser, for_closing.address).boxes.to_dict(), "status": "open"}
    asked = browser.post(for_closing.action, data=reopened)
    assert asked.status_code == 422 and GOES in asked.text
    assert browser.post(for_closing.action, data={**reopened, "_confirmed": "1"}).status_code == 303
    again = look(browser, for_closing.address)
    assert (again.boxes["status"], again.boxes["closed_on"]) == ("open", "")
