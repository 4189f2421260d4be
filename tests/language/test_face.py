"""Faces: the papers on which the records of one form are seen."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder
from dosar.language.question import ReadingContext
from tests.findings import findings_in

CASE = """
form: case
title: {en: Case, ro: Caz}
list: [code]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: code, type: code, pattern: "D-{year}-{number}", label: {en: Code, ro: Cod}}
      - {name: village, type: text, label: {en: Village, ro: Sat}}
"""
PLAN = """
form: plan
title: {en: Plan, ro: Plan}
belongs_to: case
face: paper
list: [day]
sections:
  - title: {en: Plan, ro: Plan}
    questions:
      - name: paper
        type: select_one
        label: {en: Paper, ro: Formular}
        choices:
          - {code: long, label: {en: Long, ro: Lung}}
          - {code: brief, label: {en: Brief, ro: Scurt}}
      - {name: day, type: date, label: {en: Day, ro: Ziua}}
      - {name: village, type: text, from_case: village, label: {en: Village, ro: Sat}}
      - {name: health, type: paragraph, sensitivity: health, label: {en: Health, ro: Sănătate}}
      - name: rows
        type: table
        label: {en: Rows, ro: Rânduri}
        columns:
          - {name: what, type: text, label: {en: What, ro: Ce}}
          - {name: who, type: text, label: {en: Who, ro: Cine}}
          - {name: risk, type: text, sensitivity: story, label: {en: Risk, ro: Risc}}
"""
VISIT = """
form: visit
title: {en: Visit, ro: Vizită}
belongs_to: case
list: [day]
sections:
  - title: {en: Visit, ro: Vizită}
    questions:
      - {name: day, type: date, label: {en: Day, ro: Ziua}}
      - {name: said, type: paragraph, sensitivity: story, label: {en: Said, ro: Spus}}
"""
VILLAGE = """
form: village
title: {en: Village, ro: Sat}
list: [since]
sections:
  - title: {en: Village, ro: Sat}
    questions:
      - {name: since, type: date, label: {en: Since, ro: Din}}
"""
BRIEF = """
face: brief
of: plan
paper: F21
title: {en: Agreement, ro: Acord}
sections:
  - title: {en: Obligations, ro: Obligații}
    number: "1"
    questions:
      - name: rows
        label: {en: Actions, ro: Acțiuni}
        columns: [who, {name: risk, label: {en: Danger, ro: Pericol}}]
      - {name: health, number: "2", lines: 3}
"""
LONG = """
face: long
of: plan
title: {en: Long plan, ro: Plan lung}
sections:
  - title: {en: Plan, ro: Plan}
    questions: [day, rows]
"""
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - {role: doctor, title: {en: Doctor, ro: Medic}}
"""
ANSWERS: dict[str, Any] = {
    "paper": "long",
    "day": "2026-01-01",
    "health": None,
    "rows": [{"id": 1, "what": "Curs", "who": "OIM", "risk": None}],
}

