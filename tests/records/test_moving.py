"""What goes with the day is made anew wherever it is read: nobody stays fifteen in a list."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dosar.database.store import Store
from dosar.language.organisation.figures import Figure
from dosar.language.question import ReadingContext
from dosar.language.rules.expressions import Expression
from dosar.overview.reports import ReportPeriod, count_figures
from dosar.records.lists.list_columns import showable_columns
from dosar.records.lists.list_page import list_answers, list_page
from dosar.records.lists.list_query import ListQuery, is_list_sortable
from tests.organisations import Organisation, form, organisation_in

PERSON = form(
    "person",
    "name: born, type: date, sensitivity: identity",
    "name: age, type: computed, value: age(born), result: integer, reveals: {en: Needed., ro: Necesar.}",
    "name: is_minor, type: computed, value: age < 18, result: yes_no",
    "name: guarded, type: yes_no",
    "name: until_of_age, type: computed, value: 18 - age, result: integer, show_if: guarded",
    "name: children, type: table, columns: [{name: born, type: date, label: {en: Born, ro: Data}}]",
    "name: oldest, type: computed, value: age(min(children.born)), result: integer",
    head="list: [age, is_minor, until_of_age]",
)
BORN = date(2010, 12, 1)
LATER = ReadingContext("ro", date(2028, 12, 1))


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        yield organisation.start(person=PERSON)


@pytest.fixture
def person(ours: Organisation) -> int:
    """Somebody who was fifteen, and a minor, when the sheet was saved."""
    return ours.enter("person", born=BORN, age=15, is_minor=True, guarded=True, until_of_age=3)


def read(ours: Organisation, known: Any, reading: ReadingContext) -> tuple[list[str], list[Any]]:
    """The person in the list, and in its export."""
    page = list_page(ours.repository, known, "person", ListQuery(), reading)
    [(_, answers)] = list_answers(ours.repository, known, "person", ListQuery(), reading, page.ids)
    return page.cells[0], answers


def test_a_list_and_its_export_tell_the_age_of_today(ours: Organisation, person: int) -> None:
    assert read(ours, ours.repository.forms, ReadingContext("ro", date(2026, 11, 22))) == (
        ["15", "Da", "3"],
        [15, True, 3],
    )
    assert read(ours, ours.repository.forms, LATER) == (["18", "Nu", "0"], [18, False, 0])


def test_what_the_form_reveals_is_known_to_who_may_not_know_the_day_of_birth(ours: Organisation, person: int) -> None:
    known = {"person": ours.form("person").seen_with(frozenset())}
    assert "born" not in known["person"].questions
    assert read(ours, known, LATER)[1] == [18, False, 0]


def test_what_is_not_asked_has_no_age(ours: Organisation) -> None:
    ours.enter("person", born=BORN, age=15, is_minor=True, guarded=False)
    assert read(ours, ours.repository.forms, LATER)[1] == [18, False, None]


def test_no_list_is_sorted_by_an_age_nor_shows_what_is_made_of_rows(ours: Organisation) -> None:
    person = ours.form("person")
    assert not is_list_sortable(person, "age") and is_list_sortable(person, "guarded") is ("guarded" in person.list)
    assert "age" in showable_columns(person) and "oldest" not in showable_columns(person)


def test_a_figure_counts_the_age_of_the_periods_last_day(ours: Organisation, person: int) -> None:
    figure = Figure.model_validate(
        {
            "figure": "minors",
            "title": {"en": "Minors", "ro": "Minori"},
            "form": "person",
            "since": "born",
            "if": Expression("is_minor"),
        }
    )
    periods = [ReportPeriod("", date(year, 1, 1), date(year, 12, 31)) for year in (2027, 2028)]
    [counts] = count_figures(ours.repository, ours.repository.forms, [figure], periods, 0)
    assert [count.total for count in counts] == [1, 0]
