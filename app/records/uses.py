"""Where a record is used: the sheets that point to it, and of a case those that would be deleted with it.

Asked before it is deleted. Of sheets the worker does not see she learns one thing: that there are some. How many,
of which form or case is not told, and a private sheet is nobody's business: it is not even among those.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, func, literal, not_, or_, select, union_all

from app.language.form import CASE, Form
from app.language.question import Question
from app.records.cabinet import Cabinet
from app.records.scope import SYSTEM, acting_as
from app.records.tables import USER, Record

Counts = Mapping[str, int]
"""Form → how many sheets of it."""


@dataclass(frozen=True)
class Uses:
    """Where a record is used, as far as its worker may know."""

    pointing: Counts
    """The sheets that point to it, or to a sheet of the case."""
    within: Counts
    """The sheets of the case: they are deleted with it."""
    elsewhere: bool
    """Whether there are more, which she does not see."""

    def __bool__(self) -> bool:
        return bool(self.pointing or self.within or self.elsewhere)


def uses(cabinet: Cabinet, known: Mapping[str, Form], record: Record) -> Uses:
    """Where the record is used: two statements. ``known`` are the forms as the worker may know them."""
    pointing, within = _counted(cabinet, known, record)
    with acting_as(SYSTEM):
        shared = {key: form for key, form in cabinet.forms.items() if not form.private_to}
        every = _counted(cabinet, shared, record)
    elsewhere = any(
        count > seen.get(key, 0) for seen, whole in zip((pointing, within), every, strict=True)
        for key, count in whole.items()
    )
    return Uses(pointing, within, elsewhere)


def _counted(cabinet: Cabinet, known: Mapping[str, Form], record: Record) -> tuple[Counts, Counts]:
    """The sheets that point to the record, and those of the case it is: one statement for all forms."""
    queries = [query for form in known.values() for query in _queries(cabinet, form, record)]
    found: dict[str, dict[str, int]] = {"pointing": {}, "within": {}}
    for kind, key, count in cabinet.session.execute(union_all(*queries)) if queries else ():
        if count:
            found[kind][key] = count
    return found["pointing"], found["within"]


def _queries(cabinet: Cabinet, form: Form, record: Record) -> Iterator[Any]:
    """(how they use it, the form, how many sheets of it), for a form that may use it."""
    kept: Any = cabinet.record_class(form.key)
    itself = kept.id == record.id if form.key == record.form_key else false()
    if record.form_key == CASE and kept.case_column == "case_id":
        itself = kept.case_id == record.id
        yield _count("within", kept, itself)
    if points := list(_pointing(cabinet, form, kept, record)):
        yield _count("pointing", kept, or_(*points) & not_(itself))


def _count(how: str, kept: Any, condition: Any) -> Any:
    return select(literal(how), literal(kept.form_key), func.count(kept.id)).where(condition)


def _pointing(cabinet: Cabinet, form: Form, kept: Any, record: Record) -> Iterator[Any]:
    """That a question of the sheet points to the record, or one in a row does."""
    for question in form.questions.values():
        yield from _to(cabinet, [question], kept, record)
        rows: Any = cabinet.tables.rows.get((form.key, question.name))
        for points in _to(cabinet, question.columns_asked(), rows, record):
            yield kept.id.in_(select(rows.record_id).where(points))


def _to(cabinet: Cabinet, questions: Iterable[Question], kept: Any, record: Record) -> Iterator[Any]:
    """That one of these columns points to the record; to a sheet of it, if it is a case."""
    for question in questions:
        target = question.link_target()
        if target == record.form_key:
            yield getattr(kept, question.name) == record.id
        elif record.form_key == CASE and target not in (None, USER) and target in cabinet.tables.records:
            sheet: Any = cabinet.record_class(str(target))
            if sheet.case_column == "case_id":
                yield getattr(kept, question.name).in_(select(sheet.id).where(sheet.case_id == record.id))
