"""Many paper sheets typed in one after another: how many sheets today, the last ones, and the way back from a slip."""

from dataclasses import dataclass
from datetime import datetime

from flask import session, url_for
from flask_babel import gettext, ngettext

from dosar.access.organisation.time_zones import local_midnight
from dosar.access.services import access_services
from dosar.language.form import CASE_FORM, Form
from dosar.overview.case_overview import WaitingRecord, records_entered_by
from dosar.pages.actions import record_face_url
from dosar.pages.context import PageContext
from dosar.pages.formatting import time_text
from dosar.records.titles import link_titles

MAX_BATCH_ENTRIES = 10
MAX_BATCH_COUNTED = 500


@dataclass(slots=True)
class BatchEntry:
    """A sheet typed in today."""

    label: str
    url: str
    note: str
    undo_url: str
    """Where it is taken back; an entry of a ledger is reversed, on a page that asks why."""


@dataclass(slots=True)
class EntryBatch:
    """What was typed in so far."""

    heading: str
    entries: list[BatchEntry]
    undo_label: str
    is_undone_here: bool
    """Whether a press is enough."""
    other_case_url: str
    """The next paper may be another person's."""


def current_batch(context: PageContext, form: Form) -> EntryBatch | None:
    """The batch this sheet belongs to: only once a sheet was saved to add another."""
    if form.key not in session.get("kept", {}) or not context.worker.may("see", form.key):
        return None
    today = records_entered_by(
        context.repository, [form.key], context.worker.id, _start_of_today(context), MAX_BATCH_COUNTED
    )
    heading = ngettext("%(num)s sheet entered today", "%(num)s sheets entered today", len(today))
    undo = gettext("Reverse this entry") if form.append_only else gettext("Take back")
    return EntryBatch(
        heading,
        _batch_entries(context, form, today[:MAX_BATCH_ENTRIES]),
        undo,
        not form.append_only,
        url_for("RecordPages.new", form=form.key) if form.belongs_to else "",
    )


def _start_of_today(context: PageContext) -> datetime:
    """When today began, by the organisation's clock, as stamps are kept."""
    return local_midnight(context.reading.today, access_services().organisation().zone)


def _batch_entries(context: PageContext, form: Form, entered: list[WaitingRecord]) -> list[BatchEntry]:
    ids_by_form = {
        form.key: [record.id for record in entered],
        CASE_FORM: [record.case_id for record in entered if record.case_id],
    }
    titles = link_titles(context.repository, context.named_forms(), ids_by_form, context.reading)
    act = "ReversingPages.reverse" if form.append_only else "RecordPages.withdraw"
    return [
        BatchEntry(
            titles[form.key, record.id],
            record_face_url(form.key, record.id),
            " · ".join(filter(None, (titles.get((CASE_FORM, record.case_id or 0)), time_text(record.at)))),
            url_for(act, form=form.key, record_id=record.id),
        )
        for record in entered
        if (form.key, record.id) in titles
    ]
