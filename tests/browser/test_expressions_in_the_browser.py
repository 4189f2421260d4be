"""The rules of a form say in the browser what they say on the server."""

import json
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.language.expressions import Expression

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/language/expressions.json").read_text(encoding="utf-8"))
RULES = [vector for vector in VECTORS if "refused" not in vector]

ALL_VALUES = """
async (rules) => {
  const { value } = await import("/js/expressions.js");
  return rules.map((rule) => value(rule.tree, rule.answers, rule.today));
}
"""


class StaticFiles(SimpleHTTPRequestHandler):
    """The files under app/static, and an empty page to start from."""

    def do_GET(self):
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Rules</title>")

    def log_message(self, *said):
        """Keep the test's output quiet."""


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(StaticFiles, directory=ROOT / "app/static")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(site):
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    browser_path = next(filter(None, map(shutil.which, names)), None)
    if browser_path is None:
        pytest.skip(f"no browser found: install one of {', '.join(names)}")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        opened = browser.new_page()
        opened.goto(site)
        yield opened
        browser.close()


def test_every_rule_says_the_same_in_the_browser(page):
    asked = [{**rule, "tree": Expression(rule["text"]).tree} for rule in RULES]

    said = page.evaluate(ALL_VALUES, asked)

    different = [
        (rule["text"], rule["answers"], rule["value"], answer)
        for rule, answer in zip(RULES, said, strict=True)
        if answer != rule["value"] or isinstance(answer, bool) != isinstance(rule["value"], bool)
    ]
    assert different == []
