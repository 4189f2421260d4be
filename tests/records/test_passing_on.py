"""What is somebody's to do goes on to the next one as soon as she cannot work on the case, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from sqlalchemy import delete, insert, select

from dosar.access.accounts.access_periods import AccessPeriod
from dosar.access.accounts.access_requests import confirm_access, waiting_requests
from dosar.access.accounts.users import UserDetails, change_user, change_user_days, set_user_active
from dosar.access.accounts.work_teams import all_work_teams, dissolve_work_team
from dosar.access.framework import Role, User, assoc_user_role
from dosar.access.roles.permissions import sync_permissions
from dosar.access.services import AccessServices
from dosar.access.worker import Worker, worker_for
from dosar.database.system_tables import deadline_state_table, deadline_table
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition, make_definition, make_parts
from dosar.language.load.yaml_reader import read_text
from dosar.language.organisation.roles import Roles
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import carry_out_steps
from dosar.overview.deadlines.reading import find_deadlines
from dosar.overview.workload import hand_over_tasks
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import join_team, leave_team
from tests.records.offices import FORMS, TODAY, Office

QUESTIONS = """
  - title: {en: Task, ro: Sarcină}
    questions:
      - {name: due_on, type: date, label: {en: Due, ro: Termen}}
      - {name: who, type: link, to: user, label: {en: Who, ro: Cine}}
      - {name: done_on, type: date, label: {en: Done, ro: Făcut}}
"""
RULE = """
deadlines:
  - {deadline: do, title: {en: Task, ro: Sarcină}, on: due_on, responsible: who, done: done_on}
"""
STEPS = """
  - title: {en: Steps, ro: Pași}
    questions:
      - name: steps
        type: table
        label: {en: Steps, ro: Pași}
        columns:
          - {name: day, type: date, label: {en: Day, ro: Ziua}}
          - {name: by, type: link, to: user, label: {en: Who, ro: Cine}}
          - {name: done, type: date, label: {en: Done, ro: Făcut}}
"""
HEAD = "title: {en: Task, ro: Sarcină}\nlist: [due_on]\nsections:"
TASKS = {
    CASE_FORM: FORMS[CASE_FORM] + QUESTIONS + RULE,
    "task": f"form: task\nbelongs_to: case\n{HEAD}{QUESTIONS}{STEPS}{RULE}"
    "  - {deadline: step, title: {en: Step, ro: Pas}, on: steps.day, responsible: by, done: steps.done}\n",
    "chore": f"form: chore\n{HEAD}{QUESTIONS}{RULE}",
}
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - role: case_manager
    title: {en: Case manager, ro: Manager de caz}
    leads: true
    steps_back_as: social_worker
    scope: own
    may: {"*": [see]}
  - {role: social_worker, title: {en: Social worker, ro: Asistent social}, scope: own, may: {"*": [see]}}
  - {role: colleague, title: {en: Colleague, ro: Coleg}, scope: team, may: {"*": [see]}}
  - {role: coordinator, title: {en: Coordinator, ro: Coordonator}, scope: all, may: {"*": [see]}}
  - {role: guest, title: {en: Guest, ro: Oaspete}, scope: all, may: {aid: [see]}}
"""


@cache
def tasked() -> Definition:
    """The office's forms, with tasks."""
    contents = {f"form:{key}": read_text(text, f"{key}.yaml").contents for key, text in {**FORMS, **TASKS}.items()}
    contents["roles"] = read_text(ROLES, "roles.yaml").contents
    return make_definition(make_parts(contents), contents)


@dataclass
class Tasked:
    """The office, who looks after its accounts, and what is Maria's in Ana's case."""

    office: Office
    services: AccessServices
    by: Worker

    def whose(self, rule: str = "task.do") -> str | None:
        """By name; and what is kept is what a reckoning from scratch finds."""
        assert self.kept() == self.reckoned(TODAY)
        return self.now(rule)

    def now(self, rule: str = "task.do") -> str | None:
        names = {number: name for name, number in self.office.people.items()}
        [due] = [each for each in find_deadlines(self.office.repository) if each.rule.key == rule]
        return names.get(due.user_id or 0)

    def kept(self) -> set[tuple[object, ...]]:
        columns = [column for column in deadline_table.c if column.name != "id"]
        return {tuple(row) for row in self.office.repository.session.execute(select(*columns))}

    def reckoned(self, day: date) -> set[tuple[object, ...]]:
        with self.office.repository.writing() as session:
            for table in (deadline_table, deadline_state_table):
                session.connection().execute(delete(table))
        assert self.office.repository.reckon_deadlines(day)
        return self.kept()

    def give(self, user: str, *roles: str, teams: tuple[str, ...] = ()) -> None:
        """Let her hold these roles alone, in these teams of workers."""
        person = UserDetails(user, user.title(), "Probă", frozenset(roles), frozenset(teams))
        change_user(self.services, self.by, self.office.people[user], person)

    def days(self, user: str, until: date, team: int = ACCOUNT_ITSELF) -> None:
        change_user_days(self.services, self.by, self.office.people[user], {team: AccessPeriod(None, until)})

    def team(self) -> int:
        [team] = all_work_teams(self.services.session)
        return int(team.id)


