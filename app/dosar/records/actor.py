"""Who files: in which role, on which day, and which answers she may write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dosar.language.form import Form
from dosar.language.question import Answers


@dataclass(frozen=True)
class Actor:
    """Who files, in which role, on which day."""

    user_id: int | None
    role: str
    today: date
    checked: bool = False
    """What she files waits for another worker's acceptance."""
    roles: frozenset[str] | None = None
    """All her roles: answers that only others write are not taken from her. ``None`` for nobody in particular."""

    def written(self, form: Form, answers: Mapping[str, Any], before: Answers) -> Answers:
        """The answers as far as she may write them, and those ``before`` where only others do, or nobody."""
        not_hers = (
            {}
            if self.roles is None
            else {
                question.name: before.get(question.name)
                for question in form.questions.values()
                if not question.is_written_by(self.roles)
            }
        )
        rows = {
            table.name: table.joined(answers.get(table.name), before.get(table.name)) for table in form.row_questions
        }
        return {**answers, **rows, **not_hers}
