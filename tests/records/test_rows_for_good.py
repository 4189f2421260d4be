"""A table that is only added to: what stands in its rows stays, whoever posts what."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from dosar.database.copies.transfer import copy_database
from dosar.database.form_tables import all_tables
from dosar.database.store import Store
from tests.databases import fresh_store
from tests.organisations import Organisation, form, organisation_in

CHANGES = (
    "name: changes, type: table, %scolumns: [{name: what, type: text, label: {en: What, ro: Ce}}, "
    "{name: on, type: date, label: {en: On, ro: La}}]"
)
PLAN = form("plan", "name: title, type: text", CHANGES % "append_only: true, ")
FIRST, SECOND = {"what": "Alt curs", "on": None}, {"what": "Alt termen", "on": None}


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        yield organisation.start(plan=PLAN)


@pytest.fixture
def plan(ours: Organisation) -> int:
    return ours.enter("plan", title="Plan", changes=[FIRST, SECOND])


def changes(ours: Organisation, plan: int) -> list[Any]:
    return [row["what"] for row in ours.answers("plan", plan)["changes"]]


def test_a_row_is_added_below_those_that_stand(ours: Organisation, plan: int) -> None:
    kept = ours.answers("plan", plan)["changes"]
    ours.correct("plan", plan, changes=[*kept, {"id": None, "what": "Alt specialist"}])
    assert changes(ours, plan) == ["Alt curs", "Alt termen", "Alt specialist"]


def test_a_row_is_neither_rewritten_nor_left_out_nor_moved(ours: Organisation, plan: int) -> None:
    first, second = ours.answers("plan", plan)["changes"]
    for posted in (None, [], [second], [second, first], [{**first, "what": "Altceva"}, second]):
        ours.correct("plan", plan, title="Planul", changes=posted)
        assert changes(ours, plan) == ["Alt curs", "Alt termen"]
    assert [change.question.name for entry in ours.history("plan", plan)[:-1] for change in entry.changes] == ["title"]


def test_the_number_of_a_row_of_another_sheet_makes_a_new_row(ours: Organisation, plan: int) -> None:
    other = ours.enter("plan", changes=[{"what": "De aici"}])
    [row] = ours.answers("plan", other)["changes"]
    ours.correct("plan", plan, changes=[{**row, "what": "De dincolo"}])
    assert changes(ours, plan) == ["Alt curs", "Alt termen", "De dincolo"]
    assert changes(ours, other) == ["De aici"]


def test_the_database_refuses_it_too_also_in_a_copy(ours: Organisation, plan: int, tmp_path: Path) -> None:
    kept: Any = ours.repository.tables.rows["plan", "changes"].__table__  # type: ignore[attr-defined]
    with fresh_store("sqlite", tmp_path / "other") as other:
        copy_database(ours.store, other, all_tables(ours.repository.tables.metadata))
        other.open_kept_data_key()
        assert other.session.scalars(select(kept.c.what)).all() == ["Alt curs", "Alt termen"]
        other.session.remove()
        for store in (ours.store, other):
            for change in (update(kept).values(what="x"), delete(kept)):
                with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
                    session.execute(change)


def test_a_table_comes_to_be_only_added_to_and_stays_so(ours: Organisation) -> None:
    ours.start(visit=form("visit", CHANGES % ""))
    visit = ours.enter("visit", changes=[FIRST])
    ours.start(visit=form("visit", CHANGES % "append_only: true, "))
    ours.correct("visit", visit, changes=[])
    assert [row["what"] for row in ours.answers("visit", visit)["changes"]] == ["Alt curs"]
    ours.start(visit=form("visit", CHANGES % ""))
    assert "F026" in ours.codes()
