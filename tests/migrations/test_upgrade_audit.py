"""What an upgrade writes anew is in the audit log, with the files that changed."""

import json

import pytest
from sqlalchemy import select

from dosar.database.audit.chain import audit_event_table
from tests.organisations import Organisation, form

columns = audit_event_table.c
PRICE = "name: price, type: integer"
TOTAL = "name: total, type: computed, result: integer, value: price * {times}"


def told(ours: Organisation, *actions: str) -> list[tuple[str, str, str]]:
    asked = select(columns.action, columns.objects, columns.fields).where(columns.action.in_(actions))
    with ours.store.snapshot() as connection:
        return [tuple(row) for row in connection.execute(asked.order_by(columns.seq))]


def test_changed_files_and_records_written_anew_are_told(ours: Organisation) -> None:
    ours.start(visit=form("visit", PRICE, TOTAL.format(times=2)))
    visits = [ours.enter("visit", price=price) for price in (1, 2)]
    ours.upgrade(visit=form("visit", PRICE, TOTAL.format(times=3)))
    *_, changed = told(ours, "forms_changed")
    assert changed == ("forms_changed", "{}", "form:visit")
    (recomputed,) = told(ours, "made_anew")
    assert json.loads(recomputed[1]) == {"visit": visits}


def test_a_start_that_changes_nothing_tells_nothing(ours: Organisation) -> None:
    ours.start()
    before = told(ours, "forms_changed")
    ours.start()
    assert told(ours, "forms_changed") == before


@pytest.mark.parametrize("action", ["key_made", "forms_changed"])
def test_the_first_start_is_told(ours: Organisation, action: str) -> None:
    ours.start()
    assert len(told(ours, action)) == 1
