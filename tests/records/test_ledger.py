"""A ledger: nothing in it is changed or deleted, not even by the program; a mistake is reversed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from dosar.access.tables import account_history_table
from dosar.database.audit.chain import audit_event_table
from dosar.database.copies.transfer import copy_database
from dosar.database.form_tables import all_tables
from dosar.database.store import Store
from dosar.database.writing import append_only
from dosar.fields.money import Money
from dosar.language.question import Unknown
from dosar.language.text.message import Mistake
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import OutOfReach, Scope, acting_as
from dosar.records.sheets.acceptance import accept_sheet
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.ledger import reverse_entry, reversing_entry
from tests.databases import fresh_store
from tests.organisations import CLERK, Organisation, form, organisation_in

AID = form(
    "aid",
    "name: number, type: code",
    "name: given_on, type: date",
    "name: value, type: money, unknown: true",
    "name: pieces, type: integer",
    "name: total, type: computed, result: integer, value: pieces * 2",
    "name: parts, type: table, columns: [{name: weight, type: decimal, label: {en: kg, ro: kg}}, "
    "{name: what, type: text, label: {en: What, ro: Ce}}]",
    head="append_only: true\nbelongs_to: case",
)
TEN = Money(Decimal("10.00"), "MDL")


def ledgers_in(connection: Connection) -> set[str]:
    """The tables of forms that are only added to: the history of accounts and the audit log are Dosar's own."""
    return append_only.closed_tables(connection) - {account_history_table.name, audit_event_table.name}


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        yield organisation.start(aid=AID)


@pytest.fixture
def entry(ours: Organisation) -> int:
    case = ours.enter("case", name="Ana")
    return _enter(
        ours,
        case,
        value=TEN,
        pieces=3,
        given_on=date(2026, 1, 2),
        parts=[{"id": None, "weight": Decimal("1.5"), "what": "făină"}],
    )


def _enter(ours: Organisation, case: int, **answers: Any) -> int:
    from dosar.language.answers.settling import settle_answers
    from dosar.records.sheets.save import enter_sheet

    form = ours.form("aid")
    return enter_sheet(ours.repository, form, settle_answers(form, answers, CLERK.today), CLERK, case)


def test_the_database_refuses_to_change_or_delete_an_entry(ours: Organisation, entry: int) -> None:
    kept: Any = ours.repository.record_class("aid").__table__  # type: ignore[attr-defined]
    parts: Any = ours.repository.tables.rows["aid", "parts"].__table__  # type: ignore[attr-defined]
    for change in (
        update(kept).values(value=1),
        update(kept).values(case_id=1),
        update(kept).values(reverses=None),
        delete(kept),
        update(parts).values(weight=2),
        delete(parts),
    ):
        with pytest.raises(DBAPIError, match="append-only"), ours.store.writing() as session:
            session.execute(change)


def test_only_what_was_taken_back_before_is_told_as_such(ours: Organisation, entry: int) -> None:
    nobody = Actor(999, "accountant", CLERK.today)
    with pytest.raises(IntegrityError):
        reverse_entry(ours.repository, ours.form("aid"), entry, "greșit", nobody)
    ours.store.session.remove()
    reverse_entry(ours.repository, ours.form("aid"), entry, "greșit", CLERK)
    with pytest.raises(Mistake, match="reversed before"):
        reverse_entry(ours.repository, ours.form("aid"), entry, "greșit", nobody)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE aid SET rowid = 77",
        "UPDATE OR REPLACE aid SET _rowid_ = 1 WHERE id = 2",
        "INSERT OR REPLACE INTO aid SELECT * FROM aid WHERE id = 1",
        "REPLACE INTO aid__parts SELECT * FROM aid__parts",
        "INSERT OR REPLACE INTO aid SELECT 99, {rest} FROM aid",
    ],
)
def test_no_entry_takes_the_place_of_another(ours: Organisation, entry: int, change: str) -> None:
    if ours.store.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite replaces entries without deleting them")
    reverse_entry(ours.repository, ours.form("aid"), entry, "greșit", CLERK)
    rest = ", ".join(f'"{name}"' for name in ours.repository.record_class("aid").column_keys if name != "id")
    with pytest.raises(DBAPIError, match="append-only"), ours.store.writing() as session:
        session.connection().exec_driver_sql(change.format(rest=rest))


def test_a_ledger_closed_by_an_older_dosar_is_closed_anew(ours: Organisation, entry: int) -> None:
    if ours.store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's triggers are the same as ever")
    with ours.store.writing() as session:
        session.connection().exec_driver_sql('DROP TRIGGER "dosar_closed_insert__aid"')
    with ours.store.snapshot() as connection:
        assert ledgers_in(connection) == {"aid__parts"}
    ours.start(aid=AID + "# another remark\n")
    with ours.store.snapshot() as connection:
        assert ledgers_in(connection) == {"aid", "aid__parts"}


def test_the_program_does_not_even_try(ours: Organisation, entry: int) -> None:
    with pytest.raises(OutOfReach):
        ours.correct("aid", entry, pieces=4)
    with pytest.raises(OutOfReach):
        delete_sheet(ours.repository, ours.form("aid"), entry, CLERK)


def test_what_is_kept_about_an_entry_stays_open(ours: Organisation, entry: int) -> None:
    accept_sheet(ours.repository, ours.form("aid"), entry, CLERK)
    case = ours.repository.find("aid", entry).case_id  # type: ignore[attr-defined]
    delete_sheet(ours.repository, ours.form("case"), case, CLERK)
    restore_sheet(ours.repository, ours.form("case"), case, CLERK)
    assert ours.answers("aid", entry)["value"] == TEN


