"""A form and its file side by side: every question with the lines it stands on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dosar.language.choices import Choice
from dosar.language.form import Form
from dosar.language.load.finding import FilePlace
from dosar.language.load.yaml_reader import Source
from dosar.language.question import Question

FormPath = tuple[Any, ...]
"""The keys and positions that lead to a value of a file."""


def walk_questions(form: Form) -> Iterator[tuple[FormPath, Question, Question | None]]:
    """Every question with its path in the file and, for a column, its table."""
    for s, section in enumerate(form.sections):
        for q, question in enumerate(section.questions):
            path: FormPath = ("sections", s, "questions", q)
            yield path, question, None
            for c, column in enumerate(question.columns_asked()):
                yield (*path, "columns", c), column, question


@dataclass(frozen=True)
class CheckedForm:
    """A form under check, its file, and what stands beside it in the folder."""

    form: Form
    source: Source
    lists: Mapping[str, Sequence[Choice]]
    """The shared choice lists that can be used."""
    every_list: set[str]
    """The names of all, broken ones too."""
    every_form: set[str]

    def place(self, *path: Any) -> FilePlace:
        """The line of the value that ``path`` leads to."""
        return self.source.place(path)

    def in_hand(self, question: Question) -> Question | None:
        """The question with its choices, unless a list of it is missing or broken."""
        questions = (question, *question.columns_asked())
        known = all(name in self.lists for part in questions for name in part.choice_lists())
        return question.with_choices(self.lists) if known else None
