"""Every form of the folder takes answers of every kind and gives them back: each on one of the two databases in turn,
the case and a form with every kind of question on both."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from dosar import shipped_folder
from dosar.cli.demo import demo_password
from dosar.language.face import FACE_NAME_FOR_ALL
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.question import Answers, Question, ReadingContext, question_kinds
from dosar.pages.input.posted_boxes import answers_as_posted
from dosar.records.actor import Actor
from dosar.records.attachments import files_in_answers
from dosar.records.beds.free_beds import stays_declared
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.sheets.stored_answers import answers_of
from tests.applications import opened_app
from tests.databases import DATABASES, Place, fresh_place
from tests.days import today_here
from tests.forms_http.generating import APART, KINDS, Generator

WORKER = "coordinator"
EVERY_KIND = Path(__file__).with_name("every_kind.yaml")
"""A form of our own, beside those of the folder: not every kind of question stands in one of them."""
CONTENTS = [read_yaml(path).contents for path in (*shipped_folder("forms").glob("*.yaml"), EVERY_KIND)]
FORMS = sorted(contents["form"] for contents in CONTENTS if "form" in contents)
SPECIALISTS = sorted(
    {
        (contents["form"], role)
        for contents in CONTENTS
        if "form" in contents
        for section in contents["sections"]
        for question in section.get("questions", ())
        for role in question.get("written_by", ())
        if WORKER not in question["written_by"]
    }
)
"""Forms with parts that only others write, and who."""
ON_BOTH = (CASE_FORM, "every_kind")
PLACES = sorted(
    (database, key)
    for number, key in enumerate(FORMS)
    for turn, database in enumerate(DATABASES)
    if key in ON_BOTH or number % len(DATABASES) == turn
)
"""On which database which form is filled in: what lies in columns of the same kind lies there alike."""
MOST_PASSES = 3
"""A section may be asked anew when a later one is answered."""


RESTRICTED_CASE = 2
"""Where forms are filled in whose answers restrict the case: what is written in the first one stays open."""


@dataclass
class Office:
    """The demo on one database, and browsers in which its workers have signed in."""

    app: Flask
    links: dict[str, list[int]]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def browser(self, worker: str = WORKER) -> FlaskClient:
        if worker not in self.browsers:
            self.browsers[worker] = _signed_in(self.app, worker)
        return self.browsers[worker]

    @property
    def repository(self) -> Repository:
        found: Repository = self.app.extensions["dosar_repository"]
        return found

    def stored(self, form: str, record_id: int) -> Answers:
        """What lies in the database."""
        with self.app.app_context(), acting_as(SYSTEM_SCOPE):
            answers = answers_of(self.repository, self.repository.find(form, record_id))
            self.repository.session.remove()
        return answers


@pytest.fixture(scope="module")
def office_on(
    tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]
) -> Iterator[Callable[[str], Office]]:
    """The organisation of the demo: links have records to point to."""
    forms = tmp_path_factory.mktemp("offices") / "forms"
    shutil.copytree(shipped_folder("forms"), forms)
    shutil.copy(EVERY_KIND, forms)
    with ExitStack() as open_ones:

        @cache
        def opened_on(database: str) -> Office:
            folder = tmp_path_factory.mktemp("office")
            place = open_ones.enter_context(fresh_place(database, folder, filled(database)))
            app, _ = opened_app(place.data or folder, place.key, place.url, forms=forms, demo=True)
            open_ones.callback(app.extensions["dosar_repository"].store.close)
            return Office(app, _records(app))

        yield opened_on


@pytest.fixture
def office(request: pytest.FixtureRequest, office_on: Callable[[str], Office]) -> Office:
    """On the database whose turn it is."""
    return office_on(request.param)


def _every_question(form: Form, joined_by: str) -> str:
    """A form of several papers is filled in with all their questions."""
    return f"{joined_by}face={FACE_NAME_FOR_ALL}" if form.face else ""


def _signed_in(app: Flask, worker: str) -> FlaskClient:
    browser = app.test_client()
    answers = {"user_name": worker, "password": demo_password(worker), **_hidden(browser.get("/sign-in").text)}
    assert browser.post("/sign-in", data=answers).status_code == 303
    return browser


def _records(app: Flask, case: int = 1) -> dict[str, list[int]]:
    """Some records of every form, and users, to point to: of those that belong to a case, those of this one."""
    repository: Repository = app.extensions["dosar_repository"]
    with app.app_context(), acting_as(SYSTEM_SCOPE):
        found = {
            key: list(
                repository.session.scalars(
                    select(kept.id)
                    .where(*[kept.case_id == case] if kept.case_column == "case_id" else [])
                    .order_by(kept.id)
                    .limit(3)
                )
            )
            for key, kept in repository.tables.records.items()
        }
        repository.session.remove()
    return {**found, USER_LINK: [2, 1, 3]}


def _hidden(page: str) -> dict[str, str]:
    """The hidden boxes of a page's form: its tokens."""
    found = re.findall(r'<input type="hidden" name="(csrf_token|_once|_seen)" value="([^"]*)"', page)
    return dict(found)