def test_an_entry_is_reversed_once_by_one_that_turns_it_round(ours: Organisation, entry: int) -> None:
    back = reverse_entry(ours.repository, ours.form("aid"), entry, " de două ori ", CLERK)
    answers = ours.answers("aid", back)
    assert answers["value"] == Money(Decimal("-10.00"), "MDL")
    assert (answers["pieces"], answers["total"], answers["given_on"]) == (-3, -6, date(2026, 1, 2))
    assert [(row["weight"], row["what"]) for row in answers["parts"]] == [(Decimal("-1.5"), "făină")]
    assert answers["number"] != ours.answers("aid", entry)["number"]

    record: Any = ours.repository.find("aid", back)
    assert (record.reverses, record.reversal_reason) == (entry, "de două ori")
    assert reversing_entry(ours.repository, ours.repository.find("aid", entry)) == back
    assert [(told.action, told.reason) for told in ours.history("aid", entry)] == [
        ("reversed", "de două ori"),
        ("entered", ""),
    ]
    for twice in (entry, back):
        with pytest.raises(Mistake):
            reverse_entry(ours.repository, ours.form("aid"), twice, "încă o dată", CLERK)


def test_a_reason_is_asked_for(ours: Organisation, entry: int) -> None:
    with pytest.raises(Mistake, match="why"):
        reverse_entry(ours.repository, ours.form("aid"), entry, "  ", CLERK)


def test_only_an_entry_of_a_ledger_is_reversed(ours: Organisation, entry: int) -> None:
    with pytest.raises(OutOfReach):
        reverse_entry(ours.repository, ours.form("case"), 1, "greșit", CLERK)


def test_what_was_not_said_is_not_turned_round(ours: Organisation, entry: int) -> None:
    silent = _enter(ours, 1, value=Unknown.DONT_KNOW)
    back = reverse_entry(ours.repository, ours.form("aid"), silent, "greșit", CLERK)
    assert ours.answers("aid", back)["value"] is Unknown.DONT_KNOW


def test_an_entry_is_reversed_by_who_may_enter_others_though_what_it_points_to_is_gone(ours: Organisation) -> None:
    gift = form(
        "gift",
        "name: what, type: text, written_by: [administrator]",
        "name: giver, type: link, to: donor",
        head="append_only: true",
    )
    ours.start(gift=gift, donor=form("donor", "name: name, type: text"))
    donor = ours.enter("donor", name="Parohia")
    given = ours.enter("gift", what="haine", giver=donor)
    delete_sheet(ours.repository, ours.form("donor"), donor, CLERK)
    actor = Actor(None, "accountant", CLERK.today, roles=frozenset({"accountant"}))
    with acting_as(Scope(rights={"gift": frozenset({"see"})})), pytest.raises(OutOfReach):
        reverse_entry(ours.repository, ours.form("gift"), given, "greșit", actor)
    with acting_as(Scope(rights={"gift": frozenset({"see", "enter"})})):
        back = reverse_entry(ours.repository, ours.form("gift"), given, "greșit", actor)
    assert ours.answers("gift", back) == {"what": "haine", "giver": donor}


def test_a_form_becomes_a_ledger_with_its_records(ours: Organisation) -> None:
    plain = form("gift", "name: what, type: text")
    gift = ours.start(gift=plain).enter("gift", what="haine")
    ours.start(gift=plain + "append_only: true\n")
    back = reverse_entry(ours.repository, ours.form("gift"), gift, "greșit", CLERK)
    assert ours.answers("gift", back) == {"what": "haine"}
    with ours.store.snapshot() as connection:
        assert {"gift", "aid", "aid__parts"} == ledgers_in(connection)


def test_an_upgrade_moves_the_answers_of_a_ledger_and_closes_it_again(ours: Organisation, entry: int) -> None:
    more = (
        AID.replace("name: pieces, type: integer", "name: count, type: decimal, was: pieces")
        .replace("name: parts, type", "name: pieces_of_it, was: parts, type")
        .replace("value: pieces * 2", "value: count * 2")
    )
    ours.upgrade(aid=more + "      - {name: note, type: text, label: {en: Note, ro: Notă}}\nlist: [note]\n")
    answers = ours.answers("aid", entry)
    assert (answers["count"], answers["pieces_of_it"][0]["what"]) == (Decimal(3), "făină")
    kept: Any = ours.repository.record_class("aid").__table__  # type: ignore[attr-defined]
    parts: Any = ours.repository.tables.rows["aid", "pieces_of_it"].__table__  # type: ignore[attr-defined]
    for change in (update(kept).values(count=1), update(kept).values(note="x"), delete(parts)):
        with pytest.raises(DBAPIError, match="append-only"), ours.store.writing() as session:
            session.execute(change)


def test_a_copy_is_closed_too(ours: Organisation, entry: int, tmp_path: Path) -> None:
    with fresh_store("sqlite", tmp_path / "other") as other:
        copy_database(ours.store, other, all_tables(ours.repository.tables.metadata))
        kept: Any = ours.repository.record_class("aid").__table__  # type: ignore[attr-defined]
        assert other.session.scalars(select(kept.c.pieces)).all() == [3]
        other.session.remove()
        with pytest.raises(DBAPIError, match="append-only"), other.writing() as session:
            session.execute(delete(kept))
