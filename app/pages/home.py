"""The first page: what this worker may begin with."""

from flask import render_template, url_for
from flask_babel import format_datetime, gettext
from sqlalchemy import select

from app.access.gate import WORKERS, page
from app.access.view import View
from app.language.form import CASE
from app.language.texts import say
from app.pages.blocks import Block, HomeEntry
from app.pages.desk import Desk, desk
from app.pages.troubles import trouble_block
from app.records.labels import titles
from app.records.lists import Wish, list_page


class HomePage(View):
    """Where everybody begins."""

    @page("/", WORKERS)
    def home(self) -> str:
        at = desk()
        blocks = [block for block in (trouble_block(at), _cases(at), _new_sheets(at)) if block is not None]
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
        HomeEntry(named[row[0]], url_for("CasePages.case", case_id=row[0]), format_datetime(row[1], "short"))
        for row in changed
    ]
    return Block(gettext("Cases changed last"), entries, gettext("You have no cases yet."))


def _new_sheets(at: Desk) -> Block | None:
    """The sheets she may begin."""
    keys = [key for group in at.cabinet.definition.menu.menu for key in group.entries]
    entries = [
        HomeEntry(say(at.cabinet.forms[key].title, at.reading.language), url_for("RecordPages.new", form=key))
        for key in dict.fromkeys(keys) if key in at.cabinet.forms and at.worker.may("enter", key)
    ]
    return Block(gettext("New sheet"), entries) if entries else None
