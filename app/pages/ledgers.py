"""A ledger as the paper has it: all lines of one case, section by section, with sums and places to sign."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flask import abort, render_template, request, url_for

from app.access.gate import may, page
from app.access.view import View
from app.language.form import Form
from app.language.texts import say
from app.pages.addresses import record_number
from app.pages.desk import Desk, desk, found_or_404
from app.pages.listing import Sum, SumLine, divided_by, group_label, running_totals
from app.pages.reading_sheet import ReadQuestion, read_question, signature_lines
from app.records.lists import MOST_COLUMNS, ListPage, Wish, latest, list_page, shown_columns
from app.records.sheets import answers_of

MOST = 2000
"""So many lines are printed; a case has a few hundred at most."""


@dataclass(slots=True)
class GroupLine:
    """A line, and whether it waits for acceptance: then it is in no sum."""

    cells: list[str]
    is_waiting: bool


@dataclass(slots=True)
class Group:
    """The lines of one section, and their sum."""

    label: str
    lines: list[GroupLine]
    sum: str


class LedgerPages(View):
    """The ledgers of one case, to be printed and signed."""

    @page("/records/<form>/ledger", may("see"))
    def ledger(self, form: str) -> str:
        at, known = desk(), desk().form(form)
        case_id, by = request.args.get("case", type=record_number), divided_by(known)
        if case_id is None or not by:
            abort(404)
        case = found_or_404(at.cabinet.case, case_id)
        others = [name for name in known.list if name != by]
        wish = Wish(sort=by, case_id=case_id, columns=(by, *others[:MOST_COLUMNS - 1]))
        columns = shown_columns(known, wish)
        found = list_page(at.cabinet, at.seen_forms(), form, wish, at.reading, size=MOST)
        sums = running_totals(at, known, wish)
        divided = sums[0] if sums else Sum("", [])
        language = at.reading.language
        return render_template(
            "ledger.html", title=say(known.plural or known.title, language), case=at.case_head(case),
            form_title=say(known.plural or known.title, language),
            heads=[say(known.questions[name].label, language) for name in columns if name != by],
            to_sign=[say(one.label, language) for one in known.signatures if one.each_row],
            groups=list(_groups(at, known, found, columns.index(by), divided)),
            head=_told(at, known.paper_ledger.head, case_id), foot=_told(at, known.paper_ledger.foot, case_id),
            totals=sums, back_url=url_for("RecordPages.list", form=form, case=case_id),
            signatures=signature_lines(known, language),
        )


def _told(at: Desk, names: Sequence[str], case_id: int) -> list[ReadQuestion]:
    """What the case's last sheets of other forms say, as far as she may know it."""
    known, told = at.seen_forms(), []
    for key, asked in (name.split(".") for name in names):
        if key in known and asked in known[key].questions:
            last, question = latest(at.cabinet, known[key], case_id), known[key].questions[asked]
            answers = answers_of(at.cabinet, last) if last is not None else {}
            told.append(read_question(at, question, answers.get(asked), at.titles([question], answers)))
    return told


def _groups(at: Desk, form: Form, found: ListPage, place: int, divided: Sum) -> Iterator[Group]:
    """The sections in the order of their list; those without a line are left out, unless the paper has them all.

    ``place`` is the column that says which section a line is of.
    """
    offered = form.questions[divided_by(form)].options()
    order = [say(choice.label, at.reading.language) for choice in offered]
    every = list(zip(found.ids, found.cells, strict=True))
    for label in dict.fromkeys([*order, *(cells[place] for cells in found.cells)]):
        lines = [
            GroupLine([*cells[:place], *cells[place + 1:]], one in found.waiting)
            for one, cells in every if cells[place] == label
        ]
        if lines or (form.paper_ledger.every_section and label in order):
            named = label or group_label(None)
            yield Group(named, lines, _sums(divided, lambda line, named=named: line.by == named))


def _sums(of: Sum, wanted: Callable[[SumLine], bool]) -> str:
    """The amounts of these lines, a currency after the other."""
    return " · ".join(line.amounts for line in of.lines if wanted(line))
