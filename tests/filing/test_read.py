"""From the texts of boxes, or from values, to answers."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dosar.fields.money import Money
from dosar.filing.cells import CellReader
from dosar.filing.derive import derived_answers, suggested_answers
from dosar.filing.read import NO_QUESTION, NO_ROW_OF_IT, NOT_OF_THIS_KIND, read_texts, read_values
from dosar.filing.texts import next_row_index, renumber_rows, texts_of_answers
from dosar.language.form import Form
from dosar.language.load.yaml_reader import read_text
from dosar.language.question import Answers, Question, ReadingContext, Unknown

RO = ReadingContext("ro", date(2026, 11, 22))
FAMILY = """
questions:
  - {name: visited, type: date, label: {en: Visited, ro: Vizitat}}
  - {name: national_id, type: personal_number, label: {en: CNP, ro: CNP}}
  - {name: children, type: integer, label: {en: Children, ro: Copii}}
  - {name: story, type: paragraph, label: {en: Story, ro: Poveste}}
  - {name: in_school, type: yes_no, label: {en: School, ro: Școală}}
  - {name: birth_date, type: partial_date, label: {en: Born, ro: Data nașterii}}
  - {name: income, type: money, unknown: true, label: {en: Income, ro: Venit}}
  - {name: age, type: computed, result: integer, value: age(birth_date), label: {en: Age, ro: Vârsta}}
  - name: family
    type: table
    max_rows: 3
    label: {en: Family, ro: Familie}
    columns:
      - {name: name, type: text, label: {en: Name, ro: Nume}}
      - {name: born, type: date, label: {en: Born, ro: Născut}}
      - name: kin
        type: select_one
        default: child
        label: {en: Who, ro: Cine}
        choices: [{code: child, label: {en: Child, ro: Copil}}, {code: aunt, label: {en: Aunt, ro: Mătușă}}]
