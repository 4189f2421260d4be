"""A sealed answer is bound to its column: put into another one it is not read, and it follows its question."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, type_coerce, update

from dosar.database.copies.transfer import copy_database
from dosar.database.sealing.answer_columns import (
    BOUND_VERSION,
    answer_beginning,
)
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION
from dosar.database.store_errors import StoreError
from dosar.database.writing.append_only import closed_tables
from dosar.records.lists.list_query import ListQuery, ordered_ids
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import enter_sheet
from tests.databases import DATABASES, fresh_store
from tests.migrations.envelopes import envelopes, unbind_answers
from tests.organisations import CLERK, MENU, Organisation, form

OTHER = "choices: [{code: school, label: {en: S, ro: S}}, {code: other, other: true, label: {en: O, ro: A}}]"
WHO = "{name: who, type: text, label: {en: Who, ro: Cine}}"
ASKED = {
    "story": "name: story, type: paragraph, sensitivity: health",
    "town": "name: town, type: text, search: true",
    "kind": f"name: kind, type: select_one, {OTHER}",
    "family": f"name: family, type: table, columns: [{WHO}]",
}
HEAD = "belongs_to: case\nlist: [town]\nsort: [town]\n"
EXPENSE = form("expense", "name: paid_to, type: text", head="append_only: true")
TOWNS = "Țărm", "Sat", "Zid"
REFUSED = {"F020", "F050", "F058"}
STORY = "Boala de care nu vorbește"


def visit(head: str = HEAD, **changed: str | None) -> str:
    asked = {**ASKED, **changed}
    return form("visit", *(question for question in asked.values() if question), head=head)


@pytest.fixture
def visited(ours: Organisation) -> Organisation:
    """An organisation with visits to three towns, and an entry of a ledger that was taken back."""
    ours.start(menu=MENU.replace("[case]", "[case, visit, expense]"), visit=visit(), expense=EXPENSE)
    for town in TOWNS:
        answers = {
            "story": STORY,
            "town": town,
            "kind": "other: x",
            "family": [{"id": None, "who": "Dan"}],
        }
        enter_sheet(ours.repository, ours.form("visit"), answers, CLERK, ours.enter("case", name="Ana"))
    entry = ours.enter("expense", paid_to="Magazin")
    reverse_entry(ours.repository, ours.form("expense"), entry, "Greșit", CLERK)
    return ours


def are_bound(ours: Organisation) -> bool:
    """Whether every answer lies bound to where it stands, those put aside too."""
    found = [(value, answer_beginning(f"{table}.{name}")) for table, name, _, value in envelopes(ours.store)]
    return len(found) > 10 and all(value.startswith(beginning) for value, beginning in found)


def put(ours: Organisation, column: Any, value: Any) -> None:
    """Write into PostgreSQL, past the program."""
    with ours.store.writing() as session:
        session.execute(update(column.table).values({column.name: type_coerce(value, LargeBinary)}))


def read(ours: Organisation, key: str = "visit") -> list[dict[str, Any]]:
    return [{k: v for k, v in ours.answers(key, n + 1).items() if v is not None} for n in range(len(TOWNS))]


def towns(ours: Organisation, key: str = "visit", sort: str = "town") -> list[int]:
    ours.store.session.remove()
    return ordered_ids(ours.repository, ours.form(key), ListQuery(sort=sort), "ro", 9)


def renamed(**changed: str | None) -> dict[str, str | None]:
    """The files in which the form, a question of each kind and a table of rows have other names."""
    asked = {
        "story": ASKED["story"].replace("name: story", "name: told, was: story"),
        "town": ASKED["town"].replace("name: town", "name: place, was: town"),
        "kind": ASKED["kind"].replace("name: kind", "name: reason, was: kind"),
        "family": f"name: people, was: family, type: table, columns: [{WHO.replace('who', 'called, was: who')}]",
        **changed,
    }
    outing = visit(head=HEAD.replace("town", "place"), **asked).replace("form: visit", "form: outing\nwas: visit")
    menu = MENU.replace("[case]", "[case, outing, cost]")
    cost = EXPENSE.replace("form: expense", "form: cost\nwas: expense")
    return {"visit": None, "outing": outing, "menu": menu, "expense": None, "cost": cost}


def test_an_answer_put_into_another_column_is_not_read_whatever_is_upgraded(visited: Organisation) -> None:
    kept: Any = visited.repository.tables.metadata.tables["visit"].c
    assert visited.answers("visit", 1)["kind"] == "other: x"
    put(visited, kept.kind__other, kept.story)
    with pytest.raises(StoreError, match=r"A value in visit\.kind__other was changed"):
        visited.answers("visit", 1)
    visited.start(**renamed(more="name: more, type: text"))
    assert not REFUSED & {*visited.codes()} and "outing" in visited.repository.forms
    with pytest.raises(StoreError, match=r"A value in outing\.reason__other was changed"):
        visited.answers("outing", 1)
    lying = {value[:7] for _, name, _, value in envelopes(visited.store) if name == "reason__other"}
    assert lying == {answer_beginning("visit.story")}


def test_they_follow_their_question_and_its_form(visited: Organisation) -> None:
    before, in_order = read(visited), towns(visited)
    assert are_bound(visited) and in_order == [2, 1, 3]
    visited.start(**renamed())
    assert not REFUSED & {*visited.codes()} and are_bound(visited) and visited.plan() == []
    names = {"told": "story", "place": "town", "reason": "kind"}
    after = read(visited, "outing")
    assert [{name: answers[name] for name in names} for answers in after] == [
        {name: answers[was] for name, was in names.items()} for answers in before
    ]
    assert [row["called"] for answers in after for row in answers["people"]] == ["Dan"] * 3
    assert towns(visited, "outing", "place") == in_order
    kept: Any = visited.repository.record_class("cost")
    assert visited.repository.session.scalars(select(kept.reversal_reason).order_by(kept.id)).all() == [None, "Greșit"]
    assert {"cost"} <= closed_tables(visited.repository.session.connection())


def test_a_question_that_comes_back_is_read_and_one_that_is_converted(visited: Organisation) -> None:
    before = read(visited)
    visited.start(visit=visit(story=None, town=None, head="belongs_to: case"))
    visited.start(**{**renamed(), "outing": visit().replace("form: visit", "form: outing\nwas: visit")})
    assert read(visited, "outing") == before and are_bound(visited) and towns(visited, "outing") == [2, 1, 3]
    ticked = visit(kind=ASKED["kind"].replace("select_one", "select_multiple")).replace("form: visit", "form: outing")
    visited.upgrade(outing=ticked)
    assert [answers["kind"] for answers in read(visited, "outing")] == [["other: x"]] * 3
    assert are_bound(visited) and visited.plan() == []


def test_an_answer_goes_with_its_question_to_another_form(visited: Organisation) -> None:
    plan = form("plan", "name: goal, type: text", head="belongs_to: case")
    visited.start(plan=plan)
    for case in range(1, len(TOWNS) + 1):
        enter_sheet(visited.repository, visited.form("plan"), {"goal": "unu"}, CLERK, case)
    tale = ASKED["story"].replace("name: story", "name: tale, was: visit.story")
    there = form("plan", "name: goal, type: text", tale, head="belongs_to: case")
    visited.upgrade(plan=there, visit=visit(story=None))
    assert not REFUSED & {*visited.codes()} and [answers["tale"] for answers in read(visited, "plan")] == [STORY] * 3
    assert are_bound(visited) and {"story__old"} <= visited.columns("visit")


def test_answers_of_an_earlier_format_are_bound_at_the_start(visited: Organisation) -> None:
    before = read(visited)
    unbind_answers(visited.store)
    found = {value[:1] for table, _, _, value in envelopes(visited.store) if table != "expense"}
    assert found == {ENVELOPE_VERSION} and not are_bound(visited)
    assert visited.plan() == []
    visited.start(visit=visit(more="name: more, type: text"))
    assert (
        not REFUSED & {*visited.codes()}
        and are_bound(visited)
        and read(visited) == before
        and towns(visited) == [2, 1, 3]
    )
    lying = sorted(envelopes(visited.store))
    assert sorted(envelopes(visited.start().store)) == lying, "the second start changes nothing"


def test_an_envelope_of_an_earlier_format_put_back_is_not_read(visited: Organisation) -> None:
    bound = list(envelopes(visited.store))
    unbind_answers(visited.store)
    earlier = next(value for table, name, _, value in envelopes(visited.store) if (table, name) == ("visit", "story"))
    visited.start()
    kept: Any = visited.repository.tables.metadata.tables["visit"].c
    for value in (earlier, b"", BOUND_VERSION, next(value for _, name, _, value in bound if name == "town")):
        put(visited, kept.story, value)
        visited.start(visit=visit(more=f"name: more{len(value)}, type: text"))
        with pytest.raises(StoreError, match=r"A value in visit\.story was changed"):
            visited.answers("visit", 1)


def test_a_copy_lies_as_its_source_before_and_after_an_upgrade(
    visited: Organisation, database: str, tmp_path: Path
) -> None:
    kind = next(name for name in DATABASES if name != database)
    tables = visited.repository.tables.metadata.sorted_tables
    for before_upgrade in (False, True):
        with fresh_store(kind, tmp_path / f"copy{before_upgrade}") as copy:
            copy_database(visited.store, copy, tables, before_upgrade)
            assert sorted(envelopes(copy)) == sorted(envelopes(visited.store))
        unbind_answers(visited.store)
