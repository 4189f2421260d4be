"""The rest of a form with mistakes: without what does not fit, so that it is checked on and told all at once.

Nothing runs on it. What had to go leaves gaps, so only findings that do not depend on a gap may be told.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pydantic import ValidationError

from dosar.language.form import Form
from dosar.language.load.finding import Finding
from dosar.language.load.schema_errors import QUESTION_LISTS, path_in_file, root_errors
from dosar.language.question import stand_in_kind
from dosar.language.text.translations import LANGUAGES

MAX_TRIES = 8
"""What is taken out may leave something else that does not fit: an option of another kind of question."""
STAND_IN_TEXT = dict.fromkeys(LANGUAGES, "…")
STAND_IN_VALUES: dict[str, Any] = {
    "label": STAND_IN_TEXT,
    "title": STAND_IN_TEXT,
    "form": "unnamed",
    "value": "1",
    "result": "text",
    "to": "case",
    "pattern": "{number}",
    "choices": [{"code": "x", "label": STAND_IN_TEXT}],
}
"""What stands where a key is missing that must not be."""
CERTAIN_CODES = frozenset({"F004", "F009", "F013", "F016", "F022", "F031"})
NAMING_CODES = frozenset({"F012", "F015", "F017"})
"""Told of names that no question has: only while every question's own name could be read."""


@dataclass
class PartialForm:
    """A form made of what fits."""

    form: Form
    unread: set[str] = field(default_factory=set)
    """The questions whose kind could not be read: they may be tables with columns."""
    all_named: bool = True

    def tells(self, found: Finding) -> bool:
        """Whether this would be found, too, if the other mistakes were mended."""
        if found.code not in NAMING_CODES:
            return found.code in CERTAIN_CODES
        name = str(found.message.values.get("name", ""))
        return self.all_named and name.partition(".")[0] not in self.unread


def salvage_form(contents: Any, all_named: bool = True) -> PartialForm | None:
    """What is left of a form's values; nothing if even its sections cannot be told apart."""
    taking = _Salvage(deepcopy(contents), all_named=all_named)
    for _ in range(MAX_TRIES):
        try:
            return PartialForm(Form.model_validate(taking.left), taking.unread, taking.all_named)
        except ValidationError as error:
            if not all([taking.out(wrong) for wrong in root_errors(error)]):
                return None
    return None


class _Salvage:
    """Takes out of the values what does not fit; a list keeps its length, so that lines stay known."""

    def __init__(self, left: Any, all_named: bool) -> None:
        self.left, self.all_named = left, all_named
        self.unread: set[str] = set()
        self.numbers = count(1)

    def out(self, wrong: Any) -> bool:
        path, kind = path_in_file(wrong["loc"]), wrong["type"]
        is_question = len(path) > 1 and path[-2] in QUESTION_LISTS
        if is_question or kind.startswith("union_tag"):
            return self._make_text_question(self._at(path))
        while path and isinstance(path[-1], int):
            path = path[:-1]
        holder = self._at(path[:-1])
        if not path or not isinstance(holder, dict):
            return False
        if kind != "missing":
            return self._leave_out(holder, path[-1])
        if self._insert_stand_in(holder, path[-1]):
            return True
        return self._make_text_question(holder) if "type" in holder else self._leave_out(self.left, path[0])

    def _make_text_question(self, question: Any) -> bool:
        """A question of a kind that cannot be told is asked as a plain one."""
        if not isinstance(question, dict) or question.get("type") == stand_in_kind():
            return False
        question["type"] = stand_in_kind()
        self.unread.add(str(question.get("name")))
        return True

    def _insert_stand_in(self, holder: dict[str, Any], key: Any) -> bool:
        if key == "name":
            self.all_named = False
            holder[key] = f"unnamed_{next(self.numbers)}"
        elif key in STAND_IN_VALUES:
            holder[key] = deepcopy(STAND_IN_VALUES[key])
        return key in holder

    def _leave_out(self, holder: dict[str, Any], key: Any) -> bool:
        holder.pop(key, None)
        return bool(key != "sections")

    def _at(self, path: tuple[Any, ...]) -> Any:
        value = self.left
        for step in path:
            inside = isinstance(value, dict) and step in value
            if not inside and not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
                return None
            value = value[step]
        return value