"""


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    told = read_text(FAMILY, "family.yaml").contents["questions"]
    section = {"title": {"en": "F", "ro": "F"}, "questions": told}
    form = Form.model_validate({"form": "family", "title": {"en": "F", "ro": "F"}, "sections": [section]})
    return list(form.questions.values())


@pytest.fixture
def cells() -> CellReader:
    return CellReader(RO)


TYPED = {
    "visited": ["20.11.2026"],
    "income": ["1.200,50", "RON"],
    "age": ["99"],
    "family.4.id": [""],
    "family.4.name": [""],
    "family.4.kin": ["child"],
    "family.7.id": ["3"],
    "family.7.name": ["Ana"],
    "family.7.born": ["31.02.2000"],
    "family.7.kin": ["aunt"],
    "family.9.id": [""],
    "family.9.name": ["Ion"],
    "family.9.born": ["1.5.2019"],
    "family.9.kin": ["child"],
}


def test_a_page_is_read_question_by_question_and_row_by_row(questions: list[Question], cells: CellReader) -> None:
    texts = renumber_rows(questions, TYPED, {}, cells)
    read = read_texts(questions, texts, cells)
    assert read.answers["visited"] == date(2026, 11, 20)
    assert read.answers["income"] == Money(Decimal("1200.50"), "RON")
    assert "age" not in read.answers
    assert read.answers["family"] == [
        {"id": 3, "name": "Ana", "born": None, "kin": "aunt"},
        {"id": None, "name": "Ion", "born": date(2019, 5, 1), "kin": "child"},
    ]
    assert list(read.mistakes) == [("family", "0", "born")]


def test_a_row_with_answers_out_of_sight_stays_and_a_fixed_one_is_not_taken_from_a_page(
    questions: list[Question],
    cells: CellReader,
) -> None:
    emptied = {"family.0.id": ["3"], "family.0.name": [""], "family.1.id": ["4"], "family.1.name": [""]}
    kept = {"family": [{"id": 3, "name": "Ana", "story": "S-a întors."}, {"id": 4, "name": "Ion"}]}
    assert renumber_rows(questions, emptied, kept, cells) == {"family.0.id": ["3"], "family.0.name": [""]}
    posted = {"family.0.id": ["3"], "family.0.name": ["Alta"], "family.1.id": [""], "family.1.name": ["Dan"]}
    fixed = {"family": [{"id": 3, "name": "Ana"}]}
    assert renumber_rows(questions, posted, {}, cells, fixed) == {"family.1.id": [""], "family.1.name": ["Dan"]}


def test_a_new_row_comes_after_the_last(questions: list[Question]) -> None:
    assert (next_row_index("family", TYPED), next_row_index("family", {"family.__row__.name": [""]})) == (10, 0)


def test_each_cell_is_parsed_once(
    questions: list[Question],
    cells: CellReader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: Counter[tuple[str, tuple[str, ...]]] = Counter()
    read = Question.read

    def counting(question: Question, typed: Any, reading: ReadingContext) -> Any:
        parsed[question.name, tuple(typed)] += 1
        return read(question, typed, reading)

    monkeypatch.setattr(Question, "read", counting)
    texts = renumber_rows(questions, TYPED, {}, cells)
    for _ in range(3):
        read_texts(questions, texts, cells)
    assert (parsed["born", ("31.02.2000",)], parsed["name", ("Ana",)], parsed["visited", ("20.11.2026",)]) == (1, 1, 1)
    assert [cell for cell, times in parsed.items() if times > 1] == [("kin", ("child",))], "and the default of new rows"


def test_values_are_read_as_texts_are(questions: list[Question], cells: CellReader) -> None:
    texts = {name: there for name, there in TYPED.items() if not name.endswith(("4.id", "4.name", "4.kin", "7.born"))}
    typed = read_texts(questions, renumber_rows(questions, texts, {}, cells), cells).answers
    given = {
        question.name: question.to_json(typed[question.name])
        for question in questions
        if typed.get(question.name) is not None
    }
    read = read_values(questions, {**given, "age": 99}, cells, saved={"family": [{"id": 3}]})
    assert (read.mistakes, read.answers) == ({}, {name: typed[name] for name in given})
    assert texts_of_answers(questions, read.answers, RO)["family.1.name"] == ["Ion"]


def test_an_unknown_value_is_an_answer_where_the_question_takes_it(
    questions: list[Question],
    cells: CellReader,
) -> None:
    assert read_values(questions, {"income": "~refused"}, cells).answers == {"income": Unknown.REFUSED}
    assert list(read_values(questions, {"visited": "~refused"}, cells).mistakes) == [("visited",)]


def test_what_is_wrong_with_a_value_is_said_where_it_stands(questions: list[Question], cells: CellReader) -> None:
    read = read_values(
        questions,
        {
            "visited": 12,
            "salary": 5,
            "income": {"amount": "x"},
            "family": [{"name": "Ana", "kin": "cousin", "pet": "Rex"}, {"name": "Ion", "kin": "child"}],
        },
        cells,
    )
    assert {where: said for where, said in read.mistakes.items() if said is not None}.keys() == {
        ("visited",),
        ("salary",),
        ("income",),
        ("family", "0", "kin"),
        ("family", "0", "pet"),
    }
    assert (read.mistakes["salary",], read.mistakes["visited",]) == (NO_QUESTION, NOT_OF_THIS_KIND)
    assert read.answers["family"] == [
        {"id": None, "name": "Ana", "kin": None},
        {"id": None, "name": "Ion", "kin": "child"},
    ]
    assert read_values(questions, {"family": "Ana"}, cells).mistakes == {("family",): NOT_OF_THIS_KIND}
    assert list(read_values(questions, {"family": [{"name": "x"}] * 4}, cells).mistakes) == [("family",)]


@pytest.mark.parametrize("odd", [[1], {}, "3", True, 3.0, 4, 0])
def test_a_row_is_one_of_the_sheet_once_or_new(questions: list[Question], cells: CellReader, odd: object) -> None:
    saved: Answers = {"family": [{"id": 3}, {"id": 1}]}
    rows = [{"id": 3, "name": "Ana"}, {"name": "Ion"}, {"id": odd, "name": "Dan"}, {"id": 3, "name": "Ana"}]
    read = read_values(questions, {"family": rows[:3]}, cells, saved)
    assert read.mistakes == {("family", "2", "id"): NO_ROW_OF_IT}
    assert [row["id"] for row in read.answers["family"]] == [3, None, None]
    twice = read_values(questions, {"family": [*rows[:2], rows[3]]}, cells, saved)
    assert twice.mistakes == {("family", "2", "id"): NO_ROW_OF_IT}


@pytest.mark.parametrize(("name", "value"), [("story", {"amount": 5}), ("story", 5), ("in_school", 2)])
def test_a_value_that_no_box_could_give_is_no_answer(
    questions: list[Question], cells: CellReader, name: str, value: object
) -> None:
    read = read_values(questions, {name: value}, cells)
    assert (read.answers, read.mistakes) == ({name: None}, {(name,): NOT_OF_THIS_KIND})


def test_a_personal_number_tells_the_birth_date_and_suggests_nothing_that_is_filled_in(
    questions: list[Question],
    cells: CellReader,
) -> None:
    told = read_texts(questions, {"national_id": ["1630615123457"]}, cells).answers
    assert derived_answers(questions, told, cells) == {"birth_date": "1963-06-15"}
    assert derived_answers(questions, {**told, "birth_date": "1999"}, cells) == {}
    assert suggested_answers(questions, told, cells) == {}
