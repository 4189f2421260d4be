"""The plan's modifications: each is written down once, on any paper, and only read from then on."""

import re

from tests.pages.browsing import Page, look, rows
from tests.pages.conftest import Demo

STAYS = "Rândurile salvate rămân"


def plan_with(demo: Demo, *modifications: str) -> str:
    """The address of a plan with these modifications."""
    page = look(demo.browser("coordinator"), "/records/plan/new?case=1")
    address = page.save({"drawn_up_on": "1.2.2026", "_confirmed": "1"}, press="_more").address
    plan = re.findall(r"/records/plan/\d+", address)[0]
    add(modifications_of(demo, plan), 0, *modifications)
    return plan


def modifications_of(demo: Demo, plan: str, user: str = "coordinator") -> Page:
    """The page of the assistance plan that asks for them."""
    page = look(demo.browser(user), f"{plan}/edit?face=iap")
    steps = [page.address] if "modifications" in page.html else re.findall(rf'href="({plan}/edit/\d+[^"]*)"', page.html)
    return next(found for step in steps if "modifications" in (found := look(demo.browser(user), step)).html)


def add(page: Page, at: int, *modifications: str) -> Page:
    typed = {f"modifications.{at + place}.modification": text for place, text in enumerate(modifications)}
    return page.save({**typed, "_confirmed": "1", "_reason": "văzut"})


def test_a_kept_one_stands_there_to_be_read_and_another_is_added(demo: Demo) -> None:
    plan = plan_with(demo, "Alt curs", "Alt termen")
    page = modifications_of(demo, plan)
    assert STAYS in page.text and "Alt curs" in page.text
    assert not [name for name in page.boxes if name.startswith("modifications.")]
    add(page, 0, "Alt specialist")
    text = look(demo.browser("coordinator"), f"{plan}?face=iap").text
    assert [text.count(word) for word in ("Alt curs", "Alt termen", "Alt specialist")] == [1, 1, 1]


def test_a_kept_one_is_not_rewritten_by_a_page_that_was_made_up(demo: Demo) -> None:
    plan = plan_with(demo, "Alt curs")
    page = modifications_of(demo, plan)
    number = next(row["id"] for row in kept(demo, plan))
    page.save(rows("modifications", {"id": str(number), "modification": "Altceva"}) | {"_confirmed": "1"})
    assert [row["modification"] for row in kept(demo, plan)] == ["Alt curs"]


def test_what_is_wrong_with_a_new_one_is_said_where_it_stands(demo: Demo) -> None:
    page = modifications_of(demo, plan_with(demo, "Alt curs"))
    boxes = {**page.boxes.to_dict(), "modifications.0.responsible": "Ana"}
    answer = page.browser.post(page.action, data=boxes)
    assert answer.status_code == 422
    assert 'href="#modifications-1-modification"' in answer.text and 'id="modifications-1-modification"' in answer.text


def test_a_row_added_or_copied_without_a_script_stands_below(demo: Demo) -> None:
    page = modifications_of(demo, plan_with(demo, "Alt curs"))
    for press in ("add modifications", "copy modifications.1"):
        boxes = {**page.boxes.to_dict(), "modifications.1.modification": "Alt termen", "_row": press}
        answer = page.browser.post(page.action, data=boxes)
        assert answer.text.count(">\nAlt termen</textarea>") == (2 if "copy" in press else 1)
        assert answer.text.count(">Alt curs</td>") == 1


def test_two_add_at_once_and_both_stand(demo: Demo) -> None:
    plan = plan_with(demo, "Alt curs")
    hers = modifications_of(demo, plan)
    add(modifications_of(demo, plan, "case_manager"), 0, "Alt termen")
    typed = {**hers.boxes.to_dict(), "modifications.0.modification": "Alt specialist", "_confirmed": "1"}
    clash = hers.browser.post(hers.action, data=typed)
    assert clash.status_code == 409
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text))
    assert hers.browser.post(hers.action, data={**carried, "_confirmed": "1"}).status_code == 303
    assert [row["modification"] for row in kept(demo, plan)] == ["Alt curs", "Alt termen", "Alt specialist"]


def kept(demo: Demo, plan: str) -> list[dict[str, object]]:
    from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
    from dosar.records.sheets.stored_answers import open_sheet

    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = open_sheet(demo.repository, "plan", int(plan.rpartition("/")[2])).answers["modifications"]
        demo.repository.session.remove()
    return list(found or ())
