"""Sheets of other cases that the answers of a sheet point to: they are neither offered nor accepted.

The session refuses them below every page (:mod:`dosar.records.scope.write_checks`); here they are found to be told in
words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dosar.language.answers.validation import AnswerPath
from dosar.language.form import CASE_FORM, Form
from dosar.language.link_scopes import stays_in_case
from dosar.language.question import Answers
from dosar.records.links.answer_links import links_in_answers
from dosar.records.repository import Repository
from dosar.records.scope.write_checks import cases_of_sheets


def links_to_other_cases(
    repository: Repository,
    form: Form,
    case_id: int | None,
    answers: Answers,
    before: Mapping[str, Any],
) -> list[AnswerPath]:
    """The answers that newly point to a sheet which is not of this case."""
    if not (form.belongs_to or form.key == CASE_FORM):
        return []
    old = {old_link[1:] for old_link in _case_sheet_links(repository.forms, form, before)}
    new = [link for link in _case_sheet_links(repository.forms, form, answers) if link[1:] not in old]
    cases = {
        target: cases_of_sheets(
            repository.session, repository.record_class(target), {link[2] for link in new if link[1] == target}
        )
        for target in {link[1] for link in new}
    }
    return [where for where, target, number in new if case_id is None or cases[target].get(number) != case_id]


def without_links(answers: Answers, places: Iterable[AnswerPath]) -> Answers:
    """The answers without those at these places; a row of which nothing is left goes too."""
    remaining = dict(answers)
    for where in places:
        name, *rest = where
        if not rest:
            remaining[name] = None
            continue
        rows = [dict(row) for row in remaining[name]]
        rows[int(rest[0])][rest[1]] = None
        remaining[name] = rows
    for name in {where[0] for where in places if len(where) > 1}:
        remaining[name] = [
            row for row in remaining[name] if any(answer for key, answer in row.items() if key != "id")
        ] or None
    return remaining


def _case_sheet_links(
    forms: Mapping[str, Form], form: Form, answers: Mapping[str, Any]
) -> Iterator[tuple[AnswerPath, str, int]]:
    for link in links_in_answers(form.questions.values(), answers):
        if stays_in_case(forms, form, link.question):
            yield link.where, link.target, link.number
