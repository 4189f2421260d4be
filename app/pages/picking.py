"""Choosing the record a question points to: a search, never a list of all."""

from flask import abort, render_template
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from sqlalchemy import select

from app.language.case_links import stays_in_case
from app.language.form import Form
from app.language.question import Question
from app.language.texts import say
from app.pages.asked import Carried, Result, SearchBox
from app.pages.desk import Desk
from app.pages.posted import Posted
from app.records.alphabet import alphabetical
from app.records.labels import titles
from app.records.lists import Wish, list_page
from app.records.search import asked_words, fits
from app.records.tables import USER, Record

MOST = 12
MOST_PEOPLE = 2000


def pick_page(at: Desk, form: Form, case: Record | None, action: str, posted: Posted) -> str:
    """The page that searches and chooses; it carries everything typed on the sheet along."""
    name = posted.get("_pick", "")
    question = _question(form, name)
    words = posted.pop("search", "").strip()[:200]
    posted.pop("csrf_token", None)
    carried = Carried([(box, text) for box in posted for text in posted.getlist(box)])
    return render_template(
        "pick.html", title=say(question.label, at.reading.language), form_title=say(form.title, at.reading.language),
        action=action, search=SearchBox(action, words, gettext("Search")), hidden=carried,
        results=[
            *(Result(one.label, f"{name}={one.id}") for one in _offered(at, form, case, question, words)),
            Result(gettext("Leave it empty"), f"{name}="),
        ],
    )


def _question(form: Form, name: str) -> Question:
    table, _, rest = name.partition(".")
    question = form.questions.get(table)
    column = rest.partition(".")[2]
    if question is not None and column:
        question = question.column(column)
    if question is None or question.link_target() is None:
        abort(400)
    return question


def _offered(at: Desk, form: Form, case: Record | None, question: Question, words: str) -> list[Result]:
    """What the question may be answered with: of sheets that belong to cases, those of this case."""
    if not stays_in_case(at.cabinet.forms, form, question):
        return found(at, question, words)
    return [] if case is None else found(at, question, words, case.id)


def found(at: Desk, question: Question, words: str, case_id: int | None = None) -> list[Result]:
    """Records in reach that fit the words; the first ones of the list when there are no words yet."""
    target = question.link_target()
    if target == USER:
        return people(at, words)
    known = at.named_forms()
    if target not in known:
        return []
    wish = Wish(words=words, case_id=case_id)
    page = list_page(at.cabinet, known, str(target), wish, at.reading, with_case=False, size=MOST)
    named = titles(at.cabinet, known[str(target)], page.ids, at.reading)
    return [Result(named[one], str(one)) for one in page.ids if one in named]


def people(at: Desk, words: str) -> list[Result]:
    """People who can sign in, by words of their names."""
    asked = asked_words(words)
    rows = at.cabinet.session.execute(
        select(User.id, User.first_name, User.last_name).where(User.active.is_(True))
        .order_by(alphabetical(User.last_name), alphabetical(User.first_name), User.id).limit(MOST_PEOPLE)
    )
    named = [(row[0], f"{row[1]} {row[2]}".strip()) for row in rows]
    fitting = next(filter(None, (
        [pair for pair in named if fits(pair[1], asked, forgiving)][:MOST] for forgiving in (False, True)
    )), [])
    return [Result(name, str(one)) for one, name in fitting]
