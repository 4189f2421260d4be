"""Somebody who fills in sheets with the keyboard alone, and what it costs her."""

from typing import Any

from tests.browser.visitors import Visitor

FARTHEST = 80
PICTURE = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Until the page shows what follows from an answer; nobody's fingers are faster."""
PLACE = "() => document.activeElement.name || ''"
STEPS = """
(value) => {
  const { form, name, type } = document.activeElement;
  const offered = [...form.elements[name]].filter((one) => one.type === type);
  return offered.findIndex((one) => one.value === value);
}
"""


class Typist:
    """Types answers, goes from box to box with Tab, and counts every key."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Any = visitor.page
        self.letters = self.keys = self.answers = 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.keys += times

    def skip_to_the_sheet(self) -> None:
        """Past the head and the menu, as the first link of every page allows."""
        self.press("Tab")
        self.press("Enter")

    def reach(self, name: str) -> None:
        for _ in range(FARTHEST):
            if self.page.evaluate(PLACE) == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {name}")

    def write(self, **boxes: str) -> None:
        """Type into boxes, or into a list until it stands at the choice that begins so."""
        for name, text in boxes.items():
            self.reach(name.replace("__", "."))
            self.page.keyboard.type(text)
            self.letters += len(text)
            self.answers += 1

    def choose(self, **choices: str) -> None:
        """Choose among radios: Space takes the first, the arrow the ones below."""
        for name, value in choices.items():
            self.reach(name)
            steps = int(self.page.evaluate(STEPS, value))
            self.press("ArrowDown", steps) if steps else self.press("Space")
            self.page.evaluate(PICTURE)
            self.answers += 1

    def save(self) -> None:
        with self.page.expect_navigation():
            self.press("Enter")

    def told(self, task: str) -> str:
        """The count, in one line."""
        return f"{task}: {self.answers} answers, {self.letters} letters, {self.keys} other keys, 0 clicks"
