"""What a browser would post of a page."""

from html.parser import HTMLParser

Boxes = dict[str, list[str]]


class _Sheet(HTMLParser):
    """Collects the boxes of the form ``sheet``, as they stand on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: Boxes = {}
        self.inside = False
        self.templates = 0
        self.select = ""
        self.area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = told.get("id") == "sheet"
        elif tag in ("template", "noscript"):
            self.templates += 1
        if not self.inside or self.templates:
            return
        if tag == "input" and (told.get("type") not in ("radio", "checkbox") or "checked" in told):
            self._put(told["name"], told.get("value", ""))
        elif tag == "select":
            self.select = told["name"]
        elif tag == "option" and self.select and "selected" in told:
            self._put(self.select, told["value"])
        elif tag == "textarea":
            self.area = (told["name"], [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag in ("template", "noscript"):
            self.templates -= 1
        elif tag == "textarea" and self.area is not None:
            self._put(self.area[0], "".join(self.area[1]).lstrip("\n"))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area[1].append(data)

    def _put(self, name: str, value: str) -> None:
        self.boxes.setdefault(name, []).append(value)


def boxes_of(page: str) -> Boxes:
    """The boxes of the sheet on this page."""
    sheet = _Sheet()
    sheet.feed(page)
    return sheet.boxes
