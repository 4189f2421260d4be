"""In a large office too, what is asked for is found by an index: nothing is gathered to be thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from dosar.database.store import Store
from dosar.overview.case_overview import changed_by_others, deleted_records, records_to_check
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.lists.totals import list_totals
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from tests.records.offices import ROMANIAN, Office, office_in

FORMS = ("case", "visit", "aid")


@pytest.fixture
def embedded(sqlite_store: Store) -> Iterator[Office]:
    """The organisation on SQLite, which chooses its way without knowing how much there is."""
    with office_in(sqlite_store) as opened:
        yield opened


@contextmanager
def ways(office: Office, scope: Scope = SYSTEM_SCOPE) -> Iterator[list[str]]:
    """How the database finds what is asked for meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    found: list[str] = []
    engine = office.repository.store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with acting_as(scope):
            yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in asked:
            found += [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def gathered(found: list[str]) -> list[str]:
    """Where a whole table is read; what was found in a part of the statement is none."""
    harmless = ("__only", "CONSTANT", "SCAN anon_")
    return [way for way in found if way.startswith("SCAN ") and not any(word in way for word in harmless)]


def test_sheets_to_check_and_deleted_ones_stand_apart(embedded: Office) -> None:
    with ways(embedded) as found:
        records_to_check(embedded.repository, FORMS, 10)
        deleted_records(embedded.repository, FORMS, 10)
    assert not gathered(found)
    assert {f"ix_{form}__{kind}__only" for form in FORMS for kind in ("waiting", "deleted")} <= named_in(found)


def named_in(found: list[str]) -> set[str]:
    return {word for way in found for word in way.split() if word.startswith("ix_")}


def test_a_total_is_summed_off_an_index(embedded: Office) -> None:
    with ways(embedded) as found:
        list_totals(embedded.repository, embedded.repository.forms, {"aid": ListQuery()}, ROMANIAN)
    assert "ix_aid__sum0__only" in named_in(found)


def test_a_filter_within_some_cases_goes_by_the_cases(embedded: Office) -> None:
    own = embedded.scope("ana", "own")
    with ways(embedded, own) as found:
        list_page(embedded.repository, embedded.repository.forms, "aid", ListQuery(filters={"kind": "rent"}), ROMANIAN)
    assert named_in(found) & {"ix_aid__case_id"}
    assert "ix_aid__kind" not in named_in(found)


def test_what_others_did_is_not_gathered_by_form(embedded: Office) -> None:
    for scope in (SYSTEM_SCOPE, embedded.scope("ana", "own")):
        with ways(embedded, scope) as found:
            changed_by_others(embedded.repository, FORMS, embedded.people["ana"], 5)
        assert not named_in(found) & {"ix_dosar_history_record"}


def test_a_list_sorted_by_a_choice_is_read_off_an_index(embedded: Office) -> None:
    for sort in ("status", "-status"):
        with ways(embedded) as found:
            list_page(embedded.repository, embedded.repository.forms, "case", ListQuery(sort=sort), ROMANIAN)
        assert any(name.startswith("ix_case__status__") for name in named_in(found))
        assert not [way for way in found if "TEMP B-TREE FOR ORDER BY" in way]
