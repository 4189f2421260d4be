"""An organisation in which every answer of every record is a canary.

Each form of a case has a record in a case of one's own, in a colleague's of one's team, in strangers',
and one put away; each other form has one record and one put away. Every one was corrected once, so
that its history holds canaries too, and points to records that its readers may not reach.
"""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from dosar import shipped_folder
from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.organisation.settings import Organisation as Named
from dosar.access.services import AccessServices
from dosar.database.system_tables import attachment_table, deadline_move_table, deadline_table, utc_now
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answers, Question
from dosar.overview.deadlines.moving import Move, move_deadline
from dosar.overview.deadlines.reading import find_deadlines
from dosar.records.actor import Actor
from dosar.records.attachments import sealed_file
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import answers_of
from dosar.records.teams import join_team
from dosar.records.unsaved import expired_sessions
from dosar.records.unsaved.drafts import DraftPlace as PageOf
from dosar.records.unsaved.drafts import keep_draft
from tests.applications import opened_app
from tests.attack.answers import Diligent
from tests.attack.canaries import Aviary, Canary, Private, Worker
from tests.attack.policy import NEWCOMER, OWNER, RESTRICTED_PLACES, Place, Policy
from tests.databases import Place as Database
from tests.databases import new_place, place_at
from tests.days import today_here
from tests.telephones import connect_telephone
from tests.whole_run import made_once, shared_folder

CASE_PLACES: tuple[Place, ...] = ("foreign", "team", "own", "deleted", *RESTRICTED_PLACES)
RESTRICTED_FORMS = ("case", "intake", "visit_report", "plan", "humanitarian_aid")
"""The forms of which restricted cases have sheets: what restricts, what is written in one state and not in the other,
in none, and a ledger."""
SHARED_PLACES: tuple[Place, ...] = ("shared", "shared_deleted")
PASSWORD = "patru cuvinte fără rost"
COLLEAGUE, STRANGER = "colleague", "stranger"
OPENERS = {"foreign": STRANGER, "team": COLLEAGUE}
"""Whose case it is → who opened it, where that is not the owner."""


@dataclass
class Planted:
    """The organisation and where everything in it lies."""

    app: Flask
    policy: Policy
    aviary: Aviary
    today: date
    users: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    """Place → case."""
    records: dict[tuple[str, Place], int] = field(default_factory=dict)
    """(form, place) → record."""
    files: dict[str, int] = field(default_factory=dict)
    """Place → a file that stands in a record there."""
    attached: dict[int, Canary] = field(default_factory=dict)
    """File → the answer it is."""

    @property
    def repository(self) -> Repository:
        found: Repository = self.app.extensions["dosar_repository"]
        return found

    @property
    def forms(self) -> dict[str, Form]:
        return dict(self.repository.forms)

    def places(self, form: str) -> tuple[Place, ...]:
        """Where the form has records; what stands in a ledger is never put away."""
        private: tuple[Place, ...] = ("foreign",) if self.forms[form].private_to else ()
        places = CASE_PLACES if self.policy.in_case(form) else (*private, *SHARED_PLACES)
        return tuple(
            place
            for place in places
            if not (place in ("deleted", "shared_deleted") and self.forms[form].append_only)
            and (place not in RESTRICTED_PLACES or form in RESTRICTED_FORMS)
        )

    def cases_for(self, form: str) -> dict[str, int]:
        """Place → case, of the cases in which the form is asked about."""
        return {place: case for place, case in self.cases.items() if place in self.places(form) or place == "deleted"}

    def unlike_files(self) -> list[tuple[str, int]]:
        """Place and number of a file of every form within reach; elsewhere one for every clearance it needs."""
        unlike = {
            (bird.place, bird.form if bird.place in ("own", "shared") else bird.needs): number
            for number, bird in self.attached.items()
        }
        return [(place, number) for (place, _), number in unlike.items()]

    def deadlines(self) -> dict[str, int]:
        """Place → something that is due in its case."""
        column = deadline_table.c
        with self.repository.store.snapshot() as connection:
            first = connection.execute(select(column.case_id, func.min(column.id)).group_by(column.case_id))
            of_case = {case_id: number for case_id, number in first}
        return {place: of_case[case] for place, case in self.cases.items() if case in of_case}

    def waivers(self) -> dict[str, int]:
        """Place → something that was waived in its case."""
        column = deadline_move_table.c
        with self.repository.store.snapshot() as connection:
            of_case = {row.case_id: row.id for row in connection.execute(select(column.case_id, column.id))}
        return {place: of_case[case] for place, case in self.cases.items() if case in of_case}

    def place_of(self, table: str, record_id: int) -> Place | None:
        """Where a planted record lies; ``None`` for one that came later."""
        return next(
            (place for (form, place), planted in self.records.items() if form == table and planted == record_id), None
        )


def planted_place(database: str) -> tuple[Database, Path]:
    """A database of this kind with the organisation, which nobody has open, and the file that says where all lies.

    Planted once in a run, to be copied.
    """
    place, kept = made_once(f"planted-{database}", lambda: _planted(database)).splitlines()
    return place_at(place), Path(kept)


