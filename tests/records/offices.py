"""A small organisation's office for the stories in this folder: four forms, three workers, two cases."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, insert, select

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.access.appbuilder.install import create_access_tables
from dosar.access.framework import Role, User, assoc_user_role
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import Definition, make_definition, make_parts
from dosar.language.load.yaml_reader import read_text
from dosar.language.organisation.roles import CasesReached
from dosar.language.question import ReadingContext
from dosar.language.question_options import Sensitivity
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import carry_out_steps
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import Sheet, open_sheet
from dosar.records.teams import join_team
from tests.databases import Place, fresh_place

TODAY = date(2026, 11, 22)
ROMANIAN = ReadingContext("ro", TODAY)
EVERYTHING: frozenset[Sensitivity] = frozenset({"identity", "health", "legal", "story"})
ALL_RIGHTS = frozenset({"see", "enter", "correct", "delete", "export"})

FORMS = {
    "case": """
form: case
title: {en: Case file, ro: Dosar}
record_title: "{code} {last_name}"
person: {names: [[last_name, first_name]]}
list: [code, last_name, status, opened_on]
filters: [status]
sort: [last_name]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: code, type: code, search: true, label: {en: Number, ro: Număr}}
      - {name: opened_on, type: date, label: {en: Opened on, ro: Deschis la}}
      - name: status
        type: select_one
        label: {en: Status, ro: Stadiu}
        choices:
          - {code: open, label: {en: Open, ro: Deschis}}
          - {code: closed, label: {en: Closed, ro: Închis}}
      - {name: last_name, type: text, sensitivity: identity, search: true, label: {en: Last name, ro: Nume}}
      - {name: first_name, type: text, sensitivity: identity, search: true, label: {en: Name, ro: Prenume}}
      - {name: county, type: text, search: true, label: {en: County, ro: Județ}}
""",
    "visit": """
form: visit
belongs_to: case
record_title: "{purpose}"
title: {en: Visit, ro: Vizită}
list: [visit_date, before, partner]
filters: [partner, visit_date]
sort: [-visit_date]
sections:
  - title: {en: Visit, ro: Vizita}
    questions:
      - {name: visit_date, type: date, label: {en: Date, ro: Data}}
      - {name: purpose, type: text, search: true, unknown: true, label: {en: Purpose, ro: Scop}}
      - {name: story, type: paragraph, sensitivity: story, search: true, label: {en: Story, ro: Povestea}}
      - {name: partner, type: link, to: organisation, label: {en: Partner, ro: Partener}}
      - {name: before, type: link, to: visit, across_cases: true, label: {en: Visit before, ro: Vizita anterioară}}
      - {name: photo, type: file, label: {en: Photo, ro: Fotografie}}
      - name: family
        type: table
        search: true
        label: {en: Family, ro: Familie}
        columns:
          - {name: name, type: text, sensitivity: identity, search: true, label: {en: Name, ro: Nume}}
          - {name: age, type: integer, label: {en: Age, ro: Vârsta}}
          - {name: helper, type: link, to: organisation, label: {en: Helped by, ro: Ajutat de}}
""",
    "aid": """
form: aid
belongs_to: case
append_only: true
title: {en: Aid, ro: Ajutor}
list: [given_on, kind, value]
filters: [kind]
sort: [-given_on]
totals: [{sum: value, by: [kind]}]
sections:
  - title: {en: Aid, ro: Ajutor}
    questions:
      - {name: given_on, type: date, label: {en: Given on, ro: Dat la}}
      - name: kind
        type: select_one
        label: {en: Kind, ro: Tip}
        choices: [{code: food, label: {en: Food, ro: Alimente}}, {code: rent, label: {en: Rent, ro: Chirie}}]
      - {name: value, type: money, label: {en: Value, ro: Valoare}}
""",
    "organisation": """
form: organisation
title: {en: Organisation, ro: Organizație}
record_title: "{name}"
list: [name]
sort: [name]
sections:
  - title: {en: Organisation, ro: Organizația}
    questions:
      - {name: name, type: text, search: true, label: {en: Name, ro: Denumire}}
""",
}

ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - role: case_manager
    title: {en: Case manager, ro: Manager de caz}
    leads: true
    steps_back_as: social_worker
    scope: own
    may: {case: [see]}
  - {role: social_worker, title: {en: Social worker, ro: Asistent social}, scope: own, may: {case: [see]}}
"""