@pytest.fixture
def tasked_office(office: Office) -> Iterator[Tasked]:
    store = office.repository.store
    with store.writing() as session:
        carry_out_steps(session.connection(), plan_steps(session.connection(), tasked()))
    office.repository = Repository(store, tasked())
    services = AccessServices(store, tasked(), lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 9))
    with store.writing() as session:
        sync_permissions(session, tasked().roles, tasked().forms)
    administrator = hire(office, "vera", "administrator")
    with acting_as(replace(SYSTEM_SCOPE, today=TODAY)):
        tasks = Tasked(office, services, worker_for(services, administrator))
        for user in ("ana", "maria", "paul"):
            tasks.give(user, "social_worker")
        office.enter("task", office.ion, due_on=TODAY, who=office.people["maria"])
        yield tasks


def hire(office: Office, name: str, role: str) -> int:
    with office.repository.writing() as session:
        values = {"first_name": name.title(), "last_name": "Probă", "username": name, "email": name, "active": True}
        made = insert(User.__table__).values(**values, password="-").returning(User.__table__.c.id)
        number: int = session.execute(made).scalar_one()
        role_id = session.scalar(select(Role.id).where(Role.name == role))
        session.execute(insert(assoc_user_role), [{"user_id": number, "role_id": role_id}])
    office.people[name] = number
    return number


def join(tasks: Tasked, user: str, case: int, since: date = TODAY, until: date | None = None) -> None:
    office = tasks.office
    found, actor = office.repository.case(case), office.actor()
    join_team(office.repository, found, office.people[user], "social_worker", actor, since, planned_end=until)


def test_who_is_not_on_the_case_passes_it_on_until_she_is(tasked_office: Tasked) -> None:
    assert tasked_office.whose() == "ana", "who leads the case"
    join(tasked_office, "maria", tasked_office.office.ion)
    assert tasked_office.whose() == "maria"


def test_a_role_that_is_taken_from_her_takes_her_tasks(tasked_office: Tasked) -> None:
    join(tasked_office, "maria", tasked_office.office.ion)
    for role, whose in {"guest": "ana", "colleague": "maria", "coordinator": "maria"}.items():
        tasked_office.give("maria", role)
        assert tasked_office.whose() == whose, role
    tasked_office.give("maria")
    assert tasked_office.whose() == "ana"


def test_without_her_place_a_role_reaches_as_far_as_its_scope(tasked_office: Tasked) -> None:
    for role, whose in {"social_worker": "ana", "colleague": "ana", "coordinator": "maria", "guest": "ana"}.items():
        tasked_office.give("maria", role)
        assert tasked_office.whose() == whose, role


def test_a_colleague_of_who_works_on_it_works_on_it_too(tasked_office: Tasked) -> None:
    tasked_office.give("ana", "social_worker", teams=("Nord",))
    tasked_office.give("maria", "social_worker", teams=("Nord",))
    assert tasked_office.whose() == "ana", "her role reaches her own cases alone"
    tasked_office.give("maria", "colleague", teams=("Nord",))
    assert tasked_office.whose() == "maria"
    tasked_office.give("ana", "social_worker")
    assert tasked_office.whose() == "ana", "whose cases are no colleague's any more"
    tasked_office.give("ana", "social_worker", teams=("Nord",))
    assert tasked_office.whose() == "maria"
    dissolve_work_team(tasked_office.services, tasked_office.by, tasked_office.team())
    assert tasked_office.whose() == "ana"


def test_her_last_day_in_a_team_of_workers_or_a_colleagues_ends_it(tasked_office: Tasked) -> None:
    tasked_office.give("ana", "social_worker", teams=("Nord",))
    tasked_office.give("maria", "colleague", teams=("Nord",))
    team = tasked_office.team()
    tasked_office.days("ana", TODAY, team)
    assert tasked_office.whose() == "maria"
    tasked_office.days("ana", TODAY - timedelta(1), team)
    assert tasked_office.whose() == "ana"


def test_the_last_day_of_her_account_ends_it(tasked_office: Tasked) -> None:
    join(tasked_office, "maria", tasked_office.office.ion)
    tasked_office.days("maria", TODAY)
    assert tasked_office.whose() == "maria"
    tasked_office.reckoned(TODAY + timedelta(1))
    assert tasked_office.now() == "ana", "at midnight"
    tasked_office.days("maria", TODAY - timedelta(1))
    assert tasked_office.whose() == "ana"