FILES = {"case": CASE, "plan": PLAN, "visit": VISIT, "village": VILLAGE, "faces/brief": BRIEF, "faces/long": LONG}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of forms without a mistake."""
    (tmp_path / "faces").mkdir()
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    menu = "menu: [{title: {en: All, ro: Tot}, entries: [case, plan, visit, village]}]"
    (tmp_path / "menu.yaml").write_text(menu, encoding="utf-8")
    (tmp_path / "roles.yaml").write_text(ROLES, encoding="utf-8")
    return tmp_path


def read(folder: Path) -> tuple[Form, dict[str, Face]]:
    reading = read_folder(folder)
    definition = make_definition(reading.parts, {})
    return definition.forms["plan"], {face.face: face for face in definition.faces["plan"]}


def told(folder: Path) -> list[str]:
    return [found.say() for found in findings_in(read_folder(folder))]


def test_a_folder_with_faces_has_nothing_to_mend(folder: Path) -> None:
    assert told(folder) == []


def test_a_paper_begins_with_answers_of_its_form(folder: Path) -> None:
    """A code that is not offered, a column that the paper has not, a day that is none."""
    (folder / "faces/brief.yaml").write_text(
        BRIEF.replace("label: {en: Actions", "default: [{who: OIM, what: Curs}]\n        label: {en: Actions"),
        "utf-8",
    )
    days = "questions: [{name: day, default: soon}, {name: paper, default: lnog}, {name: village, default: Sat}]"
    (folder / "faces/long.yaml").write_text(LONG.replace("questions: [day, rows]", days), "utf-8")
    assert [finding.partition(" cannot")[0].partition("/")[2] for finding in told(folder)] == [
        'faces/brief.yaml:11: F028: "rows"',
        'faces/long.yaml:7: F028: "day"',
        'faces/long.yaml:7: F028: "paper"',
    ]


def test_faces_stand_in_the_order_of_the_question(folder: Path) -> None:
    assert list(read(folder)[1]) == ["long", "brief"]


def test_a_face_asks_in_its_own_order_and_words(folder: Path) -> None:
    plan, faces = read(folder)
    brief = faces["brief"].as_form(plan)

    assert brief.key == "plan" and brief.paper == "F21" and list(brief.questions) == ["rows", "health"]
    assert brief.questions["health"].number == "2" and brief.questions["health"].box().lines == 3
    columns = brief.questions["rows"].columns_asked()
    assert [column.label["en"] for column in columns] == ["Who", "Danger"]
    assert [column.label["en"] for column in plan.questions["rows"].columns_asked()] == ["What", "Who", "Risk"]


def test_a_face_offers_some_of_the_choices_and_knows_the_others(folder: Path) -> None:
    (folder / "faces/long.yaml").write_text(LONG.replace("[day, rows]", "[{name: paper, choices: [long]}]"), "utf-8")
    plan, faces = read(folder)
    paper: Any = faces["long"].as_form(plan).questions["paper"]

    assert told(folder) == []
    assert [choice.code for choice in paper.options()] == ["long"]
    assert [choice.code for choice in paper.options_with(["brief"])] == ["long", "brief"]
    assert paper.shown("brief", ReadingContext("en", date(2026, 11, 22))) == "Brief"
    assert [choice.code for choice in plan.questions["paper"].options()] == ["long", "brief"]


def test_a_form_says_who_writes_what_no_question_says_itself(folder: Path) -> None:
    text = PLAN.replace("face: paper", "written_by: [doctor]\nface: paper").replace(
        "name: health, type: paragraph,", "name: health, type: paragraph, written_by: [administrator],"
    )
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    plan, faces = read(folder)
    writers = {question.name: question.written_by for question in faces["brief"].as_form(plan).questions.values()}

    assert told(folder) == []
    assert writers == {"rows": ("doctor",), "health": ("administrator",)}


def test_a_face_shows_nobody_more_than_the_form(folder: Path) -> None:
    plan, faces = read(folder)
    known = faces["brief"].as_form(plan.seen_with(frozenset()))

    assert list(known.questions) == ["rows"]
    assert [column.name for column in known.questions["rows"].columns_asked()] == ["who"]


def test_a_face_says_what_it_leaves_out(folder: Path) -> None:
    plan, faces = read(folder)
    left_out = [
        (question.name, column and column.name) for question, column in faces["brief"].omitted_questions(plan, ANSWERS)
    ]
    assert left_out == [("paper", None), ("day", None), ("rows", "what")]


@pytest.mark.parametrize(
    "file, old, new, said",
    [
        (
            "faces/brief",
            "columns: [who,",
            "columns: [whom,",
            'faces/brief.yaml:12: F041: no question is named "whom"; did you mean "who"?',
        ),
        (
            "faces/brief",
            "label: {en: Actions, ro: Acțiuni}",
            "parts: [{title: {en: Done, ro: Făcute}, by: whom, choices: [yes]}]",
            'faces/brief.yaml:11: F041: no question is named "whom"; did you mean "who"?',
        ),
        (
            "faces/long",
            "[day, rows]",
            "[dai, rows]",
            'faces/long.yaml:7: F041: no question is named "dai"; did you mean "day"?',
        ),
        (
            "faces/long",
            "[day, rows]",
            "[day, rows, day]",
            'faces/long.yaml:7: F041: The face asks "day" twice; keep one.',
        ),
        (
            "faces/long",
            "of: plan",
            "of: plans",
            'faces/long.yaml:3: F040: no form is named "plans"; did you mean "plan"?',
        ),
        (
            "faces/long",
            "title: {en: Long plan, ro: Plan lung}",
            "title: {en: Long plan}",
            "faces/long.yaml:4: F010: The text is missing in one language: Romanian.",
        ),
        (
            "plan",
            "code: brief",
            "code: brieff",
            'plan.yaml:5: F042: The question offers "brieff", which is no face of this form; did you mean "brief"?',
        ),
        (
            "plan",
            "face: paper",
            "face: papers",
            'plan.yaml:5: F041: no question is named "papers"; did you mean "paper"?',
        ),
        (
            "faces/long",
            "questions: [day, rows]",
            "questions: [{name: paper, choices: [long, breif]}]",
            'F041: "paper" has no choice "breif"; did you mean "brief"?',
        ),
        (
            "plan",
            "type: paragraph,",
            "type: paragraph, written_by: [docter],",
            'F043: no role is named "docter"; did you mean "doctor"?',
        ),
        (
            "plan",
            "name: who, type: text,",
            "name: who, type: text, written_by: [doctor],",
            "F043: A table is written as a whole; say written_by of the table.",
        ),
        (
            "plan",
            "from_case: village",
            "from_case: vilage",
            'F044: no question is named "vilage"; did you mean "village"?',
        ),
        (
            "plan",
            "type: text, from_case: village",
            "type: date, from_case: village",
            'F044: There "village" is of type "text"; take the same type here.',
        ),
        (
            "plan",
            "face: paper",
            "written_by: [docter]\nface: paper",
            'F043: no role is named "docter"; did you mean "doctor"?',
        ),
        (
            "plan",
            "type: date,",
            "type: date, from_last: vizit.day,",
            'F044: no form is named "vizit"; did you mean "visit"?',
        ),
        (
            "plan",
            "type: date,",
            "type: date, from_last: visit.dai,",
            'F044: no question is named "dai"; did you mean "day"?',
        ),
        (
            "plan",
            "type: date,",
            "type: date, from_last: village.since,",
            'F044: The form "village" belongs to no case; take one with "belongs_to: case".',
        ),
        (
            "plan",
            "type: date,",
            "type: date, from_last: visit.said,",
            'F044: There "said" is of type "paragraph"; take the same type here.',
        ),
        (
            "plan",
            "type: paragraph,",
            "type: paragraph, from_last: visit.said,",
            'F044: There "said" is seen with the clearance "story"; say "sensitivity: story" here too.',
        ),
        (
            "plan",
            "name: who, type: text,",
            "name: who, type: text, asked_again: true,",
            'F044: "asked_again" is said of a column in a table with "carry: true"; take it out here.',
        ),
        (
            "plan",
            "type: paragraph,",
            "type: file, carry: true,",
            'F044: A file stays with its sheet and no other begins with it; take "carry" out.',
        ),
        (
            "plan",
            "type: table",
            "type: table\n        carry_if: answered(who)",
            'F044: "carry_if" says which rows are carried over; say "carry: true" of the table too.',
        ),
        (
            "plan",
            "type: table",
            "type: table\n        carry: true\n        carry_if: answered(whom)",
            'F012: no question is named "whom"; did you mean "who"?',
        ),
        (
            "plan",
            "type: date,",
            "type: date, from_last: visit,",
            'F044: Only a link to "visit" takes over the sheet; write "visit." and one of its questions.',
        ),
        (
            "plan",
            "type: text, from_case: village",
            "type: code, within: vilage",
            'F016: "vilage" is no link of this form',
        ),
        (
            "plan",
            "list: [day]",
            "list: [day]\nprinted: {head: [visit.day, visit.dai]}",
            'F044: no question is named "dai"; did you mean "day"?',
        ),
        ("plan", "list: [day]", "list: [day]\nexcerpt: [dai]", 'F015: no question is named "dai"; did you mean "day"?'),
        (
            "plan",
            "name: who, type: text,",
            "name: who, type: text, from_last: name,",
            'F044: no question is named "name"',
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(folder: Path, file: str, old: str, new: str, said: str) -> None:
    path = folder / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert any(said in found for found in told(folder)), told(folder)
