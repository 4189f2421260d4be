"""A sheet is a form of WTForms: each question gives a field, whatever its kind."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from dosar import shipped_folder
from dosar.fields.money import Money
from dosar.filing.opening.submissions import new_submission
from dosar.filing.service import Typed, validate
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.question import Answer, Question, ReadingContext, Unknown
from dosar.pages.rendering.question_field import ReadOnlyField
from dosar.pages.rendering.sheet_form import SheetForm
from dosar.pages.rendering.sheet_meta import SheetMeta
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.applications import opened_app
from tests.databases import fresh_place
from tests.kinds import EXAMPLES
from tests.organisations import CLERK

EVERY_KIND = Path(__file__).parents[1] / "forms_http/every_kind.yaml"
NAMES = [
    question["name"]
    for section in read_yaml(EVERY_KIND).contents["sections"]
    for question in section["questions"]
    if question["type"] not in ("note", "computed", "table")
]
EN = ReadingContext("en", CLERK.today)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An organisation without records, which has a form with every kind of question."""
    folder = tmp_path_factory.mktemp("organisation")
    shutil.copytree(shipped_folder("forms"), folder / "forms")
    shutil.copy(EVERY_KIND, folder / "forms")
    with fresh_place("sqlite", folder) as place:
        opened, _ = opened_app(place.data or folder, place.key, forms=folder / "forms")
        with opened.test_request_context(headers={"Accept-Language": "en"}), acting_as(SYSTEM_SCOPE):
            yield opened
        opened.extensions["dosar_repository"].store.close()


def sheet(app: Flask, key: str = "every_kind", others: dict[str, str] | None = None) -> SheetForm:
    """A new sheet of the form."""
    submission = new_submission(app.extensions["dosar_repository"], key, CLERK, EN)
    meta = SheetMeta(submission.cells, submission.form, submission.form, others or {})
    return SheetForm(submission.form.sections, meta, lambda texts: validate(submission, Typed(texts)))


def an_answer(question: Question) -> Answer:
    """An answer of this kind."""
    if question.options() and question.type not in EXAMPLES:
        code = question.options()[0].code
        return question.read([code], EN)
    return EXAMPLES.get(question.type, 5 if question.link_target() else True)


def draw(form: SheetForm, name: str) -> str:
    """What the widget makes of the field."""
    form.settle(form.answers, {}, {})
    return str(form[name]())


@pytest.mark.parametrize("name", NAMES)
def test_a_field_reads_what_is_typed_and_shows_it_again(app: Flask, name: str) -> None:
    form = sheet(app)
    answer = an_answer(form[name].question)
    typed = form[name].question.typed(answer, EN)
    form.process(MultiDict([(name, text) for text in typed]))
    field = form[name]
    assert isinstance(form, BaseForm)
    assert isinstance(field, Field)
    assert form.data[name] == answer
    assert field._value() == typed[0]
    drawn = draw(form, name)
    assert f'data-question="{name}"' in drawn
    assert str(escape(form[name].label.text)) in drawn
    assert form[name].raw_data == typed


@pytest.mark.parametrize("name", NAMES)
def test_a_field_shows_an_answer_as_somebody_would_type_it(app: Flask, name: str) -> None:
    form = sheet(app)
    answer = an_answer(form[name].question)
    form.process(data={name: answer})
    assert form[name].data == answer
    assert form[name].texts == form[name].question.typed(answer, EN)


REFUSED = {
    "an_integer": ("many", "Write a whole number, for example 12."),
    "a_date": ("31.02.2020", "The calendar has no day 31.02.2020."),
    "county": ("whenever", "“whenever” is not in the list."),
    "worker": ("Ana", "Choose a record from the list."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_stays_in_its_box_beside_a_sentence(app: Flask, name: str) -> None:
    text, sentence = REFUSED[name]
    form = sheet(app)
    form.process(MultiDict({"an_integer": "1", name: text}))
    assert form[name].errors == (), "nobody asked yet"
    assert not form.validate()
    assert form[name].data is None
    assert form[name]._value() == text
    [error] = form.errors[name]
    assert sentence in error
    drawn = draw(form, name)
    assert str(escape(error)) in drawn
    assert 'aria-invalid="true"' in drawn


def test_rules_of_the_form_are_judged_by_filing_and_said_by_the_field(app: Flask) -> None:
    form = sheet(app, "visit_report")
    form.process(MultiDict())
    assert not form.validate()
    required = [field for field in form if field.flags.required]
    assert required
    assert all(field.errors == ["Answer this question."] for field in required)
    assert {error.label for error in form.problems()} >= {field.label.text for field in required}


def test_an_answer_that_is_no_value_is_ticked_below_the_box(app: Flask) -> None:
    form = sheet(app)
    form.process(MultiDict({"an_integer": "~refused"}))
    assert form["an_integer"].data is Unknown.REFUSED
    assert form["an_integer"]._value() == ""
    assert 'value="~refused" data-unknown checked' in draw(form, "an_integer")


def test_rows_are_forms_and_cells_are_fields(app: Flask) -> None:
    form = sheet(app)
    boxes = {
        "rows.7.id": "",
        "rows.7.text": "Ana",
        "rows.7.integer": "3",
        "rows.9.id": "",
        "rows.9.integer": "many",
        "rows.9.money": "5",
    }
    form.process(MultiDict(boxes))
    rows = form["rows"]
    assert [row.index for row in rows.entries] == ["7", "9"]
    first, second = rows.entries
    assert (first["text"].data, first["integer"].data) == ("Ana", 3)
    assert [row["integer"] for row in rows.data] == [3, None]
    assert second["integer"].name == "rows.9.integer"
    assert second["integer"]._value() == "many"
    assert second["integer"].process_errors
    drawn = draw(form, "rows")
    assert 'name="rows.7.text" value="Ana"' in drawn
    assert 'name="rows.9.integer" value="many"' in drawn


def test_rows_of_an_answer_stand_in_boxes(app: Flask) -> None:
    form = sheet(app)
    form.process(data={"rows": [{"id": 4, "text": "Ion", "day": date(2026, 5, 1), "money": Money(Decimal(5), "EUR")}]})
    [row] = form["rows"].entries
    assert (row.id, row["text"]._value(), row["day"]._value()) == ("4", "Ion", "1 May 2026")
    assert row["money"].texts[1] == "EUR"


def test_what_others_answer_is_not_taken_from_the_page(app: Flask) -> None:
    form = sheet(app, others={"a_text": "Psychologist"})
    form.process(MultiDict({"a_text": "mine"}))
    field: Any = form["a_text"]
    assert isinstance(field, ReadOnlyField)
    assert field.data is None
    assert "a_text" not in form.answers
    assert "Filled in by: Psychologist" in draw(form, "a_text")
