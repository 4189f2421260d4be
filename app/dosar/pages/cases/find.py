"""Finding a case from anywhere: the one search box in the head of every page."""

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.database.text.folding import fold_text
from dosar.language.form import CASE_FORM, Form
from dosar.pages.cases.emergency import may_break_glass
from dosar.pages.cases.merge import redirect_to_merged
from dosar.pages.context import PageContext, page_context
from dosar.pages.input.search_length import shorten_search
from dosar.pages.rendering.question_view import SearchResult
from dosar.records.cases.merge import case_by_merged_code
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.titles import title_questions, titles_of_records

MAX_CASES_FOUND = 25
SEARCHES_KEY = "searches"
"""Where in the session the searched words stand: they may be a name, so no address holds them."""
HEAD_SEARCH = "~head"
"""The search of the page head, among those of the lists."""


class FindCasePage(PageView):
    """Cases by code, telephone or name, as far as the worker may know them."""

    @page_route("/find", requires_permission("see", CASE_FORM), methods=("POST",))
    def search(self) -> Response:
        remember_search(HEAD_SEARCH, request.form.get("words", ""))
        return redirect(url_for("FindCasePage.find"), 303)

    @page_route("/find", requires_permission("see", CASE_FORM))
    def find(self) -> str | Response:
        context, words = page_context(), remembered_search(HEAD_SEARCH)
        found = _found_cases(context, words) if words else []
        if len(found) == 1 and fold_text(words) == fold_text(found[0].id):
            return redirect(found[0].url)
        if (
            words
            and not found
            and (elsewhere := redirect_to_merged(context, case_by_merged_code(context.repository, words)))
        ):
            return elsewhere
        new_url = url_for("RecordPages.new", form=CASE_FORM) if context.worker.may("enter", CASE_FORM) else ""
        return render_template(
            "cases/find.html",
            title=gettext("Find a case"),
            sought=words,
            results=found[:MAX_CASES_FOUND],
            count_text=_count_text(found),
            new_url=new_url,
            breaks_glass=may_break_glass(context.worker),
        )


def remembered_search(where: str) -> str:
    """The words last searched for here."""
    return str(session.get(SEARCHES_KEY, {}).get(where, ""))


def remember_search(where: str, words: str) -> None:
    """Keep the words until the next search, in the session alone."""
    searches = {**session.get(SEARCHES_KEY, {}), where: shorten_search(words)}
    session[SEARCHES_KEY] = {list_name: text for list_name, text in searches.items() if text}


def _found_cases(context: PageContext, words: str) -> list[SearchResult]:
    """The cases found, one more than are shown; ``id`` is the case's code."""
    form = context.forms[CASE_FORM]
    page = list_page(
        context.repository,
        context.seen_forms(),
        CASE_FORM,
        ListQuery(words=words),
        context.reading,
        size=MAX_CASES_FOUND + 1,
    )
    named = titles_of_records(context.repository, form, page.ids, context.reading)
    return [
        SearchResult(
            named[case_id],
            cells[0] if cells else "",
            url_for("CasePages.case", case_id=case_id),
            _cells_beside_title(form, cells),
        )
        for case_id, cells in zip(page.ids, page.cells, strict=True)
    ]


def _cells_beside_title(form: Form, cells: list[str]) -> str:
    """What the list tells of a case beside its title."""
    in_title = {question.name for question in title_questions(form)}
    return " · ".join(cell for name, cell in zip(form.list, cells, strict=True) if cell and name not in in_title)


def _count_text(found: list[SearchResult]) -> str:
    if len(found) > MAX_CASES_FOUND:
        return gettext("The first %(num)s cases found. Add a word, or write more letters.", num=MAX_CASES_FOUND)
    return ngettext("%(num)s case found", "%(num)s cases found", len(found))
