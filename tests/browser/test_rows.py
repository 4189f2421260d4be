"""Tables of rows: add, copy, delete and think again; sums below; two hundred rows are no burden."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

FEW, MANY = 20, 200
FILL = """
(count) => {
  const add = document.querySelector("[data-question=risks] [data-add]");
  const rows = document.querySelector("[data-rows=risks]").tBodies[0].rows;
  while (rows.length < count) add.click();
  for (const row of rows) {
    row.querySelector("[name$='.likelihood']").value = 2;
    row.querySelector("[name$='.severity']").value = 3;
  }
  rows[0].querySelector("[name$='.severity']").dispatchEvent(new Event("input", { bubbles: true }));
}
"""
ACT = """
async (act) => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const box = document.querySelector("[name='risks.12.likelihood']");
  const acts = {
    key: () => { box.value = box.value === "5" ? "4" : "5"; box.dispatchEvent(new Event("input", { bubbles: true })); },
    row: () => document.querySelector("[data-question=risks] [data-add]").click(),
  };
  let changes = 0;
  const kept = document.getElementById("draft-status");
  const observer = new MutationObserver((seen) => { changes += seen.filter(({ target }) => target !== kept).length; });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  const begun = performance.now();
  acts[act]();
  await drawn();
  const took = performance.now() - begun;
  observer.disconnect();
  return { changes, took };
}
"""
"""Does one thing; how much of the page changed by it, and how long it took until that was drawn, in ms.

That the draft is kept is said at a moment of its own."""


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager, in Romanian."""
    return sign_in("case_manager", "ro")


def names(visitor: Visitor) -> list[str]:
    """What stands in the first boxes of the rows that are there."""
    boxes = visitor.page.locator("[data-rows=family] [name$='.name']:visible")
    return [box.input_value() for box in boxes.all()]


def test_rows_are_added_copied_deleted_and_brought_back(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    family = manager.page.locator("[data-question=family]")
    manager.named("family.1.name").press("Control+Enter")
    expect(manager.named("family.2.name")).to_be_focused()
    manager.page.keyboard.type("Bunica")
    family.get_by_role("button", name="Duplică").nth(2).click()
    assert names(manager) == ["Sofia P.", "Viorica P.", "Bunica", "Bunica"]
    family.get_by_role("button", name="Șterge").nth(0).click()
    assert names(manager) == ["Viorica P.", "Bunica", "Bunica"]
    family.get_by_role("button", name="Anulează ștergerea").click()
    assert names(manager) == ["Sofia P.", "Viorica P.", "Bunica", "Bunica"]
    family.get_by_role("button", name="Șterge").nth(3).click()
    manager.type(visit_date="azi", visit_purpose="Rânduri", conclusions="Bine.")
    manager.press("Salvează")
    kept = manager.page.locator("dd table tbody tr td:first-child").all_inner_texts()
    assert kept == ["Sofia P.", "Viorica P.", "Bunica"]


def test_rows_are_cards_on_a_phone_and_a_table_on_a_desk(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    heads = manager.page.locator("[data-rows=family] thead")
    expect(heads).to_be_visible()
    manager.page.set_viewport_size({"width": 390, "height": 900})
    expect(heads).to_be_hidden()
    expect(manager.page.locator("label[for=family-0-name]")).to_be_visible()


def test_sums_below_follow_every_row(sign_in: SignIn) -> None:
    coordinator = sign_in("coordinator", "ro")
    coordinator.open("/records/facility/new")
    coordinator.page.locator("[data-question=rooms] [data-add]").click()
    coordinator.type(rooms__0__beds="2")
    coordinator.named("rooms.0.beds").press("Control+Enter")
    coordinator.type(rooms__1__beds="3")
    expect(coordinator.reckoned("beds")).to_have_text("5")
    coordinator.page.locator("[data-question=rooms]").get_by_role("button", name="Șterge").nth(0).click()
    expect(coordinator.reckoned("beds")).to_have_text("3")


def test_what_is_done_among_two_hundred_rows_changes_no_more_of_the_page(
    manager: Visitor, tell: Callable[[str], None]
) -> None:
    """A key or a new row concerns its own row and what is reckoned, however many rows there are."""
    manager.open("/records/risk_assessment/new?case=4")
    found: dict[int, dict[str, dict[str, float]]] = {}
    for count in (FEW, MANY):
        manager.page.evaluate(FILL, count)
        expect(manager.reckoned("risk_count")).to_have_text(str(count))
        found[count] = {act: manager.page.evaluate(ACT, act) for act in ("key", "row")}
    for act, many in found[MANY].items():
        few = found[FEW][act]
        tell(f"a {act} among {MANY} rows of 14 columns: {many['took']:.0f} ms, among {FEW} {few['took']:.0f} ms")
        assert 0 < many["changes"] <= few["changes"], act
