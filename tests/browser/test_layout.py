"""How every kind of page stands on a desk and on a phone: width, weight, complaints, accessibility."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visiting
from tests.browser.crawling import crawled
from tests.browser.serving import Site
from tests.browser.visitors import Visitor

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
EXAMPLES = ("case", "visit_report", "risk_assessment", "humanitarian_aid", "intake", "plan")
"""Forms whose every page is examined; of the others, the new sheet."""
ROLES = ("coordinator", "administrator")
HEAVIEST = 45 * 1024
MOST_REQUESTS = 8

WIDER = "() => document.scrollingElement.scrollWidth - innerWidth"
EXAMINE = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3)}`);
}
"""


@pytest.fixture(scope="module")
def addresses(untouched_site: Site) -> list[tuple[str, str]]:
    """One page of every kind, and the role that reads it."""
    kinds: dict[str, tuple[str, str]] = {}
    for role in ROLES:
        for page in crawled(untouched_site, role, "ro"):
            kinds.setdefault(page.kind, (role, page.address))
    return list(kinds.values())


def is_example(address: str) -> bool:
    """Whether accessibility is examined here: pages of the same making need it once."""
    form = address.partition("/records/")[2].partition("/")[0].partition("?")[0]
    return not form or form in EXAMPLES or "/new?" in address


@pytest.fixture
def readers(untouched_site: Site, visit: Visiting, language: str) -> Iterator[dict[str, Visitor]]:
    """The roles at their browsers, in this language."""
    readers = {role: visit(untouched_site) for role in ROLES}
    for role, reader in readers.items():
        reader.sign_in(role)
        reader.speak(language)
    yield readers


@pytest.mark.parametrize("language", ["ro", "en"])
def test_no_page_is_wider_than_the_window_or_bars_anybody(
    readers: dict[str, Visitor], addresses: list[tuple[str, str]], language: str,
) -> None:
    found = []
    for number, (role, address) in enumerate(addresses):
        if language == "en" and not is_example(address):
            continue
        page = readers[role].page
        readers[role].open(address)
        for turn, width in enumerate(WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            if (wider := page.evaluate(WIDER)) > 0:
                found.append(f"{address} at {width}: {wider} px too wide")
            if is_example(address) and (number + turn + (language == "en")) % 2:
                # every page in both languages: on the desk in one, on the phone in the other
                found += [f"{address} at {width}: {barrier}" for barrier in barriers(page, number)]
    assert found == [], "\n".join(found)


def barriers(page: Any, number: int) -> list[str]:
    """What axe finds on the page, in the light or in the dark."""
    page.emulate_media(color_scheme=SCHEMES[number // 2 % 2])
    page.evaluate(AXE)
    found: list[str] = page.evaluate(EXAMINE)
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["ro"])
def test_the_main_pages_bar_nobody_in_any_light(
    readers: dict[str, Visitor], width: int, scheme: str, language: str,
) -> None:
    reader = readers["coordinator"]
    reader.page.set_viewport_size({"width": width, "height": 900})
    found = []
    for address in ("/", "/records/case", "/cases/1", "/records/visit_report/new?case=1", "/records/visit_report/1",
                    "/records/risk_assessment/new?case=1", "/records/visit_report/1/history"):
        reader.open(address)
        reader.page.emulate_media(color_scheme=scheme)
        reader.page.evaluate(AXE)
        found += [f"{address}: {barrier}" for barrier in reader.page.evaluate(EXAMINE)]
    assert found == []


@pytest.mark.parametrize("form", ["visit_report", "case", "intake"])
def test_a_sheet_weighs_little(untouched_site: Site, visit: Visiting, form: str) -> None:
    reader = visit(untouched_site)
    reader.sign_in("coordinator")
    answers: list[Any] = []
    reader.page.on("response", lambda answer: answers.append(answer))
    reader.page.context.new_cdp_session(reader.page).send("Network.clearBrowserCache")
    reader.page.goto(f"{reader.url}/records/{form}/new?case=1", wait_until="networkidle")
    assets = [answer for answer in answers if "/static/" in answer.url]
    weight = sum(len(gzip.compress(answer.body())) for answer in assets)
    assert weight <= HEAVIEST, {answer.url: len(gzip.compress(answer.body())) for answer in assets}
    assert len(assets) <= MOST_REQUESTS, [answer.url for answer in assets]
