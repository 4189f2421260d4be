"""A form learns that a day lies in the past: what is kept already stays, and the form runs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.language.form import CASE_FORM
from dosar.records.sheets.save import enter_sheet
from tests.organisations import CLERK, Organisation, form, organisation_in

QUESTIONS = (
    "name: closed_on, type: date",
    "name: since, type: partial_date",
    "name: met, type: datetime",
    "name: rows, type: table, columns: [{name: held_on, type: date, label: {en: Day, ro: Ziua}}]",
)
HEAD = "belongs_to: case\nlist: [closed_on]"
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"
VISIT = form("visit", *QUESTIONS, head=HEAD)
PAST = VISIT
for _kind in ("type: date", "type: partial_date", "type: datetime"):
    PAST = PAST.replace(f"{_kind},", f"{_kind}, past: true,")


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(visit=VISIT, menu=MENU)
        organisation.enter(CASE_FORM, name="Ana")
        yield organisation


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2062, 1, 1)])
def test_days_that_are_kept_stay_when_their_question_is_past(ours: Organisation, day: date) -> None:
    visit = enter_sheet(
        ours.repository,
        ours.form("visit"),
        {
            "closed_on": day,
            "since": f"{day:%Y-%m}",
            "rows": [{"id": None, "held_on": day}],
        },
        CLERK,
        1,
    )
    ours.start(visit=PAST)
    assert ours.codes() == []
    assert ours.form("visit").questions["closed_on"].past  # type: ignore[attr-defined]
    assert ours.answers("visit", visit)["closed_on"] == day
