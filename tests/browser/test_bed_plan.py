"""The plan of beds, on a screen, on a phone and on paper: every stay says whose it is, and the keyboard gets there."""

import pytest

from tests.browser.conftest import Visiting
from tests.browser.serving import Site

LABELS = """
() => [...document.querySelectorAll(".plan-bar, .plan-beside")].map((label) => ({
  bar: label.classList.contains("plan-bar"),
  text: label.innerText.trim(),
  cut: label.scrollWidth > label.clientWidth,
  to: label.getAttribute("href"),
}))
"""
"""What is written in the bars and beside them."""


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (1280, "screen"), (718, "print")])
def test_every_stay_says_whose_it_is(visit: Visiting, untouched_site: Site, width: int, media: str) -> None:
    visitor = visit(untouched_site, width=width)
    visitor.sign_in("coordinator")
    visitor.speak("ro")
    visitor.open("/programme/beds")
    visitor.page.emulate_media(media=media)
    labels = visitor.page.evaluate(LABELS)
    assert [label for label in labels if label["cut"]] == []
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
