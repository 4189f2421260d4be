"""Nobody erases a person alone."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from dosar.database import postgresql_store, sqlite_store
from dosar.database.installation import owed_rewrite
from dosar.database.installation.owed_rewrite import is_rewrite_owed, watch_owed_rewrite
from dosar.database.store import Store
from dosar.database.system_tables import erasure_request_table, stamped_as_of, team_table, tombstone_table, utc_now
from dosar.database.writing.append_only import close_tables
from dosar.fields.money import Money
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.migrations.system_migrations import make_own_tables
from dosar.records.audit_log import history_entries
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.erasure.erasure_requests import (
    ERASE,
    REQUEST_LIFETIME,
    Tombstone,
    ask_for_erasure,
    confirm_erasure,
    refuse_erasure,
    tombstones,
    waiting_requests,
)
from dosar.records.rights.mentions import mentions_elsewhere
from dosar.records.scope.row_scope import OutOfReach, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.records.offices import ROMANIAN, TODAY, Office
from tests.waiting import is_soon


def ask(office: Office, case: int, by: str = "ana") -> int:
    ask_for_erasure(office.repository, case, ERASE, "asked", office.people[by])
    return next(asked.id for asked in waiting_requests(office.repository) if asked.case_id == case)


def erase(office: Office, case: int) -> Tombstone:
    return confirm_erasure(office.repository, ask(office, case), office.people["paul"])


def test_who_asked_does_not_confirm(trusted: Office) -> None:
    asked = ask(trusted, trusted.ion)
    with pytest.raises(Mistake, match="second person"):
        confirm_erasure(trusted.repository, asked, trusted.people["ana"])
    left = confirm_erasure(trusted.repository, asked, trusted.people["paul"])
    assert (left.number, left.asked_by, left.agreed_by) == (1, trusted.people["ana"], trusted.people["paul"])
    assert trusted.count(CASE_FORM) == 1
    assert waiting_requests(trusted.repository) == []
    assert tombstones(trusted.repository) == [left]


@pytest.mark.parametrize("reads", [Store.snapshot, lambda store: store.engine.connect()], ids=["all", "a_table"])
def test_whoever_reads_on_holds_up_the_files_and_nobody_else(
    trusted: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: Callable[[Store], Any]
) -> None:
    """She is erased at once; what readers keep of her in the files goes as soon as they have ended."""
    monkeypatch.setattr(postgresql_store, "LOCK_SECONDS", 1)
    monkeypatch.setattr(postgresql_store, "OLDER_SECONDS", 1)
    monkeypatch.setattr(sqlite_store, "PRAGMAS", [*sqlite_store.PRAGMAS, "busy_timeout=100"])
    monkeypatch.setattr(owed_rewrite, "FIRST_SECONDS", 0)
    monkeypatch.setattr(owed_rewrite, "AGAIN_SECONDS", 0.1)
    store = trusted.repository.store
    store.data_folder = store.data_folder or tmp_path
    with reads(store) as reader:
        reader.execute(select(team_table)).all()
        erase(trusted, trusted.ion)
        assert trusted.count(CASE_FORM) == 1
        assert is_rewrite_owed(store.data_folder)
    store.session.remove()
    watch_owed_rewrite(store)
    assert is_soon(lambda: not is_rewrite_owed(store.data_folder))


def test_it_is_asked_once_and_waits_a_fortnight(trusted: Office) -> None:
    with stamped_as_of(utc_now() - REQUEST_LIFETIME - timedelta(minutes=1)):
        late = ask(trusted, trusted.ion)
    with pytest.raises(Mistake, match="any more"):
        confirm_erasure(trusted.repository, late, trusted.people["paul"])
    ask(trusted, trusted.ion)
    with pytest.raises(Mistake, match="already"):
        ask(trusted, trusted.ion, by="maria")
    assert trusted.count(CASE_FORM) == 2


def test_the_case_stays_when_somebody_says_so(trusted: Office) -> None:
    asked = ask(trusted, trusted.ion)
    refuse_erasure(trusted.repository, asked)
    with pytest.raises(Mistake, match="any more"):
        confirm_erasure(trusted.repository, asked, trusted.people["paul"])
    assert trusted.count(CASE_FORM) == 2


def test_only_who_may_delete_the_case_asks(office: Office) -> None:
    corrects = Scope(office.people["ana"], "all", rights={CASE_FORM: frozenset({"see", "correct"})})
    with acting_as(corrects), pytest.raises(OutOfReach):
        ask(office, office.ion)
    with acting_as(office.scope("ana")), pytest.raises(OutOfReach):
        ask(office, office.vasile)


def test_entries_of_a_ledger_go_and_it_stays_closed(trusted: Office) -> None:
    trusted.enter("aid", trusted.ion, kind="food", value=Money(Decimal(50), "RON"), given_on=TODAY)
    trusted.enter("aid", trusted.vasile, kind="food", value=Money(Decimal(9), "RON"), given_on=TODAY)
    with trusted.repository.writing() as session:
        close_tables(session.connection(), ["aid"])
    erase(trusted, trusted.ion)
    assert trusted.count("aid") == 1
    with pytest.raises(Exception, match="append-only"), trusted.repository.writing() as session:
        session.execute(text("DELETE FROM aid"))


def test_links_from_other_cases_are_left_open(trusted: Office) -> None:
    hers = trusted.enter("visit", trusted.ion, purpose="prima")
    other = trusted.enter("visit", trusted.vasile, purpose="a doua", before=hers)
    left = erase(trusted, trusted.ion)
    assert left.records == 2
    answers = trusted.open("visit", other).answers
    assert (answers["purpose"], answers["before"]) == ("a doua", None)


def test_cases_that_became_one_go_together(trusted: Office) -> None:
    trusted.enter("visit", trusted.vasile, purpose="acasă")
    kept, gone = both_cases(trusted.repository, trusted.ion, trusted.vasile)
    merging = CaseMerge(kept.record.id, kept.record.version, gone.record.id, gone.record.version)
    merge_cases(trusted.repository, merging, (), trusted.actor("paul"), "aceeași persoană")
    assert erase(trusted, trusted.ion).records == 3
    with trusted.repository.store.snapshot() as connection:
        assert connection.execute(text('SELECT count(*) FROM "case"')).scalar() == 0
        assert connection.execute(select(team_table)).all() == []


def test_a_deleted_case_is_asked_for_by_who_may_bring_it_back(trusted: Office) -> None:
    delete_sheet(trusted.repository, trusted.form(CASE_FORM), trusted.ion, trusted.actor())
    erase(trusted, trusted.ion)
    with trusted.repository.store.snapshot() as connection:
        assert connection.execute(text('SELECT count(*) FROM "case"')).scalar() == 1


def test_her_name_on_sheets_of_others_is_shown_before(trusted: Office) -> None:
    other = trusted.enter("visit", trusted.vasile, story="A venit cu Tirca Ion.")
    forms = trusted.repository.forms
    found = mentions_elsewhere(trusted.repository, forms, trusted.ion, ROMANIAN)
    assert [mention.url for mention in found] == [f"/records/visit/{other}"]
    assert history_entries(trusted.repository, forms["visit"], trusted.repository.find("visit", other))


def test_a_database_of_before_gets_the_tables(trusted: Office) -> None:
    with trusted.repository.writing() as session:
        connection = session.connection()
        for table in (erasure_request_table, tombstone_table):
            table.drop(connection)
        make_own_tables(connection)
    assert erase(trusted, trusted.ion).number == 1
