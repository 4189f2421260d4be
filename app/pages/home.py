"""The first page: what this worker may begin with."""

from datetime import UTC, datetime, time

from flask import render_template, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select

from app.access.gate import WORKERS, page
from app.access.guarded import guarded
from app.access.tours import has_seen
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.blocks import Block, Card, HomeEntry
from app.pages.desk import Desk, desk
from app.pages.moments import moment_text
from app.pages.troubles import trouble_block
from app.records import drafts
from app.records.labels import link_titles, titles
from app.records.overview import Waiting, entered_by, entered_last, to_check
from app.records.tables import USER

NEW_SHEETS = 8
MOST = 10
MOST_COUNTED = 500


class HomePage(View):
    """Where everybody begins."""

    @page("/", WORKERS)
    def home(self) -> str:
        at = desk()
        blocks = [block for block in (
            trouble_block(at), _drafts(at), _to_check(at), _mine(at), _new_sheets(at), _cases(at)
        ) if block is not None]
        cards = [] if has_seen(guarded(), at.worker.id) else _cards(at)
        greeting = gettext("Hello, %(name)s", name=at.worker.name)
        return render_template("home.html", greeting=greeting, blocks=blocks, cards=cards)


def _cards(at: Desk) -> list[Card]:
    """What somebody should know on her first day."""
    return [
        Card(gettext("Where to begin"), gettext(
            "On this page stand your drafts, the sheets to check, the ones you may begin and the cases that "
            "changed last. The menu holds only what is for your role."
        )),
        Card(gettext("Nothing is lost"), gettext(
            "What you type is kept as a draft while you type. A saved sheet can be corrected, and its history "
            "tells what stood there before."
        )),
        Card(gettext("Keep people safe"), gettext(
            "Press Shift three times, or “Hide the page”, when somebody comes near. Write no names where only "
            "the case number belongs. The browser's history is not erased."
        )),
    ]


def _cases(at: Desk) -> Block | None:
    """The cases that changed last, of those in reach."""
    if not at.worker.may("see", CASE):
        return None
    kept = at.cabinet.record_class(CASE)
    changed = at.cabinet.session.execute(
        select(kept.id, kept.changed_at).order_by(kept.changed_at.desc(), kept.id.desc()).limit(8)
    ).all()
    named = titles(at.cabinet, at.forms[CASE], [row[0] for row in changed], at.reading)
    entries = [
        HomeEntry(named[row[0]], url_for("CasePages.case", case_id=row[0]), moment_text(row[1]))
        for row in changed
    ]
    return Block(gettext("Cases changed last"), entries, gettext("You have no cases yet."))


def _to_check(at: Desk) -> Block | None:
    """What volunteers entered and somebody should look at."""
    if at.clerk.checked:
        return None
    keys = [key for key in at.seen_forms() if at.worker.may("correct", key)]
    return _records(at, gettext("Records to check"), to_check(at.cabinet, keys, MOST))


def _mine(at: Desk) -> Block | None:
    """What she entered today, to look at again or to take back."""
    keys = [key for key in at.seen_forms() if at.worker.may("enter", key)]
    morning = datetime.combine(at.reading.today, time.min).astimezone().astimezone(UTC).replace(tzinfo=None)
    found = entered_by(at.cabinet, keys, at.worker.id, morning, MOST_COUNTED)
    count = ngettext("%(num)s sheet entered today", "%(num)s sheets entered today", len(found))
    return _records(at, count, found[:MOST])


def _records(at: Desk, heading: str, found: list[Waiting]) -> Block | None:
    if not found:
        return None
    cases = [record.case_id for record in found if record.case_id and at.worker.may("see", CASE)]
    wanted = {CASE: cases, USER: [record.by for record in found if record.by]}
    named = link_titles(at.cabinet, at.seen_forms(), wanted, at.reading)
    return Block(heading, [
        HomeEntry(
            say(at.forms[record.form].title, at.reading.language),
            url_for("RecordPages.show", form=record.form, record_id=record.id),
            " · ".join(filter(None, (
                named.get((CASE, record.case_id or 0)), named.get((USER, record.by or 0)), moment_text(record.at)
            ))),
        )
        for record in found
    ])


def _drafts(at: Desk) -> Block | None:
    """What she began and did not save."""
    entries = [
        HomeEntry(say(at.cabinet.forms[draft.form].title, at.reading.language), draft.place, moment_text(draft.saved_at))
        for draft in drafts.of_worker(at.cabinet, at.worker.id) if draft.form in at.cabinet.forms
    ]
    return Block(gettext("My drafts"), entries) if entries else None


def _new_sheets(at: Desk) -> Block | None:
    """The sheets she may begin: those she filled in last, else the first ones of the menu."""
    in_menu = dict.fromkeys(key for group in at.cabinet.definition.menu.menu for key in group.entries)
    keys = [*entered_last(at.cabinet, at.worker.id, NEW_SHEETS), *in_menu]
    allowed = [key for key in dict.fromkeys(keys) if key in at.cabinet.forms and at.worker.may("enter", key)]
    entries = [
        HomeEntry(say(at.cabinet.forms[key].title, at.reading.language), url_for("RecordPages.new", form=key))
        for key in allowed[:NEW_SHEETS]
    ]
    return Block(gettext("New sheet"), entries) if entries else None