def _planted(database: str) -> str:
    place = new_place(database, shared_folder())
    data = place.data or shared_folder() / f"planted-{database}"  # the demo's people are not in this database
    planted = plant(place, data)
    planted.repository.store.close()
    kept = shared_folder() / f"planted-{database}.pickle"
    kept.write_bytes(pickle.dumps({part.name: getattr(planted, part.name) for part in fields(Planted)[1:]}))
    return f"{place.address}\n{kept}"


def opened_again(database: Database, data: Path, kept: Path) -> Planted:
    """The organisation, in a copy of its database."""
    return Planted(_opened(database, data), **pickle.loads(kept.read_bytes()))


def _opened(database: Database, data: Path) -> Flask:
    return opened_app(data, database.key, database.url)[0]


def plant(database: Database, data: Path) -> Planted:
    """Build it, in an empty database."""
    app, policy = _opened(database, data), Policy(shipped_folder("forms"))
    planted = Planted(app, policy, Aviary(policy), today_here())
    with app.app_context(), acting_as(SYSTEM_SCOPE):
        _hire(planted)
        with planted.repository.writing(), _links_of_former_times(planted.repository):
            planting = _Planting(planted)
            planting.open_cases()
            planting.file_sheets()
            planting.point_out_of_reach()
            planting.restrict()
            planting.put_away()
            planting.leave_a_draft()
        with planted.repository.writing():
            planting.waive_something()
        planted.repository.session.remove()
    return planted


@contextmanager
def _links_of_former_times(repository: Repository) -> Iterator[None]:
    """Records that were written before a link had to stay within its case: they are not to tell of strangers."""
    held = {kept: kept.case_links for kept in repository.tables.classes().values()}
    for kept in held:
        kept.case_links = ()
    try:
        yield
    finally:
        for kept, links in held.items():
            kept.case_links = links


def _hire(planted: Planted) -> None:
    services: AccessServices = planted.app.extensions["dosar_access"]
    team = frozenset({"Cluj"})
    people = [
        *(
            UserDetails(role, role.title(), planted.aviary.word(Worker()), frozenset({role}), team)
            for role in planted.policy.roles
        ),
        UserDetails(COLLEAGUE, "Colega", planted.aviary.word(Worker()), frozenset({"case_manager"}), team),
        UserDetails(STRANGER, "Străina", planted.aviary.word(Worker()), frozenset({"case_manager"})),
        UserDetails(NEWCOMER, "Noua", planted.aviary.word(Worker())),
    ]
    for person in people:
        planted.users[person.user_name] = add_user(services, None, person, PASSWORD)
        connect_telephone(services, planted.users[person.user_name])
    with services.store.writing():
        services.update_organisation(Named("Asociația Drumul Lin", "ro"))


