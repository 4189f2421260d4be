"""A page as a browser without JavaScript has it: what stands in its boxes goes along when it is posted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

Attributes = dict[str, str | None]


class _Boxes(HTMLParser):
    """The boxes of the form ``sheet`` with what stands in them, and the page's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.texts = "", []  # type: ignore[var-annotated]
        self.boxes: MultiDict[str, str] = MultiDict()
        self.inside = self.apart = False
        self.chosen: tuple[str, list[str]] | None = None
        self.area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given: Attributes = dict(attrs)
        if tag == "form" and given.get("id") == "sheet":
            self.inside, self.action = True, given["action"] or ""
        if tag in ("template", "script"):
            self.apart = True
        if not self.inside or self.apart or (not given.get("name") and tag != "option"):
            return
        START.get(tag, lambda *_: None)(self, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("template", "script"):
            self.apart = False
        if tag == "form":
            self.inside = False
        if tag == "select" and self.chosen:
            name, values = self.chosen
            self.boxes.setlist(name, [*self.boxes.getlist(name), *values[:1]])
            self.chosen = None
        if tag == "textarea" and self.area:
            name, texts = self.area
            self.boxes.add(name, "".join(texts).removeprefix("\n"))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1].append(data)
        if not self.apart:
            self.texts.append(data)

    def input(self, given: Attributes) -> None:
        if (given.get("type") in ("radio", "checkbox") and "checked" not in given) or given.get("type") == "file":
            return
        self.boxes.add(given["name"], given.get("value") or "")

    def select(self, given: Attributes) -> None:
        self.chosen = (given["name"] or "", [])

    def option(self, given: Attributes) -> None:
        if self.chosen and ("selected" in given or (not self.chosen[1] and given.get("value") == "")):
            self.chosen = (self.chosen[0], [given["value"] or ""])

    def textarea(self, given: Attributes) -> None:
        self.area = (given["name"] or "", [])


START: dict[str, Any] = {
    "input": _Boxes.input,
    "select": _Boxes.select,
    "option": _Boxes.option,
    "textarea": _Boxes.textarea,
}


@dataclass
class Page:
    """A page that a worker looks at, and the sheet on it."""

    browser: FlaskClient
    address: str
    html: str
    text: str
    action: str = ""
    boxes: MultiDict[str, str] = field(default_factory=MultiDict)

    def save(self, typed: dict[str, Any], press: str = "") -> "Page":
        """Type these answers over what stands in the boxes, and save; the page after it."""
        boxes = self.boxes.copy()
        for name, value in typed.items():
            boxes.setlist(name, [value] if isinstance(value, str) else value)
        if press:
            boxes[press] = "1"
        answer = self.browser.post(self.action, data=boxes)
        if answer.status_code == 303:
            return look(self.browser, answer.location)
        raise AssertionError(f"{self.action} was not saved: {list(_problems(answer))}")


def _problems(answer: TestResponse) -> Iterator[str]:
    yield str(answer.status_code)
    for part in answer.text.split('class="problem"')[1:]:
        yield part.split("</p>")[0][-200:]


def look(browser: FlaskClient, address: str) -> Page:
    """The page at this address, wherever it leads."""
    answer = browser.get(address, follow_redirects=True)
    assert answer.status_code == 200, address
    return page_of(browser, answer)


def boxes_on(html: str) -> _Boxes:
    """The boxes of the sheet on this page."""
    read = _Boxes()
    read.feed(html)
    return read


def page_of(browser: FlaskClient, answer: TestResponse) -> Page:
    """The page that came as this answer."""
    read = boxes_on(answer.text)
    text = " ".join(" ".join(read.texts).split())
    return Page(browser, answer.request.full_path.rstrip("?"), answer.text, text, read.action, read.boxes)


def rows(table: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """The boxes of a table's rows."""
    return {f"{table}.{at}.{column}": value for at, line in enumerate(lines) for column, value in line.items()}
