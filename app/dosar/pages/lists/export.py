"""Taking a list along: the records, columns and order that stand on the page, as a file, for a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from flask_babel import format_decimal, gettext, lazy_gettext
from wtforms.fields import SelectChoice

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.exchange.spreadsheets import XLSX_MEDIA_TYPE, CellWriter, ExportColumn, csv_file, xlsx_file
from dosar.language.form import CASE_FORM, Form
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text, reason_text
from dosar.pages.input.forms import LONGEST_REASON, OneOf, TranslatedForm, required_line
from dosar.pages.lists.list_view import requested_list_query
from dosar.pages.urls import page_url
from dosar.records.export_log import Export, latest_exports, note_export
from dosar.records.lists.list_columns import shown_columns, shows_case_column
from dosar.records.lists.list_page import list_answers, list_record_ids
from dosar.records.lists.list_query import ListQuery, has_waiting_records
from dosar.records.lists.saved_lists import own_lists
from dosar.records.titles import user_names

MAX_EXPORTED_RECORDS = 10_000

EXPORT_KINDS = {
    "xlsx": lazy_gettext("Excel workbook (.xlsx)"),
    "csv_semicolon": lazy_gettext("Text with semicolons, for a Romanian Excel (.csv)"),
    "csv": lazy_gettext("Text with commas (.csv)"),
}
CSV_SEPARATORS = {"csv": ",", "csv_semicolon": ";"}
HEAD_KINDS = {
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


class ExportForm(TranslatedForm):
    """Which file, and what for."""

    kind = OneOf(
        lazy_gettext("File"),
        lazy_gettext("Choose a kind of file."),
        choices=[SelectChoice(*kind) for kind in EXPORT_KINDS.items()],
        default="xlsx",
    )
    heads = OneOf(
        lazy_gettext("Contents"),
        lazy_gettext("Choose what the file holds."),
        choices=[SelectChoice(*heads) for heads in HEAD_KINDS.items()],
        default="labels",
    )
    reason = required_line(
        lazy_gettext("What do you need the file for?"),
        lazy_gettext("Write why you take these records along."),
        LONGEST_REASON,
        lazy_gettext("Kept with your name, the moment and the number of records."),
    )


class ExportPages(PageView):
    """For roles that may export the form."""

    @page_route("/records/<form>/export", requires_permission("export"))
    def export(self, form: str) -> Any:
        context, known = page_context(), page_context().form(form)
        return _export_page(context, known, _export_query(context, known), ExportForm())

    @page_route("/records/<form>/export", requires_permission("export").with_recent_proof(), methods=("POST",))
    def take(self, form: str) -> Any:
        context, known = page_context(), page_context().form(form)
        list_query, export_form = _export_query(context, known), ExportForm()
        if not export_form.validate_on_submit():
            return _export_page(context, known, list_query, export_form)
        ids, kind = (
            list_record_ids(
                context.repository,
                context.seen_forms(),
                form,
                list_query,
                MAX_EXPORTED_RECORDS,
                context.reading.language,
            ),
            export_form.kind.data,
        )
        note_export(
            context.repository,
            known,
            context.worker.id,
            ids,
            kind,
            shown_columns(known, list_query),
            export_form.reason.data,
        )
        return _export_file(context, known, list_query, ids, kind, as_codes=export_form.heads.data == "names")


def _export_query(context: PageContext, form: Form) -> ListQuery:
    return requested_list_query(form, own_lists(context.repository, context.worker.id, form.key).columns)


def _export_page(context: PageContext, form: Form, list_query: ListQuery, export_form: ExportForm) -> Any:
    language = context.reading.language
    count = len(
        list_record_ids(context.repository, context.seen_forms(), form.key, list_query, MAX_EXPORTED_RECORDS + 1)
    )
    return render_template(
        "lists/export.html",
        title=gettext("Export of a list"),
        form_title=text_in_language(form.plural or form.title, language),
        action=request.full_path.rstrip("?"),
        back_url=page_url("RecordPages.list", request.args, form=form.key),
        form=export_form,
        count=format_decimal(min(count, MAX_EXPORTED_RECORDS)),
        too_many=count > MAX_EXPORTED_RECORDS,
        most=format_decimal(MAX_EXPORTED_RECORDS),
        columns=", ".join(
            head for column in _export_columns(context, form, list_query, False) for head in column.heads()
        ),
        words=list_query.words,
        past=_past_exports(context, latest_exports(context.repository, form)),
    ), export_form.status


def _past_exports(context: PageContext, found: list[Export]) -> list[PastExport]:
    names = user_names(context.repository, [export.user_id for export in found], context.reading)
    return [
        PastExport(
            moment_text(export.at),
            names.get(export.user_id or 0, gettext("Dosar")),
            f"{format_decimal(export.count)} · {EXPORT_KINDS.get(export.kind, export.kind)}",
            reason_text(export.reason),
        )
        for export in found
    ]


def _export_columns(context: PageContext, form: Form, list_query: ListQuery, as_codes: bool) -> list[ExportColumn]:
    language = context.reading.language
    columns = []
    if shows_case_column(context.seen_forms(), form, list_query):
        columns.append(
            ExportColumn("case_id" if as_codes else text_in_language(context.forms[CASE_FORM].title, language))
        )
    for name in shown_columns(form, list_query):
        question = form.questions[name]
        label = name if as_codes else text_in_language(question.label, language)
        currency = question.currency_column if as_codes else f"{label}: {gettext('Currency')}"
        columns.append(ExportColumn(label, question, currency))
    return columns


def _export_file(
    context: PageContext, form: Form, list_query: ListQuery, ids: list[int], kind: str, as_codes: bool
) -> Response:
    columns, writing = _export_columns(context, form, list_query, as_codes), CellWriter(context.reading, as_codes)
    heads = [head for column in columns for head in column.heads()]
    tells = has_waiting_records(context.repository, form, list_query)
    waits = "to_check" if as_codes else gettext("Waits for acceptance, not counted")

    def rows() -> Iterator[list[Any]]:
        for waiting, answers in list_answers(
            context.repository, context.seen_forms(), form.key, list_query, context.reading, ids
        ):
            yield [*writing.row(columns, answers), *([waits if waiting else None] if tells else [])]

    heads += [waits] if tells else []

    name = f"{form.key}-{context.reading.today.isoformat()}"
    if kind == "xlsx":
        cut_note = gettext("[The text is longer than a cell of a workbook: all of it is in Dosar and in a .csv file.]")
        return _file_response(xlsx_file(heads, rows(), form.key, cut_note), f"{name}.xlsx", XLSX_MEDIA_TYPE)
    return _file_response(csv_file(heads, rows(), CSV_SEPARATORS[kind]), f"{name}.csv", "text/csv; charset=utf-8")


def _file_response(contents: bytes, name: str, media_type: str) -> Response:
    """The name of the file says which form and when, never whose. It is whole before the first byte leaves."""
    disposition = f'attachment; filename="{name}"'
    return Response(contents, content_type=media_type, headers={"Content-Disposition": disposition})
