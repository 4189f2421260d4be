"""The first page: what this worker may begin with."""

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import select

from app.access.gate import WORKERS, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.blocks import Block, HomeEntry
from app.pages.desk import Desk, desk
from app.pages.moments import moment_text
from app.pages.troubles import trouble_block
from app.records import drafts
from app.records.labels import titles
from app.records.overview import entered_last

NEW_SHEETS = 8


class HomePage(View):
    """Where everybody begins."""

    @page("/", WORKERS)
    def home(self) -> str:
        at = desk()
        blocks = [block for block in (trouble_block(at), _drafts(at), _cases(at), _new_sheets(at)) if block is not None]
        return render_template("home.html", greeting=gettext("Hello, %(name)s", name=at.worker.name), blocks=blocks)


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
