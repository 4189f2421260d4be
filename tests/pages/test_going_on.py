"""A case is closed: whoever writes down the day is told that the final note is not there yet."""

from datetime import date

from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed

LACKS = "Încă lipsește: Notă finală"


def closing(demo: Demo, case_id: int, **typed: str) -> tuple[int, str]:
    """What a coordinator is answered who closes the case."""
    page: Page = look(demo.browser("coordinator"), f"/records/case/{case_id}/edit/2")
    boxes = {**page.boxes.to_dict(), "status": "closed", "closed_on": "1.2.2026", **typed}
    answer = page.browser.post(page.action, data=boxes)
    return answer.status_code, answer.text


def opened(demo: Demo) -> int:
    return filed(demo, "case", opened_on=date(2025, 1, 1), status="open", last_name="Nou", first_name="Caz")


def test_without_a_final_note_the_closure_is_confirmed(demo: Demo) -> None:
    case = opened(demo)
    status, text = closing(demo, case)
    assert status == 422 and LACKS in text
    assert closing(demo, case, _confirmed="1", _reason="Nota este pe hârtie.")[0] == 303


def test_what_was_confirmed_is_not_asked_again(demo: Demo) -> None:
    case = opened(demo)
    closing(demo, case, _confirmed="1", _reason="Nota este pe hârtie.")
    assert closing(demo, case, closure_notes="Locuiește la sora ei.")[0] == 303


def test_with_one_nothing_is_asked(demo: Demo) -> None:
    case = opened(demo)
    filed(demo, "final_note", case, elaborated_on=TODAY)
    assert closing(demo, case)[0] == 303
