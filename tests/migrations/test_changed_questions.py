"""A question gets narrower limits, or another name one start too late: with how many answers that would be."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from dosar.database.system_tables import draft_table
from dosar.fields.money import Money
from dosar.records.finding.search import search_condition
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.organisations import MENU, Organisation, form

FAMILY = "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]"


ROWS = [{"id": None, "who": "Dan"}, {"id": None, "who": "Ion"}]


@pytest.mark.parametrize(
    "before, after, good, bad",
    [
        ("name: a, type: text", "name: a, type: text, max: 3", "abc", "abcd"),
        ("name: a, type: integer", "name: a, type: integer, max: 10", 10, 11),
        ("name: a, type: decimal", "name: a, type: decimal, places: 1", Decimal("1.5"), Decimal("1.25")),
        (
            "name: a, type: money, currencies: [RON, EUR]",
            "name: a, type: money, currencies: [RON]",
            Money(Decimal(1), "RON"),
            Money(Decimal(1), "EUR"),
        ),
        (
            FAMILY.replace("family", "a"),
            FAMILY.replace("family, type: table", "a, type: table, max_rows: 1"),
            ROWS[:1],
            ROWS,
        ),
    ],
)
def test_narrower_limits_are_refused_while_answers_are_beyond_them(
    ours: Organisation, before: str, after: str, good: Any, bad: Any
) -> None:
    ours.start(visit=form("visit", before)).enter("visit", a=good)
    beyond = ours.enter("visit", a=bad)
    for _ in range(2):
        ours.start(visit=form("visit", after))
        assert [finding.partition("F020: ")[2] for finding in ours.told("F020")] == [
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
    assert [ours.answers("visit", number)["notes"] for number in (1, 2)] == ["vechi", "nou"]
    assert sorted(ours.column("visit", "notes__sort")) == ["nou", "vechi"]
    told = ours.history("visit", 1)[0].changes[0]
    assert (told.question.name, told.new) == ("notes", "vechi")
    kept: Any = ours.repository.record_class("visit")
    found = select(kept.id).where(search_condition(ours.form("visit"), kept.id, "vechi"))
    assert ours.repository.session.scalars(found).all() == [1]
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
    names = [[row["name"] for row in ours.answers("visit", number)["family"]] for number in (1, 2)]
    assert names == [["Dan", "Ion"], ["Ana"]]


PEOPLE = "name: people, type: table, columns: [{name: name, type: paragraph, label: {en: Who, ro: Cine}%s}]"
COUNTED = "name: many, type: computed, result: integer, value: count(people)"


def late_table(ours: Organisation, more: str = "") -> None:
    """A table of rows is called otherwise, and begins anew; one row stands on each sheet."""
    job = "{name: job, type: text, label: {en: Job, ro: Ocupație}}]"
    ours.start(visit=form("visit", FAMILY.replace("]", f", {job}") + more))
    ours.enter("visit", family=[{"id": None, "who": "Dan", "job": "pădurar"}, {"id": None, "who": "Ion"}])
    ours.start(visit=form("visit", PEOPLE % "" + more, COUNTED))
    ours.enter("visit", people=[{"id": None, "name": "Ana"}])


@pytest.mark.parametrize("more", ["", ", append_only: true"])
def test_was_of_a_whole_table_may_come_too_late(ours: Organisation, more: str) -> None:
    late_table(ours, more)
    drafts.keep_draft(
        ours.repository, 1, DraftPlace("visit", record_id=1), [("family.0.id", "2"), ("family.0.who", "Ion")]
    )
    was = PEOPLE % ", was: who" + more
    ours.start(visit=form("visit", was.replace("type: table", "type: table, was: family"), COUNTED))
    assert ours.told("F020") == [] and 'The answers to "family" (1) must move to "people"' in ours.told("F025")[0]
    assert "The answers to family (1) move to people." in ours.plan()
    ours.upgrade()
    names = [[row["name"] for row in ours.answers("visit", number)["people"]] for number in (1, 2)]
    assert names == [["Dan", "Ion"], ["Ana"]]
    assert ours.answers("visit", 1)["many"] == 2
    row = ours.answers("visit", 1)["people"][1]
    begun = ours.repository.session.scalar(select(draft_table.c.boxes))
    assert begun == [["people.0.id", str(row["id"])], ["people.0.name", "Ion"]]
    first = ours.history("visit", 1)[-1].changes[0]
    assert (first.question.name, first.new[0]["name"]) == ("people", "Dan")
    assert sorted(filter(None, ours.column("visit__people", "job"))) == ["pădurar"]
    for _ in range(2):
        assert ours.plan() == [] and {"F020", "F025"}.isdisjoint(ours.codes())
        ours.start(menu=MENU + "\n")
    job = ", {name: job, type: text, label: {en: Job, ro: Ocupație}}]"
    ours.start(visit=form("visit", (PEOPLE % "" + more).replace("]", job), COUNTED))
    assert ours.answers("visit", 1)["people"][0]["job"] == "pădurar"
    ours.start(visit=form("visit", PEOPLE % "" + more, FAMILY, COUNTED))
    assert ours.answers("visit", 1)["family"] is None


@pytest.mark.parametrize(
    "after, said",
    [
        (PEOPLE % ", was: who", 'answer "family" and also "people": 1.'),
        (PEOPLE.replace("paragraph", "date") % ", was: who", 'The answers to "family" do not fit "people"'),
        (PEOPLE % ", was: who" + ", append_only: true", 'The answers to "family" do not fit "people"'),
        (PEOPLE % ", was: who" + ", max_rows: 1", 'Answers to "people" that would not be accepted any more: 1.'),
    ],
)
def test_a_table_that_comes_too_late_for_some_is_refused(ours: Organisation, after: str, said: str) -> None:
    late_table(ours)
    if "also" in said:
        ours.correct("visit", 1, people=[{"id": None, "name": "Eva"}])
    ours.upgrade(visit=form("visit", after.replace("type: table", "type: table, was: family")))
    assert any(said in finding for finding in ours.told("F020")), ours.opened.findings
    assert [row["name"] for row in ours.answers("visit", 2)["people"]] == ["Ana"]


def test_late_answers_are_read_by_more_only_with_a_word(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: a, type: text, sensitivity: story")).enter("visit", a="un secret")
    ours.start(visit=form("visit", "name: b, type: text"))
    ours.start(visit=form("visit", "name: b, was: a, type: text"))
    assert "(1)" in ours.told("F049")[0]
    assert any("no longer only for those who may know" in line for line in ours.plan())