def test_a_closed_account_passes_it_on_at_once(tasked_office: Tasked) -> None:
    join(tasked_office, "maria", tasked_office.office.ion)
    set_user_active(tasked_office.services, tasked_office.by, tasked_office.office.people["maria"], False)
    assert tasked_office.whose() == "ana"
    set_user_active(tasked_office.services, tasked_office.by, tasked_office.office.people["maria"], True)
    assert tasked_office.whose() == "maria"


def test_a_place_on_the_case_is_hers_from_its_first_day_to_its_last(tasked_office: Tasked) -> None:
    join(tasked_office, "maria", tasked_office.office.ion, TODAY + timedelta(2), TODAY + timedelta(4))
    for days, whose in {0: "ana", 2: "maria", 4: "maria", 5: "ana"}.items():
        tasked_office.reckoned(TODAY + timedelta(days))
        assert tasked_office.now() == whose, days


def test_a_role_that_waits_for_a_second_person_is_none_yet(tasked_office: Tasked) -> None:
    hire(tasked_office.office, "dan", "administrator")
    tasked_office.give("maria", "coordinator")
    assert tasked_office.whose() == "ana"
    [asked] = waiting_requests(tasked_office.services, tasked_office.office.people["maria"])
    dan = worker_for(tasked_office.services, tasked_office.office.people["dan"])
    confirm_access(tasked_office.services, dan, asked.id, lambda leaver, to: None)
    assert tasked_office.whose() == "maria"


def test_who_is_named_in_the_case_file_is_another_now(tasked_office: Tasked) -> None:
    office = tasked_office.office
    for user in ("maria", "paul"):
        join(tasked_office, user, office.ion)
        version = office.repository.case(office.ion).version
        office.correct(CASE_FORM, office.ion, version, due_on=TODAY, who=office.people[user])
        assert tasked_office.whose("case.do") == user
    tasked_office.give("paul")
    assert tasked_office.whose("case.do") == "ana"


def test_what_she_left_stays_left_in_a_case_that_became_one_with_another(tasked_office: Tasked) -> None:
    office = tasked_office.office
    join(tasked_office, "paul", office.vasile)
    office.enter("task", office.vasile, user="maria", due_on=TODAY, who=office.people["paul"])
    leave_team(office.repository, office.repository.case(office.vasile), [office.people["paul"]], office.actor())
    kept, gone = both_cases(office.repository, office.ion, office.vasile)
    merging = CaseMerge(
        kept_id=office.ion,
        gone_id=office.vasile,
        kept_version=kept.record.version,
        gone_version=gone.record.version,
    )
    merge_cases(office.repository, merging, [], office.actor(), "Același om")
    assert tasked_office.whose() == "ana", "who leads the case that stays"
    join(tasked_office, "paul", office.ion)
    assert tasked_office.whose() == "paul"


def test_a_row_that_names_her_goes_on_too(tasked_office: Tasked) -> None:
    office = tasked_office.office
    join(tasked_office, "paul", office.ion)
    office.enter("task", office.ion, due_on=TODAY, steps=[{"day": TODAY, "by": office.people["paul"]}])
    assert tasked_office.whose("task.step") == "paul"
    tasked_office.give("paul")
    assert tasked_office.whose("task.step") == "ana"
    tasked_office.give("paul", "social_worker")
    assert tasked_office.whose("task.step") == "paul"


def test_of_no_case_it_is_nobodys_once_no_role_shows_it_to_her(tasked_office: Tasked) -> None:
    office = tasked_office.office
    office.enter("chore", due_on=TODAY, who=office.people["maria"])
    assert tasked_office.whose("chore.do") == "maria"
    tasked_office.give("maria", "guest")
    assert tasked_office.whose("chore.do") is None
    tasked_office.give("maria", "colleague")
    assert tasked_office.whose("chore.do") == "maria"
    tasked_office.days("maria", TODAY - timedelta(1))
    assert tasked_office.whose("chore.do") is None


def test_what_a_sheet_says_is_hers_is_handed_over_also_after_it_went_on(tasked_office: Tasked) -> None:
    office = tasked_office.office
    for user in ("maria", "paul"):
        join(tasked_office, user, office.ion)
    set_user_active(tasked_office.services, tasked_office.by, office.people["maria"], False)
    assert tasked_office.whose() == "ana"
    hand_over_tasks(office.repository, office.people["maria"], office.people["paul"], office.actor())
    assert tasked_office.whose() == "paul"


def test_all_is_reckoned_anew_by_roles_that_reach_less(tasked_office: Tasked) -> None:
    tasked_office.give("maria", "coordinator")
    assert tasked_office.whose() == "maria"
    own = [role.model_copy(update={"scope": "own"}) for role in tasked().roles.roles]
    narrower = replace(tasked(), roles=Roles(roles=own))
    repository = Repository(tasked_office.office.repository.store, narrower)
    assert not repository.reckons_by_these_rules() and repository.reckon_deadlines(TODAY)
    assert tasked_office.now() == "ana"
