"""How every kind of page stands on a desk and on a phone, by day and by night: nobody is barred from any.

Each is opened in Romanian and in English. axe-core examines it: in one language on the desk, in the other on the
phone, the one in the light and the other in the dark. Of pages that every form has, those of one form are examined in
one language and at one width, those of the next in another way, until each way has had its turn.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from dosar import shipped_folder
from dosar.cli.demo import demo_accounts
from tests.browser.conftest import SWITCHES, Visiting, chromium
from tests.browser.crawling import crawled_once, kind_of
from tests.browser.serving import Site
from tests.browser.visitors import Visitor

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
COLD = "--js-flags=--no-opt --no-maglev --min-semi-space-size=64"
"""A page is left before it repays that the scripts of axe-core are compiled into better code and its memory cleaned."""
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
LANGUAGES = ("ro", "en")
WAYS = list(product(LANGUAGES, WIDTHS, SCHEMES))
EXAMPLE = re.compile(r"visit_report|humanitarian_aid/ledger")
MADE_ALIKE = re.compile(r"/(columns|export|history|reverse|edit)\b|sorted or filtered|\?case")
"""Pages that are made the same way for every form: one form's are looked at."""
WHO_SEES_MOST = ("coordinator", "administrator")
OTHERS = [
    role
    for role in (account["role"] for account in demo_accounts(shipped_folder("forms")))
    if role not in WHO_SEES_MOST
]

EXAMINE = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3)}`);
}
"""
WIDER = """
() => [document.scrollingElement.scrollWidth - innerWidth]
  .filter((wider) => wider > 0)
  .map((wider) => `${wider} px too wide`)
"""
SMALL = """
() => [...document.querySelectorAll("button, select, summary, textarea, input:not([type=hidden]), a[href]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !one.closest(".visually-hidden, .skip-link"))
  .filter((one) => one.tagName !== "A" || one.parentElement.textContent.trim() === one.textContent.trim())
  .map((one) => [one, (one.closest("label.tick") ?? one).getBoundingClientRect().height])
  .filter(([, height]) => height < 43.5)
  .map(([one, height]) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}: ${height} px`)
