"""Sheets of other cases that the answers of a sheet point to: they are neither offered nor accepted.

The session refuses them below every page (:mod:`app.records.scope`); here they are found to be told in words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.language.answering import Where
from app.language.case_links import stays_in_case
from app.language.form import CASE, Form
from app.language.question import Answers
from app.records.cabinet import Cabinet
from app.records.links import links_in
from app.records.scope import cases_of


def links_elsewhere(
    cabinet: Cabinet, form: Form, case_id: int | None, answers: Answers, before: Mapping[str, Any],
) -> list[Where]:
    """The answers that newly point to a sheet which is not of this case."""
    if not (form.belongs_to or form.key == CASE):
        return []
    old = {there[1:] for there in _pointing(cabinet.forms, form, before)}
    new = [one for one in _pointing(cabinet.forms, form, answers) if one[1:] not in old]
    cases = {
        target: cases_of(cabinet.session, cabinet.record_class(target), {one[2] for one in new if one[1] == target})
        for target in {one[1] for one in new}
    }
    return [where for where, target, number in new if case_id is None or cases[target].get(number) != case_id]


def without_links(answers: Answers, places: Iterable[Where]) -> Answers:
    """The answers without those at these places; a row of which nothing is left goes too."""
    kept = dict(answers)
    for where in places:
        name, *rest = where
        if not rest:
            kept[name] = None
            continue
        rows = [dict(row) for row in kept[name]]
        rows[int(rest[0])][rest[1]] = None
        kept[name] = rows
    for name in {where[0] for where in places if len(where) > 1}:
        kept[name] = [row for row in kept[name] if any(answer for key, answer in row.items() if key != "id")] or None
    return kept


def _pointing(forms: Mapping[str, Form], form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[Where, str, int]]:
    for one in links_in(form.questions.values(), answers):
        if stays_in_case(forms, form, one.question):
            yield one.where, one.target, one.number
