"""Finding a case from anywhere: the one search box in the head of every page."""

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.form import CASE, Form
from app.pages.asked import Result
from app.pages.desk import Desk, desk
from app.pages.merging import moved_from
from app.records.folding import fold
from app.records.labels import title_questions, titles
from app.records.lists import Wish, list_page
from app.records.merging import merged_code

MOST = 25
LONGEST = 200
SEARCHES = "searches"
"""Where in the session the searched words stand: they may be a name, so no address holds them."""
EVERYWHERE = "~head"
"""The search of the page head, among those of the lists."""


class FindingPage(View):
    """Cases by code, telephone or name, as far as the worker may know them."""

    @page("/find", may("see", CASE), methods=("POST",))
    def ask(self) -> Response:
        remember(EVERYWHERE, request.form.get("words", ""))
        return redirect(url_for("FindingPage.find"), 303)

    @page("/find", may("see", CASE))
    def find(self) -> str | Response:
        at, words = desk(), searched(EVERYWHERE)
        found = _found(at, words) if words else []
        if len(found) == 1 and fold(words) == fold(found[0].id):
            return redirect(found[0].url)
        if words and not found and (elsewhere := moved_from(at, merged_code(at.cabinet, words))):
            return elsewhere
        new_url = url_for("RecordPages.new", form=CASE) if at.worker.may("enter", CASE) else ""
        return render_template(
            "find.html", title=gettext("Find a case"), sought=words, results=found[:MOST], told=_told(found),
            new_url=new_url,
        )


def searched(where: str) -> str:
    """The words last searched for here."""
    return str(session.get(SEARCHES, {}).get(where, ""))


def remember(where: str, words: str) -> None:
    """Keep the words until the next search, in the session alone."""
    searches = {**session.get(SEARCHES, {}), where: words.strip()[:LONGEST]}
    session[SEARCHES] = {place: text for place, text in searches.items() if text}


def _found(at: Desk, words: str) -> list[Result]:
    """The cases found, one more than are shown; ``id`` is the case's code."""
    form = at.forms[CASE]
    page = list_page(at.cabinet, at.seen_forms(), CASE, Wish(words=words), at.reading, size=MOST + 1)
    named = titles(at.cabinet, form, page.ids, at.reading)
    return [
        Result(named[one], cells[0] if cells else "", url_for("CasePages.case", case_id=one), _beside(form, cells))
        for one, cells in zip(page.ids, page.cells, strict=True)
    ]


def _beside(form: Form, cells: list[str]) -> str:
    """What the list tells of a case beside its title."""
    in_title = {question.name for question in title_questions(form)}
    return " · ".join(cell for name, cell in zip(form.list, cells, strict=True) if cell and name not in in_title)


def _told(found: list[Result]) -> str:
    if len(found) > MOST:
        return gettext("The first %(num)s cases found. Add a word, or write more letters.", num=MOST)
    return ngettext("%(num)s case found", "%(num)s cases found", len(found))
