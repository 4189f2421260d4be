"""Who may see an answer that follows from others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.form import Form
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import is_only_advice, read_folder
from tests.findings import findings_in

CASE = """
form: case
title: {en: Case, ro: Caz}
list: [code, young]
sort: [young]
filters: [young]
record_title: "{code} {age}"
sections:
  - title: {en: Person, ro: Persoana}
    questions:
      - {name: code, type: code, label: {en: Code, ro: Cod}}
      - {name: opened, type: date, label: {en: Opened, ro: Deschis}}
      - {name: born, type: date, sensitivity: identity, label: {en: Born, ro: Născut}}
      - {name: age, type: computed, value: "age(born, opened)", result: integer, label: {en: Age, ro: Vârsta}}
      - {name: young, type: computed, value: age < 18, result: yes_no, label: {en: Young, ro: Tânăr}}
      - {name: until, type: computed, value: "'soon'", show_if: young, result: text, label: {en: Until, ro: Până la}}
      - {name: this_year, type: computed, value: year(today()) - year(born) < 18, result: yes_no,
         reveals: {en: Only the year., ro: Doar anul.}, label: {en: This year, ro: Anul}}
  - title: {en: Child, ro: Copil}
    show_if: young
    questions:
      - {name: school, type: text, label: {en: School, ro: Școala}}
"""
VISIT = """
form: visit
title: {en: Visit, ro: Vizită}
belongs_to: case
list: [day]
sections:
  - title: {en: Part, ro: Partea}
    questions:
      - {name: day, type: date, label: {en: Day, ro: Ziua}}
      - {name: class_of, type: text, from_case: school, label: {en: Class, ro: Clasa}}
      - name: illnesses
        type: table
        sensitivity: health
        label: {en: Illnesses, ro: Boli}
        columns:
          - {name: what, type: text, label: {en: What, ro: Ce}}
          - {name: doctor, type: text, sensitivity: identity, label: {en: Doctor, ro: Medic}}
          - {name: twice, type: computed, value: "'yes'", show_if: answered(doctor), result: text,
             label: {en: Twice, ro: Dublu}}
      - {name: ill, type: computed, value: count(illnesses) > 0, result: yes_no, label: {en: Ill, ro: Bolnav}}
      - {name: doctors, type: computed, value: count(illnesses.doctor), result: integer,
         label: {en: Doctors, ro: Medici}}
      - {name: risk, type: computed, value: doctors + 1, result: integer, label: {en: Risk, ro: Risc},
         bands: [{label: {en: Low, ro: Scăzut}, level: low}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "case": CASE,
        "visit": VISIT,
        "roles": "roles: [{role: administrator, title: {en: A, ro: A}, pages: [users]}]\n",
        "menu": "menu: [{title: {en: Cases, ro: Cazuri}, entries: [case, visit]}]\n",
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def forms(folder: Path) -> Iterator[dict[str, Form]]:
    yield dict(make_definition(read_folder(folder).parts, {}).forms)


def test_what_follows_from_a_hidden_answer_is_hidden(forms: dict[str, Form]) -> None:
    """Through every chain: a rule, a condition, that of a section, and the columns, filters and order of lists."""
    known = forms["case"].seen_with(frozenset())
    assert known.questions.keys() == {"code", "opened", "this_year"}
    assert (known.list, known.filters, known.sort) == (["code"], [], [])
    assert forms["case"].seen_with(frozenset({"identity"})).questions == forms["case"].questions


def test_it_follows_through_tables_bands_and_other_sheets(forms: dict[str, Form]) -> None:
    visit = forms["visit"]
    assert visit.seen_with(frozenset()).questions.keys() == {"day"}
    assert visit.seen_with(frozenset({"identity"})).questions.keys() == {"day", "class_of"}
    nameless = visit.seen_with(frozenset({"health"}))
    assert nameless.questions.keys() == {"day", "illnesses", "ill"}
    assert [column.name for column in nameless.questions["illnesses"].columns_asked()] == ["what"]
    assert visit.seen_with(frozenset({"health", "identity"})).questions == visit.questions


def test_the_check_names_each_that_is_known_to_fewer_than_it_says(folder: Path) -> None:
    reading = read_folder(folder)
    found = findings_in(reading)
    named = [str(each.message.values["name"]) for each in found if each.code == "F064"]
    assert named == ["age", "young", "until", "school", "class_of", "ill", "doctors", "risk"]
    assert {each.code for each in found} == {"F064"} and is_only_advice(found) and not reading.broken()
    assert str(found[0]).startswith(
        f'{folder.name}/case.yaml:14: F064: "age" follows from answers that are seen with the clearance "identity"'
    )


def test_a_reason_for_nothing_is_taken_out(folder: Path) -> None:
    text = CASE.replace("type: code,", "type: code, reveals: {en: Why., ro: De ce.},")
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    told = [str(each) for each in findings_in(read_folder(folder)) if each.code == "F065"]
    assert told == [
        f'{folder.name}/case.yaml:11: F065: Nothing that "code" follows from asks for a clearance; take "reveals" out.'
    ]
