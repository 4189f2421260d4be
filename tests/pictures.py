"""The pictures of README.md, made of the demo as it runs: ``python -m tests.pictures`` takes them anew."""

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import BROWSERS, SWITCHES
from tests.browser.serving import Site, served
from tests.browser.visitors import Visitor
from tests.reference import ROOT

PICTURES = ROOT / "app/docs/pictures"
COLOURS = 64
"""Enough for pages, and a third of the bytes."""
WIDE, NARROW = (1280, 800), (390, 780)


def take_pictures(browser: Any, site: Site) -> None:
    """The page of a case in English, and a sheet on a phone in Romanian."""
    desk = _visitor(browser, site, WIDE, "en")
    desk.open("/cases")
    desk.follow("DEMO-005")
    _keep(desk, "case.png")
    phone = _visitor(browser, site, NARROW, "ro")
    phone.open(f"/records/visit_report/new?case={desk.page.url.rpartition('/')[2]}")
    phone.type(visit_date="27.11.2026", visit_purpose="Vizită la domiciliu")
    _keep(phone, "sheet.png")


def _visitor(browser: Any, site: Site, size: tuple[int, int], language: str) -> Visitor:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ro-RO")
    visitor = Visitor(context.new_page(), site.url)
    visitor.sign_in("case_manager")
    visitor.speak(language)
    return visitor


def _keep(visitor: Visitor, name: str) -> None:
    picture = Image.open(BytesIO(visitor.page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)


def main() -> None:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with TemporaryDirectory() as folder, served(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        take_pictures(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
