"""The numbers of cases on the pages of the rights: read together, and told by the audit log as a list."""

from collections.abc import Iterable

from dosar.language.form import CASE_FORM
from dosar.pages.context import PageContext
from dosar.records.reading.case_numbers import numbers_of_cases
from dosar.records.titles import link_titles, strip_deleted_mark


def case_numbers(context: PageContext, ids: Iterable[int]) -> dict[int, str]:
    """Case → the number it goes by, deleted ones too, for those within reach: one statement."""
    if not context.worker.may("see", CASE_FORM):
        return {}
    nameless = context.repository.forms[CASE_FORM].seen_with(frozenset())
    titles = link_titles(
        context.repository, {CASE_FORM: nameless}, {CASE_FORM: set(ids)}, context.reading, with_deleted=True
    )
    return {case_id: strip_deleted_mark(text) for (_, case_id), text in titles.items()}


def told_numbers(context: PageContext, ids: Iterable[int]) -> dict[int, str]:
    """The same; whoever watches over the audit log knows the numbers of all."""
    known = set(ids)
    watched = numbers_of_cases(context.repository, known) if "audit" in context.worker.pages else {}
    return {**watched, **case_numbers(context, known)}
