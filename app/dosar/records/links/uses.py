"""Where a record is used: the sheets that point to it, and of a case those that would be deleted with it.

Asked before it is deleted. Of sheets the worker does not see she learns one thing: that there are some. How many,
of which form or case is not told, and a private sheet is nobody's business: it is not even among those.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, func, literal, not_, or_, select, union_all

from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Question
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

CountsByForm = Mapping[str, int]
"""Form → how many sheets of it."""


@dataclass(frozen=True)
class RecordUses:
    """Where a record is used, as far as its worker may know."""

    pointing: CountsByForm
    """The sheets that point to it, or to a sheet of the case."""
    within: CountsByForm
    """The sheets of the case: they are deleted with it."""
    elsewhere: bool
    """Whether there are more, which she does not see."""

    def __bool__(self) -> bool:
        return bool(self.pointing or self.within or self.elsewhere)


def find_uses(repository: Repository, known: Mapping[str, Form], record: Record) -> RecordUses:
    """Where the record is used: two statements. ``known`` are the forms as the worker may know them."""
    pointing, within = _count_uses(repository, known, record)
    with acting_as(SYSTEM_SCOPE):
        shared = {key: form for key, form in repository.forms.items() if not form.private_to}
        every = _count_uses(repository, shared, record)
    elsewhere = any(
        count > seen.get(key, 0)
        for seen, counts in zip((pointing, within), every, strict=True)
        for key, count in counts.items()
    )
    return RecordUses(pointing, within, elsewhere)


def _count_uses(repository: Repository, known: Mapping[str, Form], record: Record) -> tuple[CountsByForm, CountsByForm]:
    """The sheets that point to the record, and those of the case it is: one statement for all forms."""
    queries = [query for form in known.values() for query in _use_queries(repository, form, record)]
    found: dict[str, dict[str, int]] = {"pointing": {}, "within": {}}
    for kind, key, count in repository.session.execute(union_all(*queries)) if queries else ():
        if count:
            found[kind][key] = count
    return found["pointing"], found["within"]


def _use_queries(repository: Repository, form: Form, record: Record) -> Iterator[Any]:
    """(how they use it, the form, how many sheets of it), for a form that may use it."""
    record_class: Any = repository.record_class(form.key)
    itself = record_class.id == record.id if form.key == record.form_key else false()
    if record.form_key == CASE_FORM and record_class.case_column == "case_id":
        itself = record_class.case_id == record.id
        yield _count_query("within", record_class, itself)
    if points := list(_pointing_conditions(repository, form, record_class, record)):
        yield _count_query("pointing", record_class, or_(*points) & not_(itself))


def _count_query(how: str, record_class: Any, condition: Any) -> Any:
    return select(literal(how), literal(record_class.form_key), func.count(record_class.id)).where(condition)


def _pointing_conditions(repository: Repository, form: Form, record_class: Any, record: Record) -> Iterator[Any]:
    """That a question of the sheet points to the record, or one in a row does."""
    for question in form.questions.values():
        yield from _points_to_record(repository, [question], record_class, record)
        rows: Any = repository.tables.rows.get((form.key, question.name))
        for points in _points_to_record(repository, question.columns_asked(), rows, record):
            yield record_class.id.in_(select(rows.record_id).where(points))


def _points_to_record(
    repository: Repository, questions: Iterable[Question], record_class: Any, record: Record
) -> Iterator[Any]:
    """That one of these columns points to the record; to a sheet of it, if it is a case."""
    for question in questions:
        target = question.link_target()
        if target == record.form_key:
            yield getattr(record_class, question.name) == record.id
        elif record.form_key == CASE_FORM and target not in (None, USER_LINK) and target in repository.tables.records:
            sheet: Any = repository.record_class(str(target))
            if sheet.case_column == "case_id":
                yield getattr(record_class, question.name).in_(select(sheet.id).where(sheet.case_id == record.id))
