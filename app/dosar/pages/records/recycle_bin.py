"""The recycle list: what was deleted, and the way back."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.overview.case_overview import RecordDeletion, deleted_records
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text
from dosar.pages.linked_titles import RecordTitles
from dosar.records.titles import link_titles, strip_deleted_mark

MAX_DELETED_SHOWN = 50


@dataclass(slots=True)
class DeletedRecord:
    """One deleted record."""

    label: str
    url: str
    when: str
    who: str
    restore_url: str


class RecycleBinPage(PageView):
    """Deleted records of every form whose records the worker may delete."""

    @page_route("/deleted", requires_page("recycle"))
    def deleted(self) -> str:
        context = page_context()
        found = deleted_records(
            context.repository,
            [key for key in context.seen_forms() if context.worker.may("delete", key)],
            MAX_DELETED_SHOWN,
        )
        titles = link_titles(
            context.repository, context.seen_forms(), _title_ids(found), context.reading, with_deleted=True
        )
        return render_template(
            "records/recycle_bin.html",
            title=gettext("Deleted records"),
            entries=[_deleted_record(context, record, titles) for record in found],
        )


def _title_ids(found: Iterable[RecordDeletion]) -> dict[str, set[int]]:
    """The records, their cases, and who deleted them."""
    ids_by_form: dict[str, set[int]] = {}
    for deletion in found:
        for target, number in ((deletion.form, deletion.id), (CASE_FORM, deletion.case_id), (USER_LINK, deletion.by)):
            if number is not None:
                ids_by_form.setdefault(target, set()).add(number)
    return ids_by_form


def _deleted_record(context: PageContext, record: RecordDeletion, titles: RecordTitles) -> DeletedRecord:
    return DeletedRecord(
        _record_label(context, record, titles),
        url_for("RecordPages.show", form=record.form, record_id=record.id),
        moment_text(record.at),
        titles.get((USER_LINK, record.by or 0), gettext("Dosar")),
        url_for("RecordPages.restore", form=record.form, record_id=record.id),
    )


def _record_label(context: PageContext, record: RecordDeletion, titles: RecordTitles) -> str:
    """What it is: its form, its name and its case."""
    form = context.form_title(record.form)
    names = [
        strip_deleted_mark(titles[key])
        for key in ((record.form, record.id), (CASE_FORM, record.case_id or 0))
        if key in titles
    ]
    return " · ".join(dict.fromkeys([*([] if names[:1] == [f"{form} {record.id}"] else [form]), *names]))
