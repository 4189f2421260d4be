"""A question gets narrower limits, or another name one start too late: with how many answers that would be."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.fields.money import Money
from app.records.search import found_by
from tests.records.organisations import Organisation, form

FAMILY = "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]"


ROWS = [{"id": None, "who": "Dan"}, {"id": None, "who": "Ion"}]


@pytest.mark.parametrize("before, after, good, bad", [
    ("name: a, type: text", "name: a, type: text, max: 3", "abc", "abcd"),
    ("name: a, type: integer", "name: a, type: integer, max: 10", 10, 11),
    ("name: a, type: decimal", "name: a, type: decimal, places: 1", Decimal("1.5"), Decimal("1.25")),
    ("name: a, type: money, currencies: [RON, EUR]", "name: a, type: money, currencies: [RON]",
     Money(Decimal(1), "RON"), Money(Decimal(1), "EUR")),
    (FAMILY.replace("family", "a"), FAMILY.replace("family, type: table", "a, type: table, max_rows: 1"), ROWS[:1],
     ROWS),
])
def test_narrower_limits_are_refused_while_answers_are_beyond_them(
    ours: Organisation, before: str, after: str, good: Any, bad: Any
) -> None:
    ours.start(visit=form("visit", before)).enter("visit", a=good)
    beyond = ours.enter("visit", a=bad)
    for _ in range(2):
        ours.start(visit=form("visit", after))
        assert [one.partition("F020: ")[2] for one in ours.told("F020")] == [
            'Answers to "a" that would not be accepted any more: 1. Give it back its limits, or retire it (retired: '
            "true) and add a question with a new name."
        ]
    ours.correct("visit", beyond, a=None)
    ours.start()
    assert ours.told("F020") == [], "nothing is beyond them now, and no file had to change"
    assert "F025" not in ours.codes()


def late(ours: Organisation) -> None:
    """A question is called otherwise, and begins anew."""
    ours.start(visit=form("visit", "name: remark, type: text, search: true", head="list: [remark]\nsort: [remark]"))
    ours.enter("visit", remark="vechi")
    ours.start(visit=form("visit", "name: notes, type: text, search: true", head="list: [notes]\nsort: [notes]"))
    assert "write there was: remark" in ours.told("F021")[0]
    ours.enter("visit", notes="nou")


NOTES = form("visit", "name: notes, was: remark, type: text, search: true", head="list: [notes]\nsort: [notes]")


def test_was_may_come_one_start_too_late(ours: Organisation) -> None:
    late(ours)
    ours.start(visit=NOTES)
    assert ours.told("F020") == [] and "(1) must move" in ours.told("F025")[0]
    assert any("(1) move to notes" in line for line in ours.plan())
    ours.upgrade()
    assert [ours.answers("visit", one)["notes"] for one in (1, 2)] == ["vechi", "nou"]
    assert sorted(ours.column("visit", "notes__sort")) == ["nou", "vechi"]
    told = ours.history("visit", 1)[0].changes[0]
    assert (told.question.name, told.new) == ("notes", "vechi")
    kept: Any = ours.cabinet.record_class("visit")
    found = select(kept.id).where(found_by(ours.form("visit"), kept.id, "vechi"))
    assert ours.cabinet.session.scalars(found).all() == [1]
    assert ours.plan() == [] and {"F020", "F021", "F025"}.isdisjoint(ours.codes())
    ours.start(visit=NOTES + "      - {name: remark, type: integer, label: {en: New, ro: Nou}}\n")
    assert ours.answers("visit", 1) == {"notes": "vechi", "remark": None}


def test_was_that_comes_too_late_for_some_is_refused(ours: Organisation) -> None:
    late(ours)
    ours.correct("visit", 1, notes="și aici")
    ours.upgrade(visit=NOTES)
    assert 'that answer "remark" and also "notes": 1.' in ours.told("F020")[0]
    assert ours.answers("visit", 1)["notes"] == "și aici"
    ours.correct("visit", 1, notes=None)
    ours.upgrade()
    assert ours.answers("visit", 1)["notes"] == "vechi"


def test_was_that_comes_too_late_must_fit(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: remark, type: text"))
    ours.enter("visit", remark="vechi")
    ours.start(visit=form("visit", "name: notes, type: integer"))
    ours.upgrade(visit=form("visit", "name: notes, was: remark, type: integer"))
    assert 'The answers to "remark" do not fit "notes"' in ours.told("F020")[0]


def test_was_comes_too_late_in_a_table(ours: Organisation) -> None:
    ours.start(visit=form("visit", FAMILY)).enter("visit", family=ROWS)
    ours.start(visit=form("visit", FAMILY.replace("who", "name"))).enter("visit", family=[{"id": None, "name": "Ana"}])
    ours.upgrade(visit=form("visit", FAMILY.replace("name: who", "name: name, was: who")))
    names = [[row["name"] for row in ours.answers("visit", one)["family"]] for one in (1, 2)]
    assert names == [["Dan", "Ion"], ["Ana"]]
