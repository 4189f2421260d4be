"""Filing a sheet: entering, correcting, putting away, and what the history tells of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dosar.database.system_tables import post_token_table, search_word_table, stamped_as_of, utc_now
from dosar.language.question import Unknown
from dosar.language.text.message import Mistake
from dosar.overview.case_overview import changed_by_others, deleted_records, latest_events, records_entered_by
from dosar.records.audit_log import BACK_WITH_CASE, LEFT_WITH_CASE, history_entries
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import EditConflict
from tests.records.offices import ROMANIAN, TODAY, Office


def told(office: Office, key: str, record_id: int) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    """The history, oldest first: action, and question → (old, new)."""
    record = office.repository.find(key, record_id, with_deleted=True)
    found = history_entries(office.repository, office.form(key), record)
    return [
        (entry.action, {change.question.name: (change.old, change.new) for change in entry.changes})
        for entry in reversed(found)
    ]


def test_a_sheet_comes_back_as_it_was_filed(trusted: Office) -> None:
    answers = {
        "visit_date": date(2026, 11, 20),
        "purpose": Unknown.REFUSED,
        "story": "A plecat în 1998.\nS-a întors.",
        "family": [{"id": None, "name": "Ion", "age": 7, "helper": None}],
    }
    visit = trusted.enter("visit", trusted.ion, **answers)
    sheet = trusted.open("visit", visit)
    kept = dict(sheet.answers)
    assert [row.pop("id") > 0 for row in kept["family"]] == [True]
    assert kept == {
        **answers,
        "partner": None,
        "before": None,
        "photo": None,
        "family": [{"name": "Ion", "age": 7, "helper": None}],
    }
    record = sheet.record
    assert (record.case_id, record.created_by, record.form_version) == (trusted.ion, trusted.people["ana"], 1)


def test_a_sheet_of_a_case_needs_a_case(trusted: Office) -> None:
    with pytest.raises(OutOfReach):
        trusted.enter("visit", None, purpose="fără caz")
    assert trusted.count("visit") == 0


def test_the_history_tells_old_and_new_of_each_answer(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="prima vizită", visit_date=TODAY)
    version = trusted.open("visit", visit).record.version
    trusted.correct("visit", visit, version, user="maria", purpose="a doua vizită", story="Stă la bunici.")
    assert told(trusted, "visit", visit) == [
        ("entered", {"visit_date": (None, TODAY), "purpose": (None, "prima vizită")}),
        ("corrected", {"purpose": ("prima vizită", "a doua vizită"), "story": (None, "Stă la bunici.")}),
    ]
    newest = history_entries(trusted.repository, trusted.form("visit"), trusted.open("visit", visit).record)[0]
    assert (newest.user_id, newest.form_version) == (trusted.people["maria"], 1)


def test_the_history_tells_rows_by_their_id(trusted: Office) -> None:
    rows = [{"id": None, "name": "Ion", "age": 7}, {"id": None, "name": "Dan", "age": 9}]
    visit = trusted.enter("visit", trusted.ion, family=rows)
    sheet = trusted.open("visit", visit)
    ion, dan = sheet.answers["family"]
    trusted.correct(
        "visit",
        visit,
        sheet.record.version,
        family=[
            {**dan, "age": 10},
            {"id": None, "name": "Ana", "age": 1},
        ],
    )
    old, new = told(trusted, "visit", visit)[1][1]["family"]
    assert old == [ion, dan]
    assert new[0] == {**dan, "age": 10}
    assert [(row["name"], row["age"]) for row in new] == [("Dan", 10), ("Ana", 1)]


def test_a_correction_that_changes_nothing_is_no_history(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="vizită")
    sheet = trusted.open("visit", visit)
    trusted.correct("visit", visit, sheet.record.version, purpose="vizită")
    assert [action for action, _ in told(trusted, "visit", visit)] == ["entered"]


def test_answers_that_are_not_given_stay(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="vizită", family=[{"name": "Ion", "age": 7}])
    sheet = trusted.open("visit", visit)
    trusted.correct("visit", visit, sheet.record.version, story="Nouă.")
    after = trusted.open("visit", visit).answers
    assert (after["purpose"], after["family"]) == ("vizită", sheet.answers["family"])


def test_rows_of_another_record_are_never_taken(trusted: Office) -> None:
    theirs = trusted.enter("visit", trusted.vasile, family=[{"id": None, "name": "Ion", "age": 7}])
    mine = trusted.enter("visit", trusted.ion)
    foreign = trusted.open("visit", theirs).answers["family"]
    version = trusted.open("visit", mine).record.version
    trusted.correct("visit", mine, version, family=[{**foreign[0], "age": 99}])
    assert trusted.open("visit", theirs).answers["family"] == foreign
    assert trusted.open("visit", mine).answers["family"][0]["id"] != foreign[0]["id"]


def test_a_new_sheet_takes_no_rows_of_another_record(trusted: Office) -> None:
    theirs = trusted.enter("visit", trusted.vasile, family=[{"id": None, "name": "Ion", "age": 7}])
    foreign = trusted.open("visit", theirs).answers["family"]
    trusted.enter("visit", trusted.ion, family=[{**foreign[0], "age": 99}])
    assert trusted.open("visit", theirs).answers["family"] == foreign


def test_put_away_and_brought_back(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="vizită", family=[{"name": "Ion", "age": 7}])
    before = trusted.open("visit", visit).answers
    delete_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    with pytest.raises(OutOfReach):
        trusted.open("visit", visit)
    assert trusted.count("visit") == 0
    restore_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    assert trusted.open("visit", visit).answers == before
    assert [action for action, _ in told(trusted, "visit", visit)] == ["entered", "deleted", "restored"]


def test_a_sheet_comes_back_with_its_case_not_before_it(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion)
    delete_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor())
    with pytest.raises(Mistake, match="Bring the case back first"):
        restore_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    restore_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor())
    assert trusted.open("visit", visit).case is not None


def test_the_history_of_a_sheet_tells_that_it_went_with_its_case(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion)
    by_itself = trusted.enter("visit", trusted.ion)
    delete_sheet(trusted.repository, trusted.form("visit"), by_itself, trusted.actor())
    with stamped_as_of(utc_now() + timedelta(hours=1)):
        delete_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor("maria"))
        assert _found_deleted(trusted) == [("case", trusted.ion)]
        restore_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor("paul"))
    record = trusted.repository.find("visit", visit)
    found = history_entries(trusted.repository, trusted.form("visit"), record)
    people = trusted.people
    assert [(entry.action, entry.user_id) for entry in found] == [
        (BACK_WITH_CASE, people["paul"]),
        (LEFT_WITH_CASE, people["maria"]),
        ("entered", people["ana"]),
    ]
    assert [action for action, _ in told(trusted, "visit", by_itself)] == ["entered", "deleted"]
    assert _found_deleted(trusted) == [("visit", by_itself)]


def test_what_went_with_a_case_is_told_once_where_the_case_is_told_of(trusted: Office) -> None:
    trusted.enter("visit", trusted.ion)
    delete_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor("maria"))
    restore_sheet(trusted.repository, trusted.form("case"), trusted.ion, trusted.actor("maria"))
    happened = latest_events(trusted.repository, trusted.repository.case(trusted.ion), ["case", "visit"], ROMANIAN)
    assert [(sheet.form, sheet.action) for sheet in happened] == [
        ("case", "restored"),
        ("case", "deleted"),
        ("visit", "entered"),
        ("case", "entered"),
    ]
    others = changed_by_others(trusted.repository, ["case", "visit"], trusted.people["ana"], 10)
    assert [(sheet.form, sheet.action) for sheet in others if sheet.case_id == trusted.ion] == [("case", "restored")]


def test_what_was_entered_and_came_back_is_there_again(trusted: Office) -> None:
    visit, ana = trusted.enter("visit", trusted.ion), trusted.people["ana"]
    case, form = trusted.form("case"), trusted.form("visit")

    def entered() -> list[tuple[str, int]]:
        found = records_entered_by(trusted.repository, ["case", "visit"], ana, utc_now() - timedelta(days=1), 10)
        return [(entry.form, entry.id) for entry in found]

    both = [("visit", visit), ("case", trusted.ion)]
    assert entered() == both
    delete_sheet(trusted.repository, form, visit, trusted.actor())
    assert entered() == both[1:]
    restore_sheet(trusted.repository, form, visit, trusted.actor())
    assert entered() == both
    delete_sheet(trusted.repository, case, trusted.ion, trusted.actor())
    assert entered() == []
    restore_sheet(trusted.repository, case, trusted.ion, trusted.actor())
    assert entered() == both


def _found_deleted(office: Office) -> list[tuple[str, int]]:
    return [(sheet.form, sheet.id) for sheet in deleted_records(office.repository, ["case", "visit", "aid"], 10)]


def test_bringing_back_what_is_there_changes_nothing(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion)
    restore_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    assert [action for action, _ in told(trusted, "visit", visit)] == ["entered"]


def test_a_deleted_record_is_not_corrected(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion)
    version = trusted.open("visit", visit).record.version
    delete_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor())
    with pytest.raises(OutOfReach):
        trusted.correct("visit", visit, version, purpose="prea târziu")


def test_one_token_makes_one_record(trusted: Office) -> None:
    first = trusted.enter("visit", trusted.ion, token="o dată", purpose="vizită")
    assert trusted.enter("visit", trusted.ion, token="o dată", purpose="vizită") == first
    assert trusted.enter("visit", trusted.ion, token="altă dată", purpose="vizită") != first
    assert trusted.count("visit") == 2


def test_whoever_saw_an_older_version_overwrites_nothing(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="vizită")
    seen = trusted.open("visit", visit).record.version
    trusted.correct("visit", visit, seen, purpose="a Anei")
    with pytest.raises(EditConflict):
        trusted.correct("visit", visit, seen, user="maria", purpose="a Mariei")
    assert trusted.open("visit", visit).answers["purpose"] == "a Anei"


def test_a_change_of_rows_alone_is_a_new_version(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, family=[{"id": None, "name": "Ion", "age": 7}])
    sheet = trusted.open("visit", visit)
    seen = sheet.record.version
    trusted.correct("visit", visit, seen, family=[{**sheet.answers["family"][0], "age": 8}])
    assert trusted.open("visit", visit).record.version > seen


def test_what_fails_half_way_leaves_nothing(trusted: Office) -> None:
    left = _kept(trusted)
    with pytest.raises(IntegrityError):
        trusted.enter("visit", trusted.ion, token="nu se ține", purpose="vizită", partner=999)
    trusted.repository.session.remove()
    assert _kept(trusted) == left


def _kept(office: Office) -> list[int]:
    """How many visits, words to find them by and used tokens there are."""
    session = office.repository.session
    tables = (search_word_table, post_token_table)
    return [office.count("visit"), *(session.scalar(select(func.count()).select_from(table)) for table in tables)]
