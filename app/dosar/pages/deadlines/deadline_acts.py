"""What somebody may make of what is due: do it, say that it is done, move it."""

from dosar.overview.deadlines.reading import Deadline
from dosar.pages.context import PageContext


def may_do(context: PageContext, deadline: Deadline) -> bool:
    """Whether she may do what is due: file the sheet, or answer on the one there is."""
    rule = deadline.rule
    return context.worker.may("enter" if rule.is_new_sheet else "correct", rule.due_form)


def done_url(deadline: Deadline) -> str:
    """Where one says in one click that it is done today; nothing where a date is not enough."""
    return f"/due/{deadline.id}/done" if deadline.rule.rule.one_click else ""


def move_url(deadline: Deadline) -> str:
    """Where it is moved or waived."""
    return f"/due/{deadline.id}/move"
