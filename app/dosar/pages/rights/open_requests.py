"""The open requests of persons on the page of the rights, each with the day by which it is answered.

Who sees the requests reads those of the cases she reaches. Whoever watches over the protection of data reads all of
them, by the numbers of the cases: what is asked and until when, and nothing else of the sheet.
"""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from dosar.access.accounts.deciders import advises
from dosar.access.services import access_services
from dosar.language.form import Form
from dosar.language.organisation.stages import RequestRegister
from dosar.language.text.texts import text_in_language
from dosar.overview.data_requests import OpenRequest, open_requests
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text, due_text
from dosar.pages.rights.numbers import told_numbers
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.titles import show_answer


@dataclass(slots=True)
class OpenRequestLine:
    """One request, leading to its sheet for who may open it."""

    what: str
    when: str
    url: str
    is_late: bool


def open_request_lines(context: PageContext) -> list[OpenRequestLine] | None:
    """The open requests she may know of, the oldest first; ``None`` where she may know of none."""
    register = context.repository.definition.stages.requests
    if register is None or register.form not in context.repository.forms:
        return None
    sees, watches = context.worker.may("see", register.form), advises(access_services(), context.worker)
    if not (sees or watches):
        return None
    hers = open_requests(context.repository, register, context.forms[register.form]) if sees else []
    found = _all_requests(context, register) if watches else hers
    known = context.forms[register.form] if sees and not watches else _nameless(context, register)
    numbers, opened = told_numbers(context, [each.case_id for each in found]), {each.record_id for each in hers}
    return [
        _line(context, register, known, each, numbers.get(each.case_id, ""), each.record_id in opened) for each in found
    ]


def _nameless(context: PageContext, register: RequestRegister) -> Form:
    """The form as somebody without any clearance knows it."""
    return context.repository.forms_known_with(frozenset())[register.form]


def _all_requests(context: PageContext, register: RequestRegister) -> list[OpenRequest]:
    with acting_as(SYSTEM_SCOPE):
        return open_requests(context.repository, register, _nameless(context, register))


def _line(
    context: PageContext, register: RequestRegister, known: Form, asked: OpenRequest, number: str, opens: bool
) -> OpenRequestLine:
    kind = known.questions.get(register.kind)
    said = "" if kind is None or asked.kind is None else show_answer(kind, asked.kind, context.reading)
    received = "" if asked.received is None else gettext("received %(day)s", day=day_text(asked.received))
    due = gettext("answer due %(day)s", day=due_text(asked.due, context.reading))
    return OpenRequestLine(
        " · ".join(filter(None, (number, said or text_in_language(known.title, context.reading.language)))),
        " · ".join(filter(None, (received, due))),
        url_for("RecordPages.show", form=register.form, record_id=asked.record_id) if opens else "",
        asked.due < context.reading.today,
    )
