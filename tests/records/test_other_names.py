"""An organisation that calls nothing as the shipped forms do has its overview, its merge, its team all the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

import app.fields  # noqa: F401 - tells the language its kinds of question
from app.access.install import install
from app.language.folder import Definition, define, make_parts
from app.language.form import CASE
from app.language.reading import read_text
from app.records.cabinet import Cabinet
from app.records.history import entries
from app.records.merging import Merging, merge
from app.records.planning import carry_out, plan
from app.records.programme import programme_now
from app.records.scope import SYSTEM, acting_as
from app.records.store import Store
from app.records.system import SYSTEM_METADATA
from tests.records.cabinets import ROMANIAN, TODAY, Office, _hire

FILES = {
    "form:case": """
form: case
title: {en: File, ro: Dosar}
record_title: "{mark}"
list: [mark]
sections:
  - title: {en: File, ro: Dosar}
    questions:
      - {name: mark, type: code, pattern: "F-{number}", search: true, label: {en: Mark, ro: Cod}}
      - {name: alias, type: text, label: {en: Alias, ro: Poreclă}}
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
    "stages": """
programme:
  stays: {form: lodging, place: under_roof, phase: step, since: came, last: goes, left: went}
  places: {form: house, phase: step, beds: mats}
""",
}


def definition() -> Definition:
    contents = {part: read_text(text, "a.yaml").contents for part, text in FILES.items()}
    return define(make_parts(contents), contents)


@pytest.fixture
def others(store: Store) -> Iterator[Office]:
    """The organisation, with nothing filed yet."""
    with store.writing() as session:
        install(session.connection())
        SYSTEM_METADATA.create_all(session.connection())
        carry_out(session.connection(), plan(session.connection(), definition()))
    with acting_as(SYSTEM):
        yield Office(Cabinet(store, definition()), _hire(store, "ana", "paul"))
    store.session.remove()


def test_the_overview_counts_the_places_it_is_told_of(others: Office) -> None:
    case = others.enter(CASE)
    house = others.enter("house", called="Teiul", step="first", mats=3)
    long_ago, lately = TODAY - timedelta(90), TODAY - timedelta(20)
    others.enter("lodging", case, under_roof=house, step="first", came=lately, goes=TODAY + timedelta(2))
    others.enter("lodging", case, under_roof=house, step="first", came=long_ago, went=lately)
    declared = others.cabinet.definition.stages.programme
    assert declared is not None
    now = programme_now(others.cabinet, declared, others.cabinet.forms, ROMANIAN)
    assert [(one.phase, one.beds, one.free) for one in now.beds] == [("first", 3, 2)]
    assert [(now.titles[CASE, one.case_id], one.is_near(TODAY)) for one in now.stays] == [("F-1", True)]
    assert (now.titles["house", house], list(now.agreements)) == ("Teiul", [])


def test_merged_cases_name_each_other_by_their_own_code(others: Office) -> None:
    kept, gone = others.enter(CASE, alias="Sora"), others.enter(CASE, alias="Sora")
    compared = Merging(kept, others.open(CASE, kept).record.version, gone, others.open(CASE, gone).record.version)
    merge(others.cabinet, compared, [], others.clerk(), "una și aceeași")
    told = entries(others.cabinet, others.form(CASE), others.cabinet.case(kept))
    assert "F-2: una și aceeași" in [one.reason for one in told]
