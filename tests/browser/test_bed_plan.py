"""The plan of beds, on a screen, on a phone and on paper: every stay says whose it is, and the keyboard gets there."""

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.conftest import SignIn, Visiting
from tests.browser.houses import TODAY, filed, house, open_case
from tests.browser.serving import Site
from tests.browser.visitors import Visitor

LABELS = """
() => [...document.querySelectorAll(".plan-bar, .plan-beside")].map((label) => ({
  bar: label.classList.contains("plan-bar"),
  text: label.innerText.trim(),
  cut: label.scrollWidth > label.clientWidth,
  to: label.getAttribute("href"),
}))
"""
"""What is written in the bars and beside them."""


def labels_on(visitor: Visitor, media: str) -> list[dict[str, Any]]:
    """What a coordinator reads on the plan, on a screen or on paper: nothing of it is cut."""
    visitor.sign_in("coordinator")
    visitor.speak("ro")
    visitor.open("/programme/beds")
    visitor.page.emulate_media(media=media)
    labels: list[dict[str, Any]] = visitor.page.evaluate(LABELS)
    assert [label for label in labels if label["cut"]] == []
    return labels


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (1280, "screen"), (1009, "print")])
def test_every_stay_says_whose_it_is(visit: Visiting, untouched_site: Site, width: int, media: str) -> None:
    labels = labels_on(visit(untouched_site, width=width), media)
    stays = {label["to"] for label in labels if label["bar"]}
    assert len(stays) == 3 and {label["to"] for label in labels if label["text"].startswith("DEMO-")} == stays
    texts = [label["text"] for label in labels if label["text"]]
    assert len(texts) == 3, "in the bar or beside it, never both"


def test_the_keyboard_goes_from_stay_to_stay(visit: Visiting, untouched_site: Site) -> None:
    """In the order of the beds, each with all that is told of it; what is written beside a bar is said once."""
    visitor = visit(untouched_site, width=390)
    visitor.sign_in("coordinator")
    visitor.speak("en")
    visitor.open("/programme/beds")
    told = []
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator("*:focus")
        if focused.count() and "plan-b" in (focused.get_attribute("class") or ""):
            told.append(focused.get_attribute("aria-label"))
    bars = visitor.page.locator(".plan-bar")
    assert told[: bars.count()] == [bar.get_attribute("aria-label") for bar in bars.all()]
    assert "past the last day" in told[0] and "stays there" in told[1] and "reserved" in told[2]


def test_on_paper_a_reserved_bed_is_framed_otherwise_than_one_that_waits(visit: Visiting, untouched_site: Site) -> None:
    """Tints are not printed, and two colours are one grey."""
    visitor = visit(untouched_site)
    visitor.sign_in("coordinator")
    visitor.open("/programme/beds")
    visitor.page.emulate_media(media="print")
    frame = "sample => getComputedStyle(sample).borderTopStyle"
    looks = [visitor.page.locator(f".plan-sample.plan-{look}").evaluate(frame) for look in ("reserved", "waiting")]
    assert looks == ["dashed", "dotted"]


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (1280, "screen"), (1009, "print")])
def test_a_stay_with_no_room_for_a_label_bears_its_line_in_words(
    visit: Visiting, site: Site, width: int, media: str
) -> None:
    """One short stay after the other in one bed: on a screen, on a phone and on paper across."""
    place = house(site, f"Casa mică {width}", 1)
    for number in range(12):
        came = TODAY + timedelta(6 * number)
        filed(
            site, "stay", open_case(site), facility=place, phase="centre", admitted_on=came, left_on=came + timedelta(6)
        )
    visitor = visit(site, width=width)
    labels = labels_on(visitor, media)
    lines = visitor.page.locator("table.list").first.locator("tbody tr", has_text=f"Casa mică {width}")
    in_words = {
        line.locator("th a").get_attribute("href"): line.locator("td").first.inner_text() for line in lines.all()
    }
    written = {label["to"]: label["text"] for label in labels if label["text"] and label["to"] in in_words}
    assert len(in_words) == 12 and written.keys() == in_words.keys()
    numbers = [text for text in written.values() if text.isdecimal()]
    assert len(numbers) >= 10 and all(in_words[to] == text for to, text in written.items() if text.isdecimal())


def test_a_stay_is_begun_from_a_free_bed_and_nothing_is_reserved_before(sign_in: SignIn, site: Site) -> None:
    """By a press on a free cell, and by keyboard from the table below: place, its phase and the first day stand there,
    the case is chosen, and the way leads back to the plan."""
    place, case = house(site, "Casa nouă", 2), open_case(site)
    visitor = sign_in("coordinator", "ro")
    visitor.open("/programme/beds")
    cell = visitor.page.locator(f".plan-begin[href*='place={place}&']").nth(3)
    cell.click()
    assert "/records/stay/new?" in visitor.page.url and visitor.sees("Pentru ce caz?")
    day = visitor.page.url.rpartition("on=")[2]
    assert day > TODAY.isoformat()
    visitor.page.locator(f".results a[href$='case={case}']").click()
    assert visitor.typed("admitted_on") == ".".join(reversed(day.split("-")))
    assert visitor.page.locator("[name=phase][value=centre]").is_checked() and visitor.sees("Casa nouă")
    visitor.open("/programme/beds")
    assert visitor.page.locator(f".plan-begin[href*='place={place}&']").count() > 20, "nothing is reserved by a press"
    visitor.page.locator(f".plan-free-beds a[href*='place={place}&']").focus()
    visitor.enter()
    visitor.page.locator(f".results a[href$='case={case}']").focus()
    visitor.enter()
    assert visitor.typed("admitted_on") == f"{TODAY:%d.%m.%Y}"
    visitor.named("evaluated_on").fill(f"{TODAY:%d.%m.%Y}")
    visitor.press("Salvează")
    assert "/programme/beds" in visitor.page.url
    assert visitor.page.locator("tr", has_text="Casa nouă").get_by_text("găzduire în curs").count() == 1


def test_on_a_phone_a_stay_is_begun_from_the_list_of_free_beds(visit: Visiting, site: Site) -> None:
    visitor = visit(site, width=390)
    visitor.sign_in("coordinator")
    visitor.open("/programme/beds")
    assert visitor.page.locator(".plan-begin:visible").count() == 0
    button = visitor.page.locator(".plan-free-beds a.btn").first
    box = button.bounding_box()
    assert box is not None and box["height"] >= 44 and box["width"] >= 44
    button.click()
    assert "/records/stay/new?" in visitor.page.url
