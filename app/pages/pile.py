"""A pile of paper being typed in: how many sheets today, the last ones, and the way back from a slip."""

from dataclasses import dataclass
from datetime import datetime

from flask import session, url_for
from flask_babel import gettext, ngettext

from app.access.guarded import guarded
from app.access.time_zones import beginning_of
from app.language.form import CASE, Form
from app.pages.acts import record_url
from app.pages.desk import Desk
from app.pages.moments import time_text
from app.records.labels import link_titles
from app.records.overview import Waiting, entered_by

MOST = 10
MOST_COUNTED = 500


@dataclass(slots=True)
class Typed:
    """A sheet typed in today."""

    label: str
    url: str
    note: str
    undo_url: str
    """Where it is taken back; an entry of a ledger is reversed, on a page that asks why."""


@dataclass(slots=True)
class Pile:
    """What was typed in from the pile so far."""

    heading: str
    entries: list[Typed]
    undo_label: str
    is_undone_here: bool
    """Whether a press is enough."""
    other_case_url: str
    """The next paper may be another person's."""


def pile_at_hand(at: Desk, form: Form) -> Pile | None:
    """The pile this sheet comes from: only once a sheet was saved to add another."""
    if form.key not in session.get("kept", {}) or not at.worker.may("see", form.key):
        return None
    today = entered_by(at.cabinet, [form.key], at.worker.id, _morning(at), MOST_COUNTED)
    heading = ngettext("%(num)s sheet entered today", "%(num)s sheets entered today", len(today))
    undo = gettext("Reverse this entry") if form.append_only else gettext("Take back")
    return Pile(
        heading, _typed(at, form, today[:MOST]), undo, not form.append_only,
        url_for("RecordPages.new", form=form.key) if form.belongs_to else "",
    )


def _morning(at: Desk) -> datetime:
    """When today began, by the organisation's clock, as stamps are kept."""
    return beginning_of(at.reading.today, guarded().organisation().zone)


def _typed(at: Desk, form: Form, entered: list[Waiting]) -> list[Typed]:
    wanted = {form.key: [one.id for one in entered], CASE: [one.case_id for one in entered if one.case_id]}
    titles = link_titles(at.cabinet, at.named_forms(), wanted, at.reading)
    act = "ReversingPages.reverse" if form.append_only else "RecordPages.withdraw"
    return [
        Typed(
            titles[form.key, one.id], record_url(form.key, one.id),
            " · ".join(filter(None, (titles.get((CASE, one.case_id or 0)), time_text(one.at)))),
            url_for(act, form=form.key, record_id=one.id),
        )
        for one in entered if (form.key, one.id) in titles
    ]
