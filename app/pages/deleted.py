"""The recycle list: what was deleted, and the way back."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import format_datetime, gettext
from sqlalchemy import select

from app.access.gate import administers, page
from app.access.view import View
from app.language.texts import say
from app.pages.desk import Desk, desk
from app.records.labels import user_names
from app.records.tables import Record

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
        found = [record for key in at.seen_forms() if at.worker.may("delete", key) for record in _deleted(at, key)]
        found.sort(key=lambda record: record.deleted_at, reverse=True)
        names = user_names(at.cabinet, [record.deleted_by for record in found])
        return render_template("recycle.html", title=gettext("Deleted records"), entries=[
            _told(at, record, names) for record in found[:MOST]
        ])


def _deleted(at: Desk, key: str) -> list[Record]:
    kept: Any = at.cabinet.record_class(key)
    return list(at.cabinet.session.scalars(
        select(kept).where(kept.deleted_at.is_not(None)).order_by(kept.deleted_at.desc()).limit(MOST),
        execution_options={"with_deleted": True},
    ))


def _told(at: Desk, record: Record, names: dict[int, str]) -> DeletedRecord:
    key = record.form_key
    address = {"form": key, "record_id": record.id}
    return DeletedRecord(
        f"{say(at.forms[key].title, at.reading.language)} {record.id}", url_for("RecordPages.show", **address),
        format_datetime(record.deleted_at, "short"), names.get(record.deleted_by, ""),
        url_for("RecordPages.restore", **address),
    )
