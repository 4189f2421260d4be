"""Taking a list along: the records, columns and order that stand on the page, as a file, for a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import format_decimal, gettext, lazy_gettext

from app.access.gate import may, page
from app.access.view import View
from app.exchange.sheets_out import Column, Writing, csv_file, xlsx_file
from app.language.form import CASE, Form
from app.language.texts import say
from app.pages.asked import AskedOption
from app.pages.desk import Desk, desk
from app.pages.listing import wish_of
from app.pages.moments import moment_text
from app.records.exported import Export, exports, note_export
from app.records.labels import user_names
from app.records.lists import Wish, answers_listed, any_waiting, listed, names_case, shown_columns
from app.records.saved_lists import own_lists

MOST = 10_000
LONGEST_REASON = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS = {
    "xlsx": lazy_gettext("Excel workbook (.xlsx)"),
    "csv_semicolon": lazy_gettext("Text with semicolons, for a Romanian Excel (.csv)"),
    "csv": lazy_gettext("Text with commas (.csv)"),
}
SEPARATORS = {"csv": ",", "csv_semicolon": ";"}
HEADS = {
    "labels": lazy_gettext("The questions and answers in words"),
    "names": lazy_gettext("The names of the questions and the codes of the answers, for analysis"),
}


@dataclass(slots=True)
class PastExport:
    """A file made earlier."""

    when: str
    who: str
    what: str
    reason: str


class ExportPages(View):
    """For roles that may export the form."""

    @page("/records/<form>/export", may("export"))
    def export(self, form: str) -> str:
        at, known = desk(), desk().form(form)
        return _page(at, known, _wish(at, known))

    @page("/records/<form>/export", may("export"), methods=("POST",))
    def take(self, form: str) -> Any:
        at, known = desk(), desk().form(form)
        wish, reason = _wish(at, known), request.form.get("reason", "").strip()[:LONGEST_REASON]
        kind = request.form.get("kind", "xlsx")
        if not reason or kind not in KINDS:
            return _page(at, known, wish, gettext("Write why you take these records along.")), 422
        ids = listed(at.cabinet, at.seen_forms(), form, wish, MOST, at.reading.language)
        note_export(at.cabinet, known, at.worker.id, len(ids), kind, shown_columns(known, wish), reason)
        return _file(at, known, wish, ids, kind, as_codes=request.form.get("heads") == "names")


def _wish(at: Desk, form: Form) -> Wish:
    return wish_of(form, own_lists(at.cabinet, at.worker.id, form.key).columns)


def _page(at: Desk, form: Form, wish: Wish, problem: str = "") -> str:
    language = at.reading.language
    count = len(listed(at.cabinet, at.seen_forms(), form.key, wish, MOST + 1))
    back = {**request.args.to_dict(), "form": form.key}
    return render_template(
        "export.html", title=gettext("Export of a list"), form_title=say(form.plural or form.title, language),
        action=request.full_path.rstrip("?"), back_url=url_for("RecordPages.list", **back), problem=problem,
        count=format_decimal(min(count, MOST)), too_many=count > MOST, most=format_decimal(MOST),
        columns=", ".join(head for column in _columns(at, form, wish, False) for head in column.heads()),
        kinds=_options(KINDS, request.form.get("kind", "xlsx")),
        heads=_options(HEADS, request.form.get("heads", "labels")),
        words=wish.words, past=_past(at, exports(at.cabinet, form)),
    )


def _options(offered: dict[str, Any], chosen: str) -> list[AskedOption]:
    return [AskedOption(code, str(label), code == chosen) for code, label in offered.items()]


def _past(at: Desk, found: list[Export]) -> list[PastExport]:
    names = user_names(at.cabinet, [one.user_id for one in found], at.reading)
    return [
        PastExport(
            moment_text(one.at), names.get(one.user_id or 0, gettext("Dosar")),
            f"{format_decimal(one.count)} · {KINDS.get(one.kind, one.kind)}", one.reason,
        )
        for one in found
    ]


def _columns(at: Desk, form: Form, wish: Wish, as_codes: bool) -> list[Column]:
    language = at.reading.language
    columns = []
    if names_case(at.seen_forms(), form, wish):
        columns.append(Column("case_id" if as_codes else say(at.forms[CASE].title, language)))
    for name in shown_columns(form, wish):
        question = form.questions[name]
        label = name if as_codes else say(question.label, language)
        currency = question.currency_column if as_codes else f"{label}: {gettext('Currency')}"
        columns.append(Column(label, question, currency))
    return columns


def _file(at: Desk, form: Form, wish: Wish, ids: list[int], kind: str, as_codes: bool) -> Response:
    columns, writing = _columns(at, form, wish, as_codes), Writing(at.reading, as_codes)
    heads = [head for column in columns for head in column.heads()]
    tells = any_waiting(at.cabinet, form, wish)
    waits = "to_check" if as_codes else gettext("Waits for acceptance, not counted")

    def rows() -> Iterator[list[Any]]:
        for waiting, answers in answers_listed(at.cabinet, at.seen_forms(), form.key, wish, at.reading, ids):
            yield [*writing.row(columns, answers), *([waits if waiting else None] if tells else [])]

    heads += [waits] if tells else []

    name = f"{form.key}-{at.reading.today.isoformat()}"
    if kind == "xlsx":
        return _attached(xlsx_file(heads, rows(), form.key), f"{name}.xlsx", XLSX)
    return _attached(csv_file(heads, rows(), SEPARATORS[kind]), f"{name}.csv", "text/csv; charset=utf-8")


def _attached(contents: bytes, name: str, media_type: str) -> Response:
    """The name of the file says which form and when, never whose. It is whole before the first byte leaves."""
    disposition = f'attachment; filename="{name}"'
    return Response(contents, content_type=media_type, headers={"Content-Disposition": disposition})
