"""The recycle list: what was deleted, and the way back."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext

from app.access.gate import administers, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.desk import Desk, desk
from app.pages.moments import moment_text
from app.records.labels import user_names
from app.records.overview import Deleted, case_titles, deleted_records

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
        names = user_names(at.cabinet, [record.by for record in found], at.reading)
        cases = case_titles(at.cabinet, at.forms[CASE], [one.case_id for one in found], at.reading) \
            if at.worker.may("see", CASE) else {}
        return render_template("recycle.html", title=gettext("Deleted records"), entries=[
            _told(at, record, names, cases) for record in found
        ])


def _told(at: Desk, record: Deleted, names: dict[int, str], cases: dict[int, str]) -> DeletedRecord:
    address = {"form": record.form, "record_id": record.id}
    return DeletedRecord(
        _label(at, record, cases.get(record.case_id or 0, "")),
        url_for("RecordPages.show", **address), moment_text(record.at),
        names.get(record.by or 0, gettext("Dosar")), url_for("RecordPages.restore", **address),
    )


def _label(at: Desk, record: Deleted, case: str) -> str:
    """Which sheet it is, and of which case."""
    form = say(at.forms[record.form].title, at.reading.language)
    which = form if record.form == CASE and case else f"{form} {record.id}"
    return f"{which} · {case}" if case else which
