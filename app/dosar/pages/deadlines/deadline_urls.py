"""The addresses of something that is due: the sheet on which it is done, and what may be made of it; and to whom they
are open."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort

from dosar.access.authorization import RouteAccess
from dosar.access.services import access_services
from dosar.access.worker import Worker
from dosar.language.form import CASE_FORM
from dosar.overview.deadlines.known_rules import known_rules, tells_of_deadlines
from dosar.overview.deadlines.reading import Deadline
from dosar.pages.context import PageContext
from dosar.pages.urls import new_sheet_url, next_query, record_url

WAIVED_URL = "/due/waived"
"""Where what was waived and belongs to no case is made due again."""


def deadlines_access() -> RouteAccess:
    """Open to roles that may see cases, or a form on which anything is ever due."""

    def check(worker: Worker, _: Mapping[str, Any]) -> None:
        if not tells_of_deadlines(access_services().definition, worker.scope.rights):
            abort(404)

    return RouteAccess(check)


def deadline_url(context: PageContext, due: Deadline, back: str = "") -> str:
    """A new sheet of the form that is due, where she may file one, and ``back`` after it; else what it is counted from.

    In a restricted case nothing is due but on the forms that are still written in it; who only reads it files none.
    """
    form = due.rule.due_form
    if due.rule.is_new_sheet and due.may_be_done(context.worker.scope):
        of_case = due.case_id is not None and context.repository.forms[form].belongs_to
        return new_sheet_url(form, due.case_id if of_case else None, back)
    return source_url(context, due)


def source_url(context: PageContext, due: Deadline) -> str:
    """The record it is counted from; the case, for who may not see that; nothing where she sees neither."""
    source = due.rule.source.form
    if source == CASE_FORM:
        return f"/cases/{due.record_id}"
    if context.worker.may("see", source):
        return record_url(source, due.record_id)
    return f"/cases/{due.case_id}" if due.case_id is not None and context.worker.may("see", CASE_FORM) else ""


def line_id(deadline: Deadline) -> str:
    """By which a page knows its line."""
    return f"due-{deadline.id}"


def backs_to_lines(found: Sequence[Deadline], back: str) -> list[str]:
    """For each of these the way back to the page of their lines, where something was made of it: to the line after it,
    of the last one to the line before."""
    lines = [line_id(each) for each in found]
    following = [*lines[1:], *(lines[-2:-1] or [""])] if lines else []
    return [f"{back}#{line}" if line else back for line in following]


def done_url(deadline: Deadline) -> str:
    """Where one says in one click that it is done today; nothing where a date is not enough."""
    return f"/due/{deadline.id}/done" if deadline.rule.rule.one_click else ""


def take_back_url(deadline: Deadline, waiver: int = 0, back: str = "") -> str:
    """Where it is made due again on its own day: what was moved, or by its number what was waived; and ``back`` after
    that."""
    query = f"?{next_query(back)}" if back else ""
    return f"{WAIVED_URL}/{waiver}/back{query}" if waiver else f"/due/{deadline.id}/back{query}"


def waived_url(context: PageContext) -> str:
    """:data:`WAIVED_URL` for who may correct a form of no case on which anything is ever due; else nothing."""
    scope, rules = context.worker.scope, known_rules(context.repository).values()
    decides = any(not rule.of_case and scope.may("correct", rule.source.form) for rule in rules)
    return WAIVED_URL if decides else ""


def move_url(deadline: Deadline, back: str = "") -> str:
    """Where it is moved or waived, and ``back`` after that; to its case where nothing is said."""
    query = f"?{next_query(back)}" if back else ""
    return f"/due/{deadline.id}/move{query}"
