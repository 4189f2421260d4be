"""A volunteer's sheet, from her hands to where it counts: nowhere before somebody accepts it."""

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from dosar.fields.money import Money
from dosar.language.answers.settling import settle_answers
from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.teams import join_team
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import TODAY, block, consented, filed, page
from tests.pages.test_figures import figures
from tests.pages.test_home import due_in, lines
from tests.pages.test_team import user_id

WAITS = "așteaptă acceptarea"


@pytest.fixture
def case(demo: Demo) -> int:
    """A case of the case manager and the volunteer, with a visit that promised another one for yesterday."""
    number = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        for user in ("case_manager", "volunteer"):
            actor = Actor(user_id(demo, user), user, TODAY)
            join_team(demo.repository, demo.repository.case(number), user_id(demo, user), user, actor)
        demo.repository.session.remove()
    consented(demo, number)
    filed(demo, "visit_report", number, visit_date=TODAY - timedelta(30), next_visit_on=TODAY - timedelta(1))
    return number


def typed(demo: Demo, form: str, case: int | None, **answers: Any) -> int:
    """A sheet that the volunteer typed in."""
    whole = demo.forms[form]
    every = settle_answers(whole, {name: None for name in whole.questions} | answers, TODAY)
    actor = Actor(user_id(demo, "volunteer"), "volunteer", TODAY, checked=True)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = enter_sheet(demo.repository, whole, every, actor, case)
        demo.repository.session.remove()
    return number


def judge(demo: Demo, act: str, form: str, number: int, user: str = "case_manager", note: str = "") -> int:
    """Accept or return the sheet, as its page does."""
    browser = demo.browser(user)
    token = token_on(browser.get(f"/records/{form}/{number}").text)
    address = f"/records/{form}/{number}/{act}"
    status = browser.post(address, data={"csrf_token": token, "reason": note}).status_code
    browser.get("/help")  # where the notice of what was done is read
    return status


def test_a_visit_that_waits_moves_no_deadline_and_is_shown_as_waiting(demo: Demo, case: int) -> None:
    later = TODAY + timedelta(9)
    visit = typed(demo, "visit_report", case, visit_date=TODAY, next_visit_on=later)
    assert due_in(demo, case)[0][1].startswith(f"{TODAY - timedelta(1):%d.%m.%Y}")
    due = block(page(demo, case), "Termene")
    assert WAITS in due and f"{later:%d.%m.%Y}" not in due and due.count("Vizită") == 1
    assert WAITS in block(page(demo, case), "Etape")

    assert judge(demo, "accept", "visit_report", visit) == 303
    due = block(page(demo, case), "Termene")
    assert f"{later:%d.%m.%Y}" in due and WAITS not in due and due.count("Vizită") == 1


def test_aid_that_waits_is_given_to_nobody_yet(demo: Demo, case: int) -> None:
    aid = {"given_on": TODAY, "kind": "food"}
    filed(demo, "humanitarian_aid", case, **aid, value=Money(20, "RON"))  # type: ignore[arg-type]
    waiting = typed(demo, "humanitarian_aid", case, **aid, value=Money(100, "RON"))  # type: ignore[arg-type]
    money = block(page(demo, case), "Bani")
    assert "20,00" in money and "120,00" not in money and f"o înregistrare {WAITS}" in money
    assert f"una dintre ele {WAITS}" in unescape(page(demo, case)), "two are counted, and one of the two waits"
    for address in (f"/records/humanitarian_aid?case={case}", f"/records/humanitarian_aid/ledger?case={case}"):
        shown = demo.browser("coordinator").get(address).text
        assert WAITS in shown and "20,00 RON" in shown and "120,00 RON" not in shown, address
    assert judge(demo, "accept", "humanitarian_aid", waiting) == 303
    assert "120,00" in block(page(demo, case), "Bani")


def test_a_figure_counts_after_acceptance(demo: Demo) -> None:
    project = filed(
        demo,
        "project",
        title="De demult",
        starts_on=date(2001, 1, 1),
        ends_on=date(2001, 12, 31),
        periods=[],
    )
    seminar = {"kind": "seminar", "starts_on": date(2001, 9, 1), "project": project}
    event = typed(demo, "event", None, title="Atelier", **seminar)
    assert figures(demo, project)["Evenimente"] == {
        "Total": ["0"],
        "Așteaptă acceptarea, neluat în calcul": ["1"],
    }
    assert judge(demo, "accept", "event", event, "coordinator") == 303
    assert figures(demo, project)["Evenimente"]["Total"] == ["1"]


def test_a_bed_is_taken_by_a_stay_that_was_accepted(demo: Demo, case: int) -> None:
    rooms = [{"id": None, "room": "1", "beds": 2}]
    place = filed(demo, "facility", name="Casa de probă", phase="centre", rooms=rooms)
    typed(demo, "stay", case, facility=place, phase="centre", admitted_on=TODAY)
    shown = demo.browser("coordinator").get("/programme").text
    assert f"ocupate: 0 din 2 · una {WAITS}" in unescape(shown)


def test_a_sheet_comes_back_to_the_volunteer_with_a_note(demo: Demo, case: int) -> None:
    note = "Lipsește scopul vizitei."
    visit = typed(demo, "visit_report", case, visit_date=TODAY)
    address = f"/records/visit_report/{visit}"
    assert f"{address}/return" in demo.browser("case_manager").get(address).text
    assert judge(demo, "return", "visit_report", visit) == 422, "without a note she would not know what to do"
    assert judge(demo, "return", "visit_report", visit, note=note) == 303

    [(url, _, said)] = lines(demo, "volunteer", "Returnate dumneavoastră")
    assert note in demo.browser("volunteer").get(f"{url}/edit").text, "where it is mended it stands too"
    assert url == address and note in said
    hers = demo.browser("volunteer").get(address).text
    assert note in hers and f"{address}/edit" in hers and f"{address}/return" not in hers
    assert judge(demo, "return", "visit_report", visit, "volunteer", note) == 404
    assert address not in dict((url, one) for url, *one in lines(demo, "case_manager", "Fișe de verificat"))
    history = demo.browser("case_manager").get(f"{address}/history").text
    assert "Returnată persoanei care a completat-o" in history and note in history
