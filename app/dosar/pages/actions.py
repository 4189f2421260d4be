"""Where a worker goes from a record: its page, back to where it stands, or on, because it is saved."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.pages.context import PageContext
from dosar.pages.urls import page_url
from dosar.records.scope.row_scope import may_withdraw, right_to_accept

PageResponse = Response | str | tuple[str, int]
"""What a page answers a request with: another page, its text, or its text and a status."""
PageAction = tuple[str, str, str, str]
"""Label, address, method and kind (primary, danger) of a button."""


def record_face_url(form: str, record_id: int, url_arguments: Mapping[str, str] | None = None) -> str:
    return page_url("RecordPages.show", url_arguments or {}, form=form, record_id=record_id)


def return_url(form: str, case: Any) -> str:
    """The case the record stands in, else the list of its form."""
    case_id = case.id if isinstance(case, Record) else case
    return url_for("CasePages.case", case_id=case_id) if case_id else url_for("RecordPages.list", form=form)


def saved_response(text: str, url: str, undo: tuple[str, str] | None = None) -> Response:
    """Say that it is saved, with a way back, and go on."""
    notice: Any = {"text": text, "label": undo[0], "url": undo[1]} if undo else text
    flash(notice, "success")
    return redirect(url, 303)


def case_of(record: Record) -> int | None:
    """The case that the record belongs to, if its form belongs to cases."""
    found: int | None = getattr(record, record.case_column) if record.case_column else None
    return found


def correcting_look(context: PageContext, case_id: int | None) -> str:
    """How strong the button is that corrects a sheet: in a restricted case it is not what one came for."""
    return "" if context.restrictions_of(case_id) else "primary"


def may_accept_sheets(context: PageContext, form: str) -> bool:
    """Whether the worker may accept what others filed on this form."""
    return not context.actor.checked and context.worker.may(
        right_to_accept(context.repository.record_class(form)), form
    )


def record_actions(
    context: PageContext, form: Form, record: Record, url_arguments: Mapping[str, str]
) -> list[PageAction]:
    """What the worker may do with this record."""
    record_arguments = {"form": form.key, "record_id": record.id}

    def address(act: str) -> str:
        return url_for(f"RecordPages.{act}", **record_arguments)

    is_written = context.is_written(form.key, case_of(record))
    if record.deleted_at is not None:
        return [(gettext("Restore"), address("restore"), "post", "primary")] if is_written else []
    acts: list[PageAction] = []
    if record.to_check and may_accept_sheets(context, form.key) and not context.is_read_only(case_of(record)):
        acts.append((gettext("Accept"), url_for("AcceptingPages.accept", **record_arguments), "post", "primary"))
        acts.append((gettext("Return with a note"), url_for("AcceptingPages.send_back", **record_arguments), "get", ""))
    if form.append_only or not is_written:
        return acts
    corrects, deletes = context.worker.may("correct", form.key), context.worker.may("delete", form.key)
    if corrects:
        edit = page_url("RecordPages.edit", url_arguments, form=form.key, record_id=record.id)
        acts.append((gettext("Correct"), edit, "get", correcting_look(context, case_of(record))))
    if deletes:
        acts.append((gettext("Delete"), address("delete"), "post", "danger"))
    elif may_withdraw(context.worker.scope, record):
        acts.append((gettext("Take back"), address("withdraw"), "post", "danger"))
    return acts
