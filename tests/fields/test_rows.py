"""Tables of rows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from dosar.database.sealing.answer_columns import answer_columns
from dosar.fields import AnyQuestion
from dosar.fields.money import Money
from dosar.language.choices import Choice
from dosar.language.question import Question, ReadingContext, Unknown

RO = ReadingContext("ro", date(2026, 7, 1))
COLUMNS = [
    {"type": "text", "name": "name", "label": {"en": "Name", "ro": "Nume"}, "sensitivity": "identity", "search": True},
    {"type": "date", "name": "birth_date", "label": {"en": "Born", "ro": "Data nașterii"}, "unknown": True},
    {"type": "select_one", "name": "kin", "choices": "kinship", "label": {"en": "Kinship", "ro": "Rudenie"}},
    {"type": "money", "name": "income", "label": {"en": "Income", "ro": "Venit"}},
]
FIVE_EUROS = Money(Decimal("5.00"), "EUR")
KINSHIP = [Choice(code="mother", label={"en": "Mother", "ro": "Mamă"})]


def cell(question: Question, texts: Sequence[str]) -> Any:
    return question.read(texts, RO)


def family(**options) -> Question:
    question = TypeAdapter(AnyQuestion).validate_python(
        {
            "type": "table",
            "name": "family",
            "label": {"en": "Family", "ro": "Familia"},
            "columns": COLUMNS,
            **options,
        }
    )
    return question.with_choices({"kinship": KINSHIP})


def test_rows_keep_the_order_of_the_page():
    read = family().read_rows(
        {
            "csrf_token": ["x"],
            "family.7.id": ["3"],
            "family.7.name": ["Ana"],
            "family.7.birth_date": ["27.03.1998"],
            "family.2.id": [""],
            "family.2.name": ["Ion"],
            "family.2.kin": ["mother"],
            "family.2.income": ["1.200,50", "RON"],
        },
        cell,
    )

    assert read.mistakes == {}
    assert read.rows == [
        {"id": 3, "name": "Ana", "birth_date": date(1998, 3, 27), "kin": None, "income": None},
        {"id": None, "name": "Ion", "birth_date": None, "kin": "mother", "income": Money(Decimal("1200.50"), "RON")},
    ]


def test_a_new_row_with_nothing_in_it_is_left_out():
    read = family().read_rows(
        {
            "family.1.id": [""],
            "family.1.name": ["  "],
            "family.1.income": ["", "RON"],
            "family.2.name": [""],
            "family.3.birth_date": ["", "~dont_know"],
        },
        cell,
    )

    assert [row["birth_date"] for row in read.rows] == [Unknown.DONT_KNOW]


def test_a_kept_row_stays_though_its_boxes_are_empty():
    """It may hold answers that this page does not show."""
    assert [row["id"] for row in family().read_rows({"family.1.id": ["4"], "family.1.name": [""]}, cell).rows] == [4]


def test_every_mistake_is_told_with_its_row_and_column():
    read = family().read_rows(
        {
            "family.1.name": ["Ana"],
            "family.1.birth_date": ["31.02.2000"],
            "family.1.kin": ["cousin"],
            "family.5.birth_date": ["mai"],
        },
        cell,
    )

    assert set(read.mistakes) == {("1", "birth_date"), ("1", "kin"), ("5", "birth_date")}
    assert len(read.rows) == 2


@pytest.mark.parametrize(
    "posted",
    [
        {"family": ["x"]},
        {"family.__row__.name": ["x"]},
        {"family.x.name": ["x"]},
        {"family.1": ["x"]},
        {"family.1.salary": ["x"]},
        {"families.1.name": ["x"]},
        {"family.1234567.name": ["x"]},
        {"xfamily.1.name": ["x"]},
    ],
)
def test_other_names_on_the_page_are_no_rows(posted):
    assert family().read_rows(posted, cell) == ([], {})


def test_an_id_that_is_none_makes_a_new_row():
    read = family().read_rows({"family.1.id": ["3; DROP"], "family.1.name": ["Ana"]}, cell)

    assert read.rows[0]["id"] is None


def test_the_number_of_rows_has_limits():
    table = family(min_rows=1, max_rows=2)

    assert "at least 1" in str(table.too_few_or_many(None))
    assert table.too_few_or_many([{}]) is None
    assert "at most 2" in str(table.too_few_or_many([{}, {}, {}]))


def test_rows_go_into_the_history_and_back():
    rows = [{"id": 3, "name": "Ana", "birth_date": Unknown.REFUSED, "kin": None, "income": FIVE_EUROS}]
    table = family()

    assert table.to_json(rows) == [
        {"id": 3, "name": "Ana", "birth_date": "~refused", "kin": None, "income": ["5.00", "EUR"]}
    ]
    assert table.from_json(table.to_json(rows)) == rows


def test_rules_see_plain_rows():
    rows = [{"id": 3, "name": "Ana", "birth_date": date(1998, 3, 27), "income": FIVE_EUROS}]

    income = {"amount": Decimal("5.00"), "currency": "EUR"}
    assert family().plain(rows) == [{"name": "Ana", "birth_date": "1998-03-27", "kin": None, "income": income}]
    assert family().plain(None) is None


def test_a_table_hides_the_columns_a_role_may_not_see():
    seen = family().seen_with(frozenset({"health"}))

    assert [column.name for column in seen.columns_asked()] == ["birth_date", "kin", "income"]
    assert [column.name for column in family().columns_asked()] == ["name", "birth_date", "kin", "income"]


def test_columns_get_their_shared_lists():
    assert family().columns_asked()[2].shown("mother", RO) == "Mamă"


def test_rows_lie_in_a_table_of_their_own():
    assert answer_columns(family(), "sheet") == []
    assert family().stored([{"id": 1}]) == {}


def test_the_search_finds_the_words_of_searched_columns():
    assert family().words([{"id": 1, "name": "Ana", "kin": "mother"}, {"id": 2, "name": "Ion"}]) == "Ana Ion"


def test_rows_are_counted_where_there_is_no_room_to_show_them():
    assert family().shown([{}, {}], RO) == "rânduri: 2"


@pytest.mark.parametrize("kind", ["file", "image"])
def test_a_row_may_have_a_file(kind: str):
    papers = family(columns=[{"type": kind, "name": "scan", "label": {"en": "x", "ro": "x"}}])
    assert papers.read_rows({"family.0.scan": ["12"], "family.1.scan": [""]}, cell).rows == [{"id": None, "scan": 12}]


def test_a_table_cannot_stand_inside_a_table():
    inner = {"type": "table", "name": "visits", "label": {"en": "x", "ro": "x"}, "columns": COLUMNS}

    with pytest.raises(ValidationError, match="cannot stand inside a table"):
        family(columns=[inner])
    with pytest.raises(ValidationError):
        family(columns=[])


def test_a_code_is_not_issued_to_a_row():
    with pytest.raises(ValidationError, match="issued to a sheet, not to a row"):
        family(columns=[{"type": "code", "name": "one", "label": {"en": "x", "ro": "x"}}])
