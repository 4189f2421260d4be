"""The recycle list: what was deleted, and the way back."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext

from app.access.gate import administers, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.desk import Desk, desk
from app.pages.filling import Titles
from app.pages.moments import moment_text
from app.records.labels import link_titles, unmarked
from app.records.overview import Deleted, deleted_records
from app.records.tables import USER

MOST = 50


@dataclass(slots=True)
class DeletedRecord:
    """One deleted record."""

    label: str
    url: str
    when: str
    who: str
    restore_url: str


class RecyclePage(View):
    """Deleted records of every form whose records the worker may delete."""

    @page("/deleted", administers("recycle"))
    def deleted(self) -> str:
        at = desk()
        found = deleted_records(at.cabinet, [key for key in at.seen_forms() if at.worker.may("delete", key)], MOST)
        titles = link_titles(at.cabinet, at.seen_forms(), _named(found), at.reading, with_deleted=True)
        return render_template("recycle.html", title=gettext("Deleted records"), entries=[
            _told(at, record, titles) for record in found
        ])


def _named(found: Iterable[Deleted]) -> dict[str, set[int]]:
    """The records, their cases, and who deleted them."""
    wanted: dict[str, set[int]] = {}
    for one in found:
        for target, number in ((one.form, one.id), (CASE, one.case_id), (USER, one.by)):
            if number is not None:
                wanted.setdefault(target, set()).add(number)
    return wanted


def _told(at: Desk, record: Deleted, titles: Titles) -> DeletedRecord:
    address = {"form": record.form, "record_id": record.id}
    return DeletedRecord(
        _label(at, record, titles), url_for("RecordPages.show", **address), moment_text(record.at),
        titles.get((USER, record.by or 0), gettext("Dosar")), url_for("RecordPages.restore", **address),
    )


def _label(at: Desk, record: Deleted, titles: Titles) -> str:
    """What it is: its form, its name and its case."""
    form = say(at.forms[record.form].title, at.reading.language)
    names = [unmarked(titles[one]) for one in ((record.form, record.id), (CASE, record.case_id or 0)) if one in titles]
    return " · ".join(dict.fromkeys([*([] if names[:1] == [f"{form} {record.id}"] else [form]), *names]))