"""
"""What is too low for a finger; a link within a sentence is as high as its line."""
TOUCHING = """
() => {
  const boxes = [...document.querySelectorAll(`main :is(.block, .sheet-section, .record-section, .notice, .empty,
      table.list, .form-control, .form-select, .btn:not(.btn-quiet, .btn-link))`)]
    .filter((one) => one.checkVisibility() && !one.closest(".rows, .save-bar, .visually-hidden"))
    .map((one) => [one, one.getBoundingClientRect()]);
  const touch = ([one, its], [other, there]) => Math.abs(there.top - its.bottom) < 4 && !one.contains(other)
    && there.left < its.right && its.left < there.right;
  return boxes.flatMap((box, number) => boxes.slice(number + 1)
    .filter((other) => touch(box, other))
    .map(([other]) => `${box[0].className} and ${other.className} touch: ${other.textContent.trim().slice(0, 30)}`));
}
"""
"""What stands on what is above it: two blocks, a box on a button."""
WRONG = f"() => [{', '.join(f'({look.strip()})()' for look in (WIDER, SMALL, TOUCHING))}].flat()"
"""All of that, asked for at once: the way to the browser and back takes longer than the look."""


@dataclass(frozen=True)
class Place:
    """A page, who reads it, and where axe-core examines it: by language, the width and the scheme."""

    role: str
    address: str
    examined: Mapping[str, tuple[int, str]]


@pytest.fixture(scope="module")
def browser(browser: Any) -> Iterator[Any]:
    """Chromium for looks at hundreds of pages, each of them short."""
    started = browser.browser_type.launch(executable_path=chromium(), args=[*SWITCHES, COLD])
    yield started
    started.close()


@pytest.fixture(scope="module")
def places(untouched_site: Site) -> list[Place]:
    """One page of every kind."""
    kinds: dict[str, tuple[str, str]] = {}
    for role in WHO_SEES_MOST:
        for page in crawled_once(untouched_site, role, "ro"):
            if EXAMPLE.search(page.kind) or not MADE_ALIKE.search(page.kind):
                kinds.setdefault(page.kind, (role, page.address))
    makings: dict[str, list[tuple[str, str]]] = {}
    for kind, place in kinds.items():
        makings.setdefault(_making_of(kind), []).append(place)
    return [
        Place(role, address, _in_turn(number) if len(made) > len(WAYS) else _in_both_languages(turn))
        for turn, made in enumerate(makings.values())
        for number, (role, address) in enumerate(made)
    ]


def _making_of(kind: str) -> str:
    """Every form has the same pages, every handbook the same kind of chapter."""
    return re.sub(r"/help/\w+/[\w-]+", "/help/book/chapter", re.sub(r"/records/\w+", "/records", kind))


def _in_turn(number: int) -> Mapping[str, tuple[int, str]]:
    language, width, scheme = WAYS[number % len(WAYS)]
    return {language: (width, scheme)}


def _in_both_languages(number: int) -> Mapping[str, tuple[int, str]]:
    return {
        language: (WIDTHS[(number + there) % 2], SCHEMES[(number // 2 + there) % 2])
        for there, language in enumerate(LANGUAGES)
    }


@pytest.fixture
def reader_as(untouched_site: Site, visit: Visiting, language: str) -> Callable[..., Visitor]:
    """A role at its browser, in this language; these scripts are there on each of its pages."""

    @cache
    def reader(role: str, *scripts: str) -> Visitor:
        came = visit(untouched_site)
        for script in scripts:
            came.page.add_init_script(script)
        came.sign_in(role)
        came.speak(language)
        return came

    return reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_bars_anybody(reader_as: Callable[..., Visitor], places: list[Place], language: str) -> None:
    found = []
    for place in places:
        width, scheme = place.examined.get(language, (None, "light"))
        reader = reader_as(place.role, *[AXE] * (width is not None))
        reader.page.emulate_media(color_scheme=scheme)
        found += looked_at(reader, place.address, examined_at=width)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_another_role_is_too_wide(reader_as: Callable[..., Visitor], language: str) -> None:
    """Their pages are the coordinator's with less on them: one of each making is opened, by each in one language."""
    found = []
    for role in OTHERS[LANGUAGES.index(language) :: len(LANGUAGES)]:
        reader = reader_as(role)
        for address in addresses_of(reader):
            found += looked_at(reader, address)
    assert found == [], "\n".join(found)


def addresses_of(reader: Visitor) -> list[str]:
    """The first page, and a page of every making among those its links lead to."""
    reader.open("/")
    links = reader.page.locator("a[href^='/']").evaluate_all("links => links.map((one) => one.getAttribute('href'))")
    makings = {re.sub(r"/records/\w+", "/records", kind_of(link)): link for link in links}
    return ["/", *makings.values()]


def looked_at(reader: Visitor, address: str, examined_at: int | None = None) -> list[str]:
    """What is wrong with the page at either width."""
    page = reader.page
    reader.open(address)
    found = []
    for width in sorted(WIDTHS, key=lambda width: width != page.viewport_size["width"]):  # as it stands, first
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(WRONG)
        if width == examined_at:
            found += page.evaluate(EXAMINE)
    return [f"{address}: {wrong}" for wrong in found]


@pytest.mark.parametrize("form", ["visit_report", "case"])
def test_a_sheet_comes_in_few_requests(untouched_site: Site, visit: Visiting, form: str) -> None:
    reader = visit(untouched_site)
    reader.sign_in("coordinator")
    answers: list[Any] = []
    reader.page.on("response", lambda answer: answers.append(answer.url))
    reader.page.context.new_cdp_session(reader.page).send("Network.clearBrowserCache")
    reader.page.goto(f"{reader.url}/records/{form}/new?case=1", wait_until="networkidle")
    assert len(answers) <= 8, answers
