"""What answers point to, records and files: which, what they are called, and how they are opened."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from dosar.language.question import Answers, Question
from dosar.records.attachments import FILE_TARGET

RecordTitles = Mapping[tuple[str, int], str]


def file_url(question: Question, answer: Any, titles: RecordTitles) -> str:
    """Where the file is opened, for who may open it."""
    number = question.number_in(answer) if question.attached else None
    return f"/files/{number}" if (FILE_TARGET, number) in titles else ""


def link_markup(text: str, url: str) -> Markup:
    """The text as a link, for a place that otherwise holds plain text."""
    return Markup('<a href="{}">{}</a>').format(url, text)


def linked_ids(questions: Iterable[Question], answers: Answers) -> dict[str, set[int]]:
    """What the answers point to, records and files: target → ids, rows included."""
    ids_by_form: dict[str, set[int]] = {}
    for question in questions:
        answer = answers.get(question.name)
        for row in answer or () if question.columns_asked() else ():
            for target, ids in linked_ids(question.columns_asked(), row).items():
                ids_by_form.setdefault(target, set()).update(ids)
        number = question.number_in(answer)
        if number is not None:
            ids_by_form.setdefault(question.link_target() or FILE_TARGET, set()).add(number)
    return ids_by_form
