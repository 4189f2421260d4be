"""Somebody who fills in sheets, with the keyboard alone or with the mouse, and what it costs her."""

from abc import ABC, abstractmethod
from typing import Any

from tests.browser.visitors import Visitor

FARTHEST = 80
PICTURE = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Until the page shows what follows from an answer; nobody's fingers are faster."""
AT_THE_SHEET = "() => document.activeElement?.form?.id === 'sheet'"
PLACE = "() => document.activeElement.name || ''"
AT_ADDING = "(table) => document.activeElement.matches(`[data-question='${table}'] [data-add]`)"
LABELS = """
(box) => [...box.form.elements[box.name]].filter((one) => one.type === box.type)
  .map((one) => [one.value, one.parentElement.textContent.trim()])
"""
OPTIONS = "(box) => [...box.options].map((one) => [one.value, one.text])"


class Typist(ABC):
    """Answers questions by their names, ``risks__0__risk`` in a row, and counts what her hands do."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Any = visitor.page
        self.letters = self.keys = self.clicks = self.answers = 0
        self.page.wait_for_function(AT_THE_SHEET)

    @abstractmethod
    def reach(self, name: str) -> None:
        """Go to the box."""

    @abstractmethod
    def choose(self, **choices: str) -> None:
        """Choose among radios, by codes."""

    @abstractmethod
    def pick(self, **choices: str) -> None:
        """Choose from lists, by codes."""

    @abstractmethod
    def begin_rows(self, table: str) -> None:
        """The first row of a table that has none."""

    @abstractmethod
    def add_row(self, table: str) -> None:
        """One more row, from inside the table."""

    @abstractmethod
    def save(self) -> None:
        """And be done."""

    def write(self, **boxes: str) -> None:
        for name, text in boxes.items():
            self.reach(_named(name))
            self.page.keyboard.type(text)
            self.letters += len(text)
            self.answers += 1

    def settle(self) -> None:
        """One answer more; the page draws what follows from it."""
        self.answers += 1
        self.page.evaluate(PICTURE)

    def told(self, task: str) -> str:
        """The count, in one line."""
        return f"{task}: {self.answers} answers, {self.letters} letters, {self.keys} other keys, {self.clicks} clicks"

    def labels(self, name: str, script: str) -> dict[str, str]:
        """The codes of a question's choices, and what they are called."""
        return dict(self.page.locator(f"[name='{name}']:not([type=hidden])").first.evaluate(script))


class AtTheKeys(Typist):
    """Never touches the mouse: Tab to the next box, first letters to choose."""

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.keys += times

    def reach(self, name: str) -> None:
        self._reach(name, lambda: self.page.evaluate(PLACE) == name)

    def _reach(self, place: str, is_there: Any) -> None:
        for _ in range(FARTHEST):
            if is_there():
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {place}")

    def choose(self, **choices: str) -> None:
        for name, code in choices.items():
            self.reach(_named(name))
            labels = self.labels(_named(name), LABELS)
            initial = labels[code][0]
            before = list(labels)[: list(labels).index(code)]
            self.press(initial.lower(), 1 + sum(labels[earlier].startswith(initial) for earlier in before))
            self.settle()

    def pick(self, **choices: str) -> None:
        for name, code in choices.items():
            self.reach(_named(name))
            labels = self.labels(_named(name), OPTIONS)
            letters = _shortest(labels.pop(code), labels.values())
            self.page.keyboard.type(letters)
            self.letters += len(letters)
            self.answers += 1

    def begin_rows(self, table: str) -> None:
        self._reach(table, lambda: self.page.evaluate(AT_ADDING, table))
        self.press("Enter")

    def add_row(self, table: str) -> None:
        self.press("Control+Enter")

    def save(self) -> None:
        with self.page.expect_navigation():
            self.press("Control+s")


class AtTheMouse(Typist):
    """Types letters only; everything else she clicks."""

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def reach(self, name: str) -> None:
        if self.page.evaluate(PLACE) != name:
            self.click(self.visitor.named(name))

    def choose(self, **choices: str) -> None:
        for name, code in choices.items():
            self.click(self.page.locator(f"label:has([name='{_named(name)}'][value='{code}'])"))
            self.settle()

    def pick(self, **choices: str) -> None:
        for name, code in choices.items():
            self.visitor.named(name).select_option(code)
            self.clicks += 2  # one opens the list
            self.answers += 1

    def begin_rows(self, table: str) -> None:
        self.click(self.page.locator(f"[data-question='{table}'] [data-add]"))

    def add_row(self, table: str) -> None:
        self.begin_rows(table)

    def save(self) -> None:
        with self.page.expect_navigation():
            self.click(self.page.locator(".save-acts .btn-primary"))


def _named(name: str) -> str:
    return name.replace("__", ".")


def _shortest(label: str, others: Any) -> str:
    """The first letters that lead a list to this label and no other."""
    rivals = [other.lower() for other in others]
    lengths = range(1, len(label) + 1)
    enough = next((n for n in lengths if not any(rival.startswith(label[:n].lower()) for rival in rivals)), len(label))
    return label[:enough].lower()