def _asked_on(page: str, form: Form) -> list[Question]:
    """The questions that can be answered on this page."""
    names = {name.partition(".")[0] for name in re.findall(r' name="([^"]+)"', page)}
    return [question for question in form.asked_questions() if question.name in names and not question.computed]


def _picture() -> BytesIO:
    kept = BytesIO()
    Image.new("RGB", (2, 2), "white").save(kept, "PNG")
    kept.seek(0)
    return kept


def _send(office: Office, address: str, form: Form, answers: Answers, worker: str = WORKER) -> int:
    """Fill in one page as it is asked and save it; returns the record's id."""
    browser = office.browser(worker)
    page = browser.get(address)
    assert page.status_code == 200, f"{address}: {page.status_code}"
    questions = _asked_on(page.text, form)
    reading = ReadingContext("ro", today_here())
    posted: dict[str, Any] = {
        name: texts for name, texts in answers_as_posted(questions, answers, reading).to_dict(flat=False).items()
    }
    for where, _ in files_in_answers(questions, answers):
        posted[".".join(where)] = (_picture(), "scan.png")
    posted |= {**_hidden(page.text), "_confirmed": "1", "_reason": "Verificat pe hârtie."}
    answer = browser.post(address, data=posted, content_type="multipart/form-data")
    assert answer.status_code == 303, f"{address}: {_complaints(answer.text)}"
    found = re.search(rf"/(?:records/{form.key}|cases)/(\d+)", answer.location)
    assert found, answer.location
    return int(found[1])


