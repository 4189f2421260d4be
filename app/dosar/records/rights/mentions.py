"""Where a person's name stands on sheets that are not hers: somebody's friend, a witness of another case.

Those sheets are other people's, and stay as they are written when she is erased; whoever asks for it looks at them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from dosar.language.form import CASE_FORM, Form
from dosar.language.question import ReadingContext
from dosar.language.text.texts import text_in_language
from dosar.records.finding.search import search_condition
from dosar.records.repository import Repository
from dosar.records.sheets.stored_answers import open_sheet

MOST_OF_A_FORM = 10


@dataclass(frozen=True)
class Mention:
    """A sheet in which her name is found."""

    title: str
    url: str


def mentions_elsewhere(
    repository: Repository, known: Mapping[str, Form], case_id: int, reading: ReadingContext
) -> Sequence[Mention]:
    """The sheets of others on which all words of her name stand, as far as the reader finds any."""
    form = repository.forms[CASE_FORM]
    answers = open_sheet(repository, CASE_FORM, case_id).answers
    names = form.person.names[0] if form.person else ()
    words = " ".join(str(answers[name]) for name in names if isinstance(answers.get(name), str))
    if len(words.split()) < 2:
        return []
    return [
        Mention(f"{text_in_language(form.title, reading.language)} {record_id}", f"/records/{key}/{record_id}")
        for key, form in known.items()
        if any(question.search for question in form.questions.values())
        for record_id in _found_in(repository, form, case_id, words)
    ]


def _found_in(repository: Repository, form: Form, case_id: int, words: str) -> Sequence[int]:
    kept: Any = repository.record_class(form.key)
    found = select(kept.id).where(search_condition(form, kept.id, words)).order_by(kept.id).limit(MOST_OF_A_FORM)
    if kept.case_column:
        found = found.where(getattr(kept, kept.case_column) != case_id)
    return list(repository.session.scalars(found))
