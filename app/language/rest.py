"""The rest of a form with mistakes: without what does not fit, so that it is checked on and told all at once.

Nothing runs on it. What had to go leaves gaps, so only findings that do not depend on a gap may be told.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pydantic import ValidationError

from app.language.finding import Finding
from app.language.form import Form
from app.language.misfits import LISTS_OF_QUESTIONS, of_its_own, path_in_file
from app.language.question import stand_in

TRIES = 8
"""What is taken out may leave something else that does not fit: an option of another kind of question."""
SAID = {"en": "…"}
INSTEAD: dict[str, Any] = {
    "label": SAID, "title": SAID, "form": "unnamed",
    "value": "1", "result": "text", "to": "case", "pattern": "{number}",
    "choices": [{"code": "x", "label": SAID}],
}
"""What stands where a key is missing that must not be."""
CERTAIN = frozenset({"F004", "F009", "F013", "F016", "F022", "F031"})
BY_NAME = frozenset({"F012", "F015", "F017"})
"""Told of names that no question has: only while every question's own name could be read."""


@dataclass
class Rest:
    """A form made of what fits."""

    form: Form
    unread: set[str] = field(default_factory=set)
    """The questions whose kind could not be read: they may be tables with columns."""
    all_named: bool = True

    def tells(self, found: Finding) -> bool:
        """Whether this would be found, too, if the other mistakes were mended."""
        if found.code not in BY_NAME:
            return found.code in CERTAIN
        name = str(found.message.values.get("name", ""))
        return self.all_named and name.partition(".")[0] not in self.unread


def rest_of(contents: Any, all_named: bool = True) -> Rest | None:
    """What is left of a form's values; nothing if even its sections cannot be told apart."""
    taking = _Taking(deepcopy(contents), all_named=all_named)
    for _ in range(TRIES):
        try:
            return Rest(Form.model_validate(taking.left), taking.unread, taking.all_named)
        except ValidationError as error:
            if not all([taking.out(wrong) for wrong in of_its_own(error)]):
                return None
    return None


class _Taking:
    """Takes out of the values what does not fit; a list keeps its length, so that lines stay known."""

    def __init__(self, left: Any, all_named: bool) -> None:
        self.left, self.all_named = left, all_named
        self.unread: set[str] = set()
        self.numbers = count(1)

    def out(self, wrong: Any) -> bool:
        path, kind = path_in_file(wrong["loc"]), wrong["type"]
        is_question = len(path) > 1 and path[-2] in LISTS_OF_QUESTIONS
        if is_question or kind.startswith("union_tag"):
            return self._make_plain(self._at(path))
        while path and isinstance(path[-1], int):
            path = path[:-1]
        holder = self._at(path[:-1])
        if not path or not isinstance(holder, dict):
            return False
        if kind != "missing":
            return self._leave_out(holder, path[-1])
        if self._put_in(holder, path[-1]):
            return True
        return self._make_plain(holder) if "type" in holder else self._leave_out(self.left, path[0])

    def _make_plain(self, question: Any) -> bool:
        """A question of a kind that cannot be told is asked as a plain one."""
        if not isinstance(question, dict) or question.get("type") == stand_in():
            return False
        question["type"] = stand_in()
        self.unread.add(str(question.get("name")))
        return True

    def _put_in(self, holder: dict[str, Any], key: Any) -> bool:
        if key == "name":
            self.all_named = False
            holder[key] = f"unnamed_{next(self.numbers)}"
        elif key in INSTEAD:
            holder[key] = deepcopy(INSTEAD[key])
        return key in holder

    def _leave_out(self, holder: dict[str, Any], key: Any) -> bool:
        holder.pop(key, None)
        return bool(key != "sections")

    def _at(self, path: tuple[Any, ...]) -> Any:
        here = self.left
        for step in path:
            inside = isinstance(here, dict) and step in here
            if not inside and not (isinstance(here, list) and isinstance(step, int) and step < len(here)):
                return None
            here = here[step]
        return here