def _complaints(page: str) -> str:
    found = re.search(r'class="notice notice-(?:danger|error).*?</div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[0] if found else page[:2000])


def _comparable(form: Form, answers: Answers, expected: Answers) -> Answers:
    """Answers without what only the database knows: ids of rows, numbers of files, issued codes."""
    made = {}
    for question in form.asked_questions():
        answer = answers.get(question.name)
        if question.columns_asked():
            made[question.name] = [
                {column.name: _told(column, row.get(column.name)) for column in question.columns_asked()}
                for row in answer or ()
            ]
        elif question.attached:
            made[question.name] = bool(answer)
        elif _is_taken(form, question):
            continue
        elif not (question.issued and expected.get(question.name) is None):
            made[question.name] = answer
    return made


def _is_taken(form: Form, question: Question) -> bool:
    """Whether it follows from the programme's sheet: ``tests/filing/test_beds.py`` tells what comes of it."""
    rule = question.expressions().get("value")
    behind = [form.questions[name] for name in rule.names if name in form.questions] if rule else []
    return bool(question.from_programme) or any(_is_taken(form, other) for other in behind)


def _room_for(office: Office, form: Form, case: int) -> tuple[dict[str, list[int]], Callable[[], int]]:
    """What links point to, and the case of each sheet: for stays places of every phase, and somebody who is nowhere
    else. What holds in a phase, two programmes say differently: then a stay takes nothing from either."""
    links, declared = _records(office.app, case), stays_declared(office.repository, form)
    if declared is None:
        return links, lambda: case
    if (terms := declared.terms) is not None:
        phases = office.repository.forms[terms.form].questions[terms.rows].column(terms.phase).options()
        _filed(office, terms.form, {terms.rows: [{terms.phase: phase.code} for phase in phases]})
    places = [_filed(office, declared.places.form) for _ in range(3)]
    return {**links, declared.places.form: places}, lambda: _filed(office, CASE_FORM)


def _filed(office: Office, key: str, answers: Answers | None = None) -> int:
    with office.app.app_context(), acting_as(SYSTEM_SCOPE):
        form, by = office.repository.forms[key], Actor(None, "", today_here())
        number = enter_sheet(office.repository, form, answers or {}, by)
        office.repository.session.remove()
    return number


def _told(column: Question, answer: Any) -> Any:
    return bool(answer) if column.attached else answer or None


@pytest.mark.parametrize(("office", "key"), PLACES, indirect=["office"])
def test_what_is_entered_is_what_is_kept(office: Office, key: str) -> None:
    form = office.repository.forms[key]
    case = RESTRICTED_CASE if form.restricts else 1
    links, case_of_next = _room_for(office, form, case)
    made = Generator(form, links, today_here(), WORKER)
    for answers in made.sheets():
        new = f"/records/{key}/new?case={case_of_next()}{_every_question(form, '&')}"
        record_id = _send(office, new, form, answers)
        wanted = _comparable(form, answers, answers)
        to_send = answers
        for _ in range(MOST_PASSES):
            kept = _comparable(form, office.stored(key, record_id), answers)
            if kept == wanted or not _pages(office, form, record_id):
                break
            for address in _pages(office, form, record_id):
                _send(office, address, form, to_send)
            to_send = {name: answer for name, answer in answers.items() if not form.questions[name].only_added}
        assert kept == wanted
        shown = office.browser().get(f"/records/{key}/{record_id}")
        assert shown.status_code == 200


def _pages(office: Office, form: Form, record_id: int, worker: str = WORKER) -> list[str]:
    """The pages of a form that is filled in section by section."""
    start, paper = f"/records/{form.key}/{record_id}/edit", _every_question(form, "?")
    if form.append_only or not office.browser(worker).get(start + paper).location:
        return []
    return [f"{start}/{step}{paper}" for step in range(1, len(form.sections) + 1)]


@pytest.mark.parametrize(
    ("office", "key", "worker"),
    [(database, key, worker) for database, key in PLACES for form, worker in SPECIALISTS if form == key],
    indirect=["office"],
)
def test_specialists_write_their_part_and_nothing_else(office: Office, key: str, worker: str) -> None:
    form = office.repository.forms[key]
    first = next(Generator(form, office.links, today_here(), WORKER).sheets())
    record_id = _send(office, f"/records/{key}/new?case=1{_every_question(form, '&')}", form, first)
    before = office.stored(key, record_id)

    hers = Generator(form, office.links, today_here(), worker)
    seen = form.seen_with(office.repository.definition.roles[worker].clearances)
    own = [
        question
        for question in seen.asked_questions()
        if worker in question.written_by and WORKER not in question.written_by
    ]
    answers = {**before, **{question.name: hers.candidates(question)[0] for question in own}}
    edit = f"/records/{key}/{record_id}/edit{_every_question(form, '?')}"
    for address in _pages(office, seen, record_id, worker) or [edit]:
        _send(office, address, seen, answers, worker)

    assert own
    assert office.stored(key, record_id) == answers


def test_every_form_and_every_kind_is_among_them() -> None:
    assert CASE_FORM in FORMS
    assert question_kinds().keys() == KINDS.keys() | APART
    [form] = [contents for contents in CONTENTS if contents.get("form") == "every_kind"]
    asked = [question for section in form["sections"] for question in section["questions"]]
    assert {question["type"] for question in asked} == question_kinds().keys()
    in_rows = {column["type"] for question in asked for column in question.get("columns", ())}
    assert question_kinds().keys() - in_rows == {"table", "code"}
