"""A ledger as the paper has it: all lines of one case, section by section, with sums and places to sign."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import abort, render_template, request, url_for

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.database.audit.trail import note_event
from dosar.language.form import Form
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.lists.list_view import (
    RunningTotal,
    RunningTotalLine,
    ledger_division,
    running_totals,
    total_group_label,
)
from dosar.pages.rendering.record_view import ShownQuestion, shown_question, signature_lines
from dosar.pages.urls import parse_record_number
from dosar.records.lists.list_columns import MAX_LIST_COLUMNS, shown_columns
from dosar.records.lists.list_page import ListPage, list_page
from dosar.records.lists.list_query import ListQuery, latest_sheet
from dosar.records.sheets.stored_answers import answers_of

MAX_LEDGER_LINES = 2000
"""So many lines are printed; a case has a few hundred at most."""


@dataclass(slots=True)
class LedgerLine:
    """A line, and whether it waits for acceptance: then it is in no sum."""

    cells: list[str]
    is_waiting: bool


@dataclass(slots=True)
class LedgerGroup:
    """The lines of one section, and their sum."""

    label: str
    lines: list[LedgerLine]
    sum: str


class LedgerPages(PageView):
    """The ledgers of one case, to be printed and signed."""

    @page_route("/records/<form>/ledger", requires_permission("see"))
    def ledger(self, form: str) -> str:
        context, known = page_context(), page_context().form(form)
        case_id, by = request.args.get("case", type=parse_record_number), ledger_division(known)
        if case_id is None or not by:
            abort(404)
        case = find_or_404(context.repository.case, case_id)
        other_columns = [name for name in known.list if name != by]
        note_event("print", case_id, {form: []})
        list_query = ListQuery(sort=by, case_id=case_id, columns=(by, *other_columns[: MAX_LIST_COLUMNS - 1]))
        columns = shown_columns(known, list_query)
        found = list_page(
            context.repository, context.seen_forms(), form, list_query, context.reading, size=MAX_LEDGER_LINES
        )
        sums = running_totals(context, known, list_query)
        divided = sums[0] if sums else RunningTotal("", [])
        language = context.reading.language
        return render_template(
            "lists/ledger.html",
            title=text_in_language(known.plural or known.title, language),
            case=context.case_head(case),
            form_title=text_in_language(known.plural or known.title, language),
            heads=[text_in_language(known.questions[name].label, language) for name in columns if name != by],
            to_sign=[
                text_in_language(signature.label, language) for signature in known.signatures if signature.each_row
            ],
            groups=list(_ledger_groups(context, known, found, columns.index(by), divided)),
            head=_case_facts(context, known.paper_ledger.head, case_id),
            foot=_case_facts(context, known.paper_ledger.foot, case_id),
            totals=sums,
            back_url=url_for("RecordPages.list", form=form, case=case_id),
            signatures=signature_lines(known, language),
        )


def _case_facts(context: PageContext, names: Sequence[str], case_id: int) -> list[ShownQuestion]:
    """What the case's last sheets of other forms say, as far as she may know it."""
    known, facts = context.seen_forms(), []
    for key, question_name in (name.split(".") for name in names):
        if key in known and question_name in known[key].questions:
            last, question = latest_sheet(context.repository, known[key], case_id), known[key].questions[question_name]
            answers = answers_of(context.repository, last) if last is not None else {}
            facts.append(
                shown_question(context, question, answers.get(question_name), context.titles([question], answers))
            )
    return facts


def _ledger_groups(
    context: PageContext, form: Form, found: ListPage, column: int, divided: RunningTotal
) -> Iterator[LedgerGroup]:
    """The sections in the order of their list; those without a line are left out, unless the paper has them all.

    ``column`` is the position of the cell that says which section a line is of.
    """
    offered = form.questions[ledger_division(form)].options()
    order = [text_in_language(choice.label, context.reading.language) for choice in offered]
    every = list(zip(found.ids, found.cells, strict=True))
    for label in dict.fromkeys([*order, *(cells[column] for cells in found.cells)]):
        lines = [
            LedgerLine([*cells[:column], *cells[column + 1 :]], record_id in found.waiting)
            for record_id, cells in every
            if cells[column] == label
        ]
        if lines or (form.paper_ledger.every_section and label in order):
            named = label or total_group_label(None)
            yield LedgerGroup(named, lines, _sums_text(line for line in divided.lines if line.by == named))


def _sums_text(lines: Iterable[RunningTotalLine]) -> str:
    """The amounts of these lines, a currency after the other."""
    return " · ".join(line.amounts for line in lines)