class _Planting:
    """Files canaries in every form."""

    def __init__(self, planted: Planted) -> None:
        self.planted = planted
        self.repository = planted.repository

    def actor(self, user: str) -> Actor:
        role = "case_manager" if user in (COLLEAGUE, STRANGER) else user
        return Actor(self.planted.users[user], role, self.planted.today)

    def open_cases(self) -> None:
        """Whose case it is follows from who opened it; everybody works on one's own."""
        form = self.planted.forms[CASE_FORM]
        for place in CASE_PLACES:
            user = OPENERS.get(place.partition("_")[0], "case_manager")
            case = self._file(form, place, user, None)
            self.planted.cases[place] = case
            if user == "case_manager":
                for role in self.planted.policy.roles:
                    if role != user:
                        join_team(
                            self.repository,
                            self.repository.case(case),
                            self.planted.users[role],
                            role,
                            self.actor(user),
                        )

    def waive_something(self) -> None:
        """In each case what is due last."""
        actor = self.actor("coordinator")
        last_by_case = {each.case_id: each for each in find_deadlines(self.repository) if each.case_id is not None}
        for deadline in last_by_case.values():
            move_deadline(self.repository, deadline, Move(None, "nu mai e nevoie"), actor)

    def file_sheets(self) -> None:
        for form in sorted(self.planted.forms.values(), key=lambda form: form.append_only):
            if form.key != CASE_FORM:
                for place in self.planted.places(form.key):
                    user = STRANGER if form.private_to and place == "foreign" else OWNER
                    self._file(form, place, user, self._case_of(form, place))

    def _case_of(self, form: Form, place: str) -> int | None:
        return self.planted.cases["own" if place == "deleted" else place] if form.belongs_to else None

    def _file(self, form: Form, place: Place, user: str, case: int | None) -> int:
        answers, _ = Diligent(form, {USER_LINK: self.planted.users[user]}, self.planted.today).try_to_fill()
        answers = self._with_canaries(form, place, answers)
        if form.append_only:
            answers = self._pointing(form.questions.values(), answers, "foreign")
        record = enter_sheet(self.repository, form, answers, self.actor(user), case)
        self.planted.records[form.key, place] = record
        return record

    def _with_canaries(self, form: Form, place: Place, answers: Answers) -> Answers:
        """Every question answered, hidden ones too, and uniquely wherever its kind can be."""
        return {
            question.name: self._rows(form, question, place, answers.get(question.name))
            if question.columns_asked()
            else answers.get(question.name)
            if self.planted.policy.restricts(form.key, question.name)
            else self._unique(form, question, question.name, place) or answers.get(question.name)
            for question in form.questions.values()
        }

    def _rows(self, form: Form, table: Question, place: Place, rows: Any) -> list[Answers]:
        return [
            {
                **row,
                **{
                    column.name: self._unique(form, column, f"{table.name}.{column.name}", place)
                    or row.get(column.name)
                    for column in table.columns_asked()
                },
            }
            for row in rows or [{"id": None}]
        ]

    def _unique(self, form: Form, question: Question, path: str, place: Place) -> Any:
        canary = Canary(form.key, path, place, self.planted.policy.asked[form.key, path].needs)
        if question.type in ("file", "image"):
            return self._attach(form, question, place, canary)
        return self.planted.aviary.answer(question, canary)

    def _attach(self, form: Form, question: Question, place: Place, canary: Canary) -> int:
        content = self.planted.aviary.word(canary).encode()
        kept: int = self.repository.session.execute(
            insert(attachment_table)
            .values(
                form=form.key,
                question=question.name,
                name=f"{self.planted.aviary.word(canary)}.txt",
                media_type="text/plain",
                **sealed_file(self.repository.store, content),
                user_id=self.planted.users[
                    {"foreign": STRANGER, "team": COLLEAGUE}.get(place.partition("_")[0], OWNER)
                ],
                at=utc_now(),
            )
            .returning(attachment_table.c.id)
        ).scalar_one()
        self.planted.files.setdefault(place, kept)
        self.planted.attached[kept] = canary
        return kept

    def point_out_of_reach(self) -> None:
        """Correct every record: its links lead to strangers' records, and its words are new ones."""
        for (key, place), record_id in self.planted.records.items():
            form = self.planted.forms[key]
            if form.append_only:
                continue
            record = self.repository.find(key, record_id)
            answers = self._pointing(form.questions.values(), answers_of(self.repository, record), "foreign")
            answers = {
                **answers,
                **{
                    question.name: self._unique(form, question, question.name, place)
                    for question in form.questions.values()
                    if question.type in ("text", "paragraph")
                },
            }
            correct_sheet(self.repository, form, record_id, record.version, answers, self.actor("case_manager"))

    def _pointing(self, questions: Any, answers: Answers, place: str) -> Answers:
        pointing = dict(answers)
        for question in questions:
            if question.columns_asked() and answers.get(question.name):
                pointing[question.name] = [
                    {**row, **self._pointing(question.columns_asked(), row, place)} for row in answers[question.name]
                ]
            target = question.link_target()
            if target is not None and target != USER_LINK:
                pointing[question.name] = self.linked(target, place)
        return pointing

    def linked(self, target: str, place: str) -> int | None:
        records = self.planted.records
        return records.get((target, place)) or records.get((target, "shared"))

    def restrict(self) -> None:
        """Close the cases that are to be closed, and withdraw the consent of others."""
        for place in RESTRICTED_PLACES:
            said = self.planted.policy.restriction(place.partition("_")[2])
            answer = said["codes"][0] if "codes" in said else self.planted.today
            form, record_id = self.planted.forms[said["form"]], self.planted.records[said["form"], place]
            record = self.repository.find(form.key, record_id)
            answers = {**answers_of(self.repository, record), said["question"]: answer}
            correct_sheet(self.repository, form, record_id, record.version, answers, self.actor("case_manager"))

    def put_away(self) -> None:
        for (key, place), record_id in self.planted.records.items():
            if place in ("deleted", "shared_deleted"):
                delete_sheet(self.repository, self.planted.forms[key], record_id, self.actor("case_manager"))

    def leave_a_draft(self) -> None:
        """What stands half typed on a page is nobody else's to read."""
        record = self.planted.records["visit_report", "own"]
        typed = [("visit_purpose", self.planted.aviary.word(Private(OWNER)))]
        keep_draft(self.repository, self.planted.users[OWNER], PageOf("visit_report", record_id=record), typed)
        expired_sessions.keep_expired_page(
            self.repository,
            self.planted.users[OWNER],
            "ReversingPages.reverse",
            "/records/humanitarian_aid/1/reverse",
            [("reason", self.planted.aviary.word(Private(OWNER)))],
        )


def every_link(planted: Planted, place: str) -> Iterator[tuple[str, int]]:
    """(target, id) of the records that links of a record in this place would point to."""
    for form in planted.forms:
        found = planted.records.get((form, place)) or planted.records.get((form, "shared"))
        if found is not None:
            yield form, found
    yield USER_LINK, planted.users["case_manager"]
