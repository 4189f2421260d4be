"""A new sheet that is sent once more, because the line was slow: it is one sheet, and nothing typed is lost."""

from sqlalchemy import func, select

from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo

STANDS_HERE = "stă aici: verificați și salvați"
NOT_SAVED = "nu s-a salvat"
FIRST = {"evaluated_on": "1.2.2026", "placed_on": "1.1.2026"}


def count(demo: Demo, form: str) -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        kept = demo.repository.record_class(form)
        return int(demo.repository.session.scalar(select(func.count(kept.id))) or 0)


def new(demo: Demo, form: str, user: str = "coordinator", case: str = "") -> Page:
    return look(demo.browser(user), f"/records/{form}/new{case}")


def test_sent_twice_as_it_was_it_is_saved_once(demo: Demo) -> None:
    page, before = new(demo, "organisation"), count(demo, "organisation")
    first, second = (page.save({"name": "Casa Deschisă"}) for _ in range(2))
    assert second.address == first.address and NOT_SAVED not in second.text
    assert count(demo, "organisation") == before + 1


def test_what_was_changed_before_it_was_sent_again_waits_to_be_saved(demo: Demo) -> None:
    page, before = new(demo, "organisation"), count(demo, "organisation")
    first = page.save({"name": "Casa Dschisă"})
    again = page.save({"name": "Casa Deschisă"})
    assert STANDS_HERE in again.text and again.boxes["name"] == "Casa Deschisă"
    assert "Casa Deschisă" in again.save({}).text
    assert count(demo, "organisation") == before + 1
    assert "Casa Dschisă" not in look(demo.browser("coordinator"), first.address).text


def test_a_colleague_s_correction_is_not_overwritten_by_it(demo: Demo) -> None:
    page = new(demo, "organisation")
    first = page.save({"name": "Casa Dschisă"})
    look(demo.browser("social_worker"), f"{first.address}/edit").save({"name": "Casa Deschisă din Bacău"})
    again = page.save({"name": "Casa Deschisă"})
    answer = again.browser.post(again.action, data=again.boxes)
    assert answer.status_code == 409 and "din Bacău" in answer.text


def test_of_a_long_form_the_first_section_is_sent_again(demo: Demo) -> None:
    page = new(demo, "detailed_evaluation", case="?case=1")
    assert "/edit/2" in page.save(FIRST, press="_more").address
    assert "/edit/2" in page.save(FIRST, press="_more").address, "a double click goes on as ever"
    again = page.save({**FIRST, "evaluated_on": "2.2.2026"}, press="_more")
    assert "/edit/1" in again.address and STANDS_HERE in again.text
    assert again.boxes["evaluated_on"] == "2.2.2026"


def test_an_entry_of_a_ledger_stays_as_it_was_saved(demo: Demo) -> None:
    page = new(demo, "humanitarian_aid", case="?case=1")
    typed = {"given_on": "2.1.2026", "kind": "food", "value": ["120", "MDL"]}
    first = page.save(typed)
    assert page.save(typed).text.count(NOT_SAVED) == 0
    again = page.save({**typed, "value": ["1200", "MDL"]})
    assert again.address == first.address and NOT_SAVED in again.text and "1.200,00" not in again.text


def autosave(page: Page, **typed: str) -> None:
    """What the browser sends as a draft, which may come after the sheet itself."""
    path, _, query = page.action.partition("?")
    record = path.split("/")[3] if path.endswith("/edit") else ""
    address = f"/drafts/{path.split('/')[2]}?{f'record={record}' if record else query}"
    assert page.browser.post(address, data={**page.boxes, **typed}).status_code == 200


def test_what_is_saved_comes_not_back_as_a_draft(demo: Demo) -> None:
    page = new(demo, "organisation")
    saved = page.save({"name": "Casa Târzie"})
    autosave(page, name="Casa Târzie")
    assert look(page.browser, "/records/organisation/new").boxes.get("name", "") == ""
    corrected = look(page.browser, f"{saved.address}/edit")
    corrected.save({"name": "Casa Devreme"})
    autosave(corrected, name="Casa Devreme")
    assert look(page.browser, f"{saved.address}/edit").boxes["_seen"] != corrected.boxes["_seen"]


def test_what_was_typed_after_it_was_saved_does(demo: Demo) -> None:
    page = new(demo, "organisation")
    page.save({"name": "Casa Veche"})
    autosave(page, name="Casa Veche din deal")
    begun = look(page.browser, "/records/organisation/new")
    assert begun.boxes["name"] == "Casa Veche din deal"
    page.browser.post(begun.action, data={**begun.boxes.to_dict(), "_discard": "1"})
