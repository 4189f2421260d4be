"""The pictures of README.md and of the handbooks, made of the demo as it runs.

``python -m tests.pictures`` takes all of them anew, ``python -m tests.pictures worker-home`` one of the handbooks'.
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import BROWSERS, SWITCHES
from tests.browser.serving import Site, served
from tests.browser.visitors import Visitor
from tests.handbook_pictures import SIZES, take_handbook_pictures
from tests.reference import ROOT

PICTURES = ROOT / "app/docs/pictures"
COLOURS = 64
"""Enough for pages, and a third of the bytes."""


def take_pictures(browser: Any, site: Site) -> None:
    """The page of a case in English, and a sheet on a phone in Romanian."""
    desk = _visitor(browser, site, "wide", "en")
    desk.open("/cases")
    desk.follow("DEMO-005")
    keep(desk.page.screenshot(), PICTURES / "case.png")
    phone = _visitor(browser, site, "narrow", "ro")
    phone.open(f"/records/visit_report/new?case={desk.page.url.rpartition('/')[2]}")
    phone.type(visit_date="27.11.2026", visit_purpose="Vizită la domiciliu")
    keep(phone.page.screenshot(), PICTURES / "sheet.png")


def _visitor(browser: Any, site: Site, size: str, language: str) -> Visitor:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ro-RO")
    visitor = Visitor(context.new_page(), site.url)
    visitor.sign_in("case_manager")
    visitor.speak(language)
    return visitor


def keep(taken: bytes, file: Path) -> None:
    """The picture with few colours, where it belongs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main(*wanted: str) -> None:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        if not wanted:
            with served(Path(folder, "readme")) as site:
                take_pictures(browser, site)
        take_handbook_pictures(browser, Path(folder), keep, *wanted)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