@dataclass
class Office:
    """Its records and the people who work with them."""

    repository: Repository
    people: dict[str, int]
    ion: int = 0
    """Ana's case."""
    vasile: int = 0
    """Maria's case."""

    def form(self, key: str) -> Form:
        return self.repository.forms[key]

    def known(self, *clearances: Sensitivity) -> dict[str, Form]:
        """The forms as somebody with these clearances knows them."""
        return {key: form.seen_with(frozenset(clearances)) for key, form in self.repository.forms.items()}

    def actor(self, user: str = "ana", today: date = TODAY) -> Actor:
        return Actor(self.people[user], "case_manager", today)

    def scope(
        self,
        user: str = "ana",
        cases: CasesReached = "own",
        colleagues: Sequence[str] = (),
        **rights: set[str],
    ) -> Scope:
        """What the worker may do: everything with every form, or just what ``rights`` say."""
        allowed = {key: frozenset(rights.get(key, ())) for key in FORMS} if rights else dict.fromkeys(FORMS, ALL_RIGHTS)
        return Scope(self.people[user], cases, frozenset({self.people[name] for name in (user, *colleagues)}), allowed)

    def enter(self, key: str, case: int | None = None, token: str = "", user: str = "ana", **answers: Any) -> int:
        return enter_sheet(self.repository, self.form(key), answers, self.actor(user), case, token)

    def correct(self, key: str, record_id: int, version: int, user: str = "ana", **answers: Any) -> None:
        correct_sheet(self.repository, self.form(key), record_id, version, answers, self.actor(user))

    def open(self, key: str, record_id: int) -> Sheet:
        self.repository.session.expire_all()
        return open_sheet(self.repository, key, record_id)

    def count(self, key: str) -> int:
        kept = self.repository.record_class(key)
        return int(self.repository.session.scalar(select(func.count(kept.id))) or 0)


@cache
def definition() -> Definition:
    """The organisation's forms, read once."""
    contents = {f"form:{key}": read_text(text, f"{key}.yaml").contents for key, text in FORMS.items()}
    contents["roles"] = read_text(ROLES, "roles.yaml").contents
    return make_definition(make_parts(contents), contents)


@dataclass(frozen=True)
class Filled:
    """The organisation in a database that nobody has open: making it takes long, a copy of it is made at once."""

    place: Place
    people: dict[str, int]
    ion: int
    vasile: int


@contextmanager
def office_in(store: Store) -> Iterator[Office]:
    """The organisation, in an empty database."""
    with store.writing() as session:
        connection = session.connection()
        create_access_tables(connection)
        SYSTEM_METADATA.create_all(connection)
        store.open_data_key()
        carry_out_steps(connection, plan_steps(connection, definition()))
    office = Office(Repository(store, definition()), _hire(store, "ana", "maria", "paul"))
    with acting_as(SYSTEM_SCOPE):
        office.ion = office.enter(CASE_FORM, last_name="Țîrcă", first_name="Ion", status="open", county="Hîncești")
        office.vasile = office.enter(
            CASE_FORM, user="maria", last_name="Pop", first_name="Vasile", status="closed", county="Cluj"
        )
    store.session.remove()
    yield office
    store.session.remove()


@contextmanager
def filled_office(database: str, folder: Path) -> Iterator[Filled]:
    """The organisation in a database of this kind, to be copied."""
    with fresh_place(database, folder) as place:
        store = place.open()
        with office_in(store) as office:
            filled = Filled(place, office.people, office.ion, office.vasile)
        store.close()
        yield filled


@contextmanager
def office_like(filled: Filled, store: Store) -> Iterator[Office]:
    """The organisation, in a copy of its database."""
    store.open_data_key()
    yield Office(Repository(store, definition()), dict(filled.people), filled.ion, filled.vasile)
    store.session.remove()


def _hire(store: Store, *names: str, role: str = "social_worker") -> dict[str, int]:
    users, roles = User.__table__, Role.__table__
    with store.writing() as session:
        made = insert(roles).values(name=role).returning(roles.c.id)
        role_id = session.scalar(select(roles.c.id).where(roles.c.name == role)) or session.scalar(made)
        people = {
            name: session.execute(
                insert(users)
                .values(
                    first_name=name.title(),
                    last_name="Probă",
                    username=name,
                    email=f"{name}@example.org",
                    active=True,
                )
                .returning(users.c.id)
            ).scalar_one()
            for name in names
        }
        held = [{"user_id": number, "role_id": role_id} for number in people.values()]
        session.execute(insert(assoc_user_role), held)
    return people


def together_in(office: Office, case: str, user: str) -> None:
    """Put a worker on somebody's case."""
    with acting_as(SYSTEM_SCOPE):
        join_team(
            office.repository,
            office.repository.case(getattr(office, case)),
            office.people[user],
            "social_worker",
            office.actor(user),
        )
    office.repository.session.remove()


def at_once(office: Office, people: int, work: Callable[[int], None]) -> None:
    """So many threads do the work at the same moment, each with every right."""
    start, failed = threading.Barrier(people), []

    def act(person: int) -> None:
        try:
            start.wait()
            with acting_as(SYSTEM_SCOPE):
                work(person)
        except BaseException as error:  # shown below, in the thread that can fail the test
            failed.append(error)
        finally:
            office.repository.session.remove()

    threads = [threading.Thread(target=act, args=(person,)) for person in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(office.repository.store.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(office.repository.store.engine, "before_cursor_execute", note)
