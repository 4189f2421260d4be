"""Where somebody goes from a line that says what is due."""

from dosar.language.form import CASE_FORM
from dosar.overview.deadlines.reading import Deadline
from dosar.pages.context import PageContext
from dosar.pages.urls import new_sheet_url, record_url


def may_do(context: PageContext, deadline: Deadline) -> bool:
    """Whether she may do what is due: file the sheet, or answer on the one there is."""
    rule = deadline.rule
    return context.worker.may("enter" if rule.is_new_sheet else "correct", rule.due_form)


def deadline_url(context: PageContext, deadline: Deadline) -> str:
    """The sheet to begin, for who may; else the sheet it is counted from, as far as she sees it; else the case."""
    rule = deadline.rule
    if rule.is_new_sheet and context.worker.may("enter", rule.due_form):
        if deadline.case_id is not None:
            return new_sheet_url(rule.due_form, deadline.case_id)
        return f"/records/{rule.due_form}/new"
    if rule.source.form != CASE_FORM and context.worker.may("see", rule.source.form):
        return record_url(rule.source.form, deadline.record_id)
    if deadline.case_id is not None:
        return f"/cases/{deadline.case_id}"
    return record_url(rule.source.form, deadline.record_id)


def done_url(deadline: Deadline) -> str:
    """Where one says in one click that it is done today; nothing where a date is not enough."""
    return f"/due/{deadline.id}/done" if deadline.rule.rule.one_click else ""


def move_url(deadline: Deadline) -> str:
    """Where it is moved or waived."""
    return f"/due/{deadline.id}/move"
