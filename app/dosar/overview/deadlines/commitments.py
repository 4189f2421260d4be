"""Who promised what is due, where the sheet says it in words: whom the case manager reminds (T24)."""

from collections.abc import Sequence
from typing import Any

from dosar.database.union_reads import read_union
from dosar.language.deadlines.ready_rules import DayPlace, question_at
from dosar.language.question import Question
from dosar.overview.deadlines.reading import Deadline
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


def promised_by(repository: Repository, due: Sequence[Deadline]) -> dict[int, str]:
    """Number of a deadline → who promised it, as far as the acting worker may know it: one statement, or none.

    Who is linked is no word: :attr:`Deadline.partner_id`.
    """
    by_place: dict[DayPlace, dict[int, list[int]]] = {}
    for deadline in due:
        place = _place(repository, deadline)
        if place is not None:
            number = deadline.row_id if place.table else deadline.record_id
            by_place.setdefault(place, {}).setdefault(number, []).append(deadline.id)
    parts = [_part(repository, place, sorted(numbers)) for place, numbers in by_place.items()]
    found: dict[int, str] = {}
    for (place, numbers), rows in zip(by_place.items(), read_union(repository.session, parts), strict=True):
        question = question_at(place, repository.forms)
        for row in rows:
            answer = question.restore_answer(row) if question is not None else None
            found |= dict.fromkeys(numbers[row["id"]], str(answer)) if answer else {}
    return found


def _place(repository: Repository, deadline: Deadline) -> DayPlace | None:
    """Where the words stand that name who promised it; nothing where it is a link, or not hers to know."""
    place, scope = deadline.rule.partner, current_scope.get()
    if place is None or deadline.rule.has_partner_link or not scope.may("see", place.form):
        return None
    return place if question_at(place, repository.forms_known_with(scope.clearances)) is not None else None


def _part(repository: Repository, place: DayPlace, numbers: Sequence[int]) -> tuple[Any, ...]:
    question: Question | None = question_at(place, repository.forms)
    rows = repository.tables.rows
    kept: Any = rows[place.form, place.table] if place.table else repository.record_class(place.form)
    columns = [getattr(kept, name) for name in (question.column_names() if question else ())]
    return kept, [kept.id, *columns], [kept.id.in_(numbers)]
