"""An organisation that calls nothing as the shipped forms do has its overview, its merge, its team all the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.access.appbuilder.install import create_access_tables
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition, make_definition, make_parts
from dosar.language.load.yaml_reader import read_text
from dosar.language.text.message import Mistake
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import carry_out_steps
from dosar.overview.programme import programme_now
from dosar.records.actor import Actor
from dosar.records.audit_log import history_entries
from dosar.records.cases.merge import CaseMerge, merge_cases
from dosar.records.finding.duplicates import find_duplicates
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.teams import join_team, leave_team, team_places
from tests.records.offices import ROMANIAN, TODAY, Office, _hire

FILES = {
    "form:case": """
form: case
title: {en: File, ro: Dosar}
record_title: "{mark}"
list: [mark]
person: {names: [[alias]]}
sections:
  - title: {en: File, ro: Dosar}
    questions:
      - {name: mark, type: code, pattern: "F-{number}", search: true, label: {en: Mark, ro: Cod}}
      - {name: alias, type: text, search: true, label: {en: Alias, ro: Poreclă}}
""",
    "form:house": """
form: house
title: {en: House, ro: Casă}
record_title: "{called}"
list: [called]
sections:
  - title: {en: House, ro: Casă}
    questions:
      - {name: called, type: text, label: {en: Name, ro: Nume}}
      - name: step
        type: select_one
        label: {en: Step, ro: Pas}
        choices: [{code: first, label: {en: First, ro: Prima}}]
      - {name: mats, type: integer, label: {en: Mats, ro: Saltele}}
""",
    "form:lodging": """
form: lodging
title: {en: Lodging, ro: Cazare}
belongs_to: case
list: [came]
sections:
  - title: {en: Lodging, ro: Cazare}
    questions:
      - {name: under_roof, type: link, to: house, label: {en: House, ro: Casă}}
      - name: step
        type: select_one
        label: {en: Step, ro: Pas}
        choices: [{code: first, label: {en: First, ro: Prima}}]
      - {name: came, type: date, label: {en: Came, ro: Venire}}
      - {name: goes, type: date, label: {en: Goes, ro: Pleacă}}
      - {name: went, type: date, label: {en: Went, ro: A plecat}}
""",
    "roles": """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - {role: captain, title: {en: Captain, ro: Căpitan}, leads: true, steps_back_as: sailor}
  - {role: sailor, title: {en: Sailor, ro: Marinar}, scope: own, may: {case: [see]}}
""",
    "stages": """
programme:
  stays: {form: lodging, place: under_roof, phase: step, since: came, last: goes, left: went}
  places: {form: house, phase: step, beds: mats}
""",
}


def definition() -> Definition:
    contents = {part: read_text(text, "a.yaml").contents for part, text in FILES.items()}
    return make_definition(make_parts(contents), contents)


@pytest.fixture
def others(store: Store) -> Iterator[Office]:
    """The organisation, with nothing filed yet."""
    with store.writing() as session:
        create_access_tables(session.connection())
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()
        carry_out_steps(session.connection(), plan_steps(session.connection(), definition()))
    with acting_as(SYSTEM_SCOPE):
        yield Office(Repository(store, definition()), _hire(store, "ana", "paul", role="sailor"))
    store.session.remove()


def test_the_overview_counts_the_places_it_is_told_of(others: Office) -> None:
    case = others.enter(CASE_FORM)
    house = others.enter("house", called="Teiul", step="first", mats=3)
    long_ago, lately = TODAY - timedelta(90), TODAY - timedelta(20)
    others.enter("lodging", case, under_roof=house, step="first", came=lately, goes=TODAY + timedelta(2))
    others.enter("lodging", case, under_roof=house, step="first", came=long_ago, went=lately)
    declared = others.repository.definition.stages.programme
    assert declared is not None
    now = programme_now(others.repository, declared, others.repository.forms, ROMANIAN)
    assert [(beds.phase, beds.beds, beds.free) for beds in now.beds] == [("first", 3, 2)]
    assert [(now.titles[CASE_FORM, stay.case_id], stay.is_near(TODAY)) for stay in now.stays] == [("F-1", True)]
    assert (now.titles["house", house], list(now.agreements)) == ("Teiul", [])


def test_merged_cases_name_each_other_by_their_own_code(others: Office) -> None:
    kept, gone = others.enter(CASE_FORM, alias="Sora"), others.enter(CASE_FORM, alias="Sora")
    compared = CaseMerge(
        kept, others.open(CASE_FORM, kept).record.version, gone, others.open(CASE_FORM, gone).record.version
    )
    merge_cases(others.repository, compared, [], others.actor(), "una și aceeași")
    told = history_entries(others.repository, others.form(CASE_FORM), others.repository.case(kept))
    assert "F-2: una și aceeași" in [entry.reason for entry in told]


def captain(office: Office, user: str) -> Actor:
    return Actor(office.people[user], "captain", TODAY)


def crew(office: Office, case: int) -> dict[str, str]:
    names = {number: name for name, number in office.people.items()}
    return {
        names[member.user_id]: member.role for member in team_places(office.repository, office.repository.case(case))
    }


def test_who_leads_a_case_is_said_by_the_role(others: Office) -> None:
    case = enter_sheet(others.repository, others.form(CASE_FORM), {}, captain(others, "ana"))
    record, actor = others.repository.case(case), captain(others, "ana")
    hers = Scope(
        others.people["ana"], "own", frozenset({others.people["ana"]}), {CASE_FORM: frozenset({"see", "correct"})}
    )
    with acting_as(hers):
        with pytest.raises(Mistake):
            leave_team(others.repository, record, [others.people["ana"]], actor)
        join_team(others.repository, record, others.people["paul"], "captain", actor)
    assert crew(others, case) == {"paul": "captain"}


def test_of_two_who_led_one_steps_back(others: Office) -> None:
    kept, gone = (
        enter_sheet(others.repository, others.form(CASE_FORM), {}, captain(others, user)) for user in ("ana", "paul")
    )
    merge_cases(others.repository, CaseMerge(kept, 1, gone, 1), [], captain(others, "ana"))
    assert crew(others, kept) == {"ana": "captain", "paul": "sailor"}


def test_who_may_be_known_already_is_told_by_the_names_a_form_asks(others: Office) -> None:
    first = others.enter(CASE_FORM, alias="Sorina Vîlcu")
    assert [
        found_record.id
        for found_record in find_duplicates(others.repository, others.form(CASE_FORM), {"alias": "Vâlcu Sorina"})
    ] == [first]
