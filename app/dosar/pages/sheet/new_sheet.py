"""What a new sheet begins with: its case, defaults, and what other sheets already say."""

from urllib.parse import urlencode

from flask import render_template, request, session
from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.filing.opening.new_answers import Prefill
from dosar.language.form import CASE_FORM, Form
from dosar.language.link_scopes import stays_in_case
from dosar.language.question import Answers
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import return_url
from dosar.pages.context import PageContext, find_or_404
from dosar.pages.input.forms import searched_words
from dosar.pages.rendering.question_view import SearchBox, SearchResult
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import parse_record_number
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.titles import titles_of_records


def requested_case(context: PageContext, form: Form) -> Record | str | None:
    """The case a new sheet is for: named in the address, or asked for first."""
    if not form.belongs_to:
        return None
    case_id = request.args.get("case", type=parse_record_number)
    if case_id is None:
        return _choose_case(context, form)
    found: Record = find_or_404(context.case, case_id)
    return found


def _choose_case(context: PageContext, form: Form) -> str:
    """Which case the sheet is for: a search, never a list of all."""
    words = searched_words()
    found = list_page(context.repository, context.forms, CASE_FORM, ListQuery(words=words), context.reading, size=12)
    context.ask_restrictions(found.ids)
    named = titles_of_records(context.repository, context.forms[CASE_FORM], found.ids, context.reading)
    return render_template(
        "sheet/pick.html",
        title=gettext("Whose sheet is it?"),
        form_title=text_in_language(form.title, context.reading.language),
        search=SearchBox(_address(), words, gettext("Search")),
        cancel_url=return_url(form.key, None),
        results=[
            SearchResult(named[case_id], url=_address(case=case_id))
            if context.is_written(form.key, case_id)
            else SearchResult(named[case_id], note=gettext("Such a sheet is not filed in this case now."))
            for case_id in found.ids
            if case_id in named
        ],
    )


def _address(**chosen: int) -> str:
    """This page with what its address asks for, and the case that is chosen."""
    query = urlencode({**request.args.to_dict(), **chosen})
    return f"{request.path}?{query}" if query else request.path


def prefilled_answers(context: PageContext, form: Form, case: Record | None) -> Answers:
    """What the case's other sheets say, and what the sheet before this one in the pile said."""
    remembered = session.get("kept", {}).get(form.key, {})
    return Prefill(context.repository, context.forms, form, case, context.reading).answers(remembered)


def remember_for_next(editor: SheetEditor, answers: Answers) -> None:
    """Remember, in the session, what the next sheet of the batch begins with."""
    values = {
        question.name: question.to_json(answers.get(question.name))
        for question in editor.questions
        if question.keep
        and answers.get(question.name) is not None
        and not stays_in_case(
            editor.context.repository.forms, editor.full_form, question
        )  # the next paper may be another case's
    }
    session["kept"] = {editor.form.key: values}
