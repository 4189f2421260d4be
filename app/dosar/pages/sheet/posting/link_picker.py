"""Choosing the record a question points to: a search, never a list of all."""

from flask import abort, render_template
from flask_babel import gettext
from sqlalchemy import select

from dosar.database.form_tables import Record
from dosar.database.text.collation import alphabetical
from dosar.database.users import User
from dosar.language.form import USER_LINK, Form
from dosar.language.link_scopes import stays_in_case
from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import PostedBoxes
from dosar.pages.rendering.question_view import CarriedBoxes, SearchBox, SearchResult
from dosar.records.finding.people import name_holds, people_in_reach
from dosar.records.finding.search import search_words, search_words_fit
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.teams import works_on_cases
from dosar.records.titles import titles_of_records

MAX_PICKER_RESULTS = 12
MAX_PEOPLE_SEARCHED = 2000


def link_picker_page(context: PageContext, form: Form, case: Record | None, action: str, posted: PostedBoxes) -> str:
    """The page that searches and chooses; it carries everything typed on the sheet along."""
    name = posted.get("_pick", "")
    question = _question_to_pick(form, name)
    words = posted.pop("search", "").strip()[:200]
    posted.pop("csrf_token", None)
    carried = CarriedBoxes([(box, text) for box in posted for text in posted.getlist(box)])
    return render_template(
        "sheet/pick.html",
        title=text_in_language(question.label, context.reading.language),
        form_title=text_in_language(form.title, context.reading.language),
        action=action,
        search=SearchBox(action, words, gettext("Search")),
        hidden=carried,
        results=[
            *(
                SearchResult(record.label, f"{name}={record.id}")
                for record in _pickable_records(context, form, case, question, words)
            ),
            SearchResult(gettext("Leave it empty"), f"{name}="),
        ],
    )


def _question_to_pick(form: Form, name: str) -> Question:
    table, _, rest = name.partition(".")
    question = form.questions.get(table)
    column = rest.partition(".")[2]
    if question is not None and column:
        question = question.column(column)
    if question is None or question.link_target() is None:
        abort(400)
    return question


def _pickable_records(
    context: PageContext, form: Form, case: Record | None, question: Question, words: str
) -> list[SearchResult]:
    """What the question may be answered with: of sheets that belong to cases, those of this case."""
    if not stays_in_case(context.repository.forms, form, question):
        return matching_records(context, question, words)
    return [] if case is None else matching_records(context, question, words, case.id)


def matching_records(
    context: PageContext, question: Question, words: str, case_id: int | None = None
) -> list[SearchResult]:
    """Records in reach that fit the words; the first ones of the list when there are no words yet."""
    target = question.link_target()
    if target == USER_LINK:
        return matching_people(context, words)
    known = context.named_forms()
    if target not in known:
        return []
    list_query = ListQuery(words=words, case_id=case_id)
    page = list_page(
        context.repository, known, str(target), list_query, context.reading, with_case=False, size=MAX_PICKER_RESULTS
    )
    named = titles_of_records(context.repository, known[str(target)], page.ids, context.reading)
    return [SearchResult(named[record_id], str(record_id)) for record_id in page.ids if record_id in named]


def matching_people(context: PageContext, words: str, for_team: bool = False) -> list[SearchResult]:
    """People who can sign in, by words of their names; those alone whom her work leads her to.

    ``for_team`` finds those who work on cases, by whole words of their names the others too: who puts somebody on a
    team knows whom.
    """
    asked_words = search_words(words)
    near = people_in_reach(context.repository).label("near")
    wanted = works_on_cases(context.repository, context.reading.today) if for_team else near
    rows = context.repository.session.execute(
        select(User.id, User.first_name, User.last_name, near)
        .where(User.active.is_(True), wanted)
        .order_by(alphabetical(User.last_name), alphabetical(User.first_name), User.id)
        .limit(MAX_PEOPLE_SEARCHED)
    )
    named = [
        (row.id, name)
        for row in rows
        for name in (f"{row.first_name} {row.last_name}".strip(),)
        if row.near or name_holds(name, words)
    ]
    fitting = next(
        filter(
            None,
            (
                [pair for pair in named if search_words_fit(pair[1], asked_words, forgiving)][:MAX_PICKER_RESULTS]
                for forgiving in (False, True)
            ),
        ),
        [],
    )
    return [SearchResult(name, str(user_id)) for user_id, name in fitting]
