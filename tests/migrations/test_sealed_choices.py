"""Sensitive choices lie as codes of their question: found, counted and put in order by SQL, and told by no dump."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, select, text, type_coerce, update

from dosar.database.copies.transfer import copy_database
from dosar.database.form_tables import all_tables
from dosar.database.format_version import format_table
from dosar.database.sealing.answer_columns import answer_beginning
from dosar.database.sealing.choice_codes import CODE_MARK, place_mark
from dosar.database.sealing.sealed_choices import SealedChoice
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.language.question import Unknown
from dosar.migrations.sealed_choices import SEALED_CHOICES_SINCE_FORMAT
from dosar.records.lists.list_query import ListQuery, list_conditions, ordered_ids
from tests.databases import DATABASES, fresh_store
from tests.organisations import CASE, MENU, Organisation, form

LIST = "[{code: zeta, label: {en: Zeta, ro: Zeta}}, {code: yes, label: {en: Yes, ro: Da}}, {code: alpha, label: {en: Alpha, ro: Alfa}}]"  # noqa: E501
ASKED = {
    "ill": "name: ill, type: yes_no, sensitivity: health, unknown: true",
    "hurt": "name: hurt, type: yes_no, sensitivity: health",
    "kind": f"name: kind, type: select_one, sensitivity: health, choices: {LIST}",
    "other": f"name: other, type: select_one, sensitivity: health, choices: {LIST}",
    "ticked": f"name: ticked, type: select_multiple, sensitivity: legal, choices: {LIST}",
    "first": f"name: first, type: ranked, sensitivity: story, choices: {LIST}",
    "land": "name: land, type: country, sensitivity: identity",
    "open": f"name: open, type: select_one, choices: {LIST}",
}
HEAD = "list: [kind, ill, open]\nfilters: [kind, ill, ticked, first, open, land]\nsort: [kind]\n"
SHEETS: Sequence[dict[str, Any]] = (
    {"ill": True, "hurt": True, "kind": "alpha", "other": "alpha", "ticked": ["yes", "alpha"], "land": "RO"},
    {"ill": False, "hurt": True, "kind": "zeta", "other": "yes", "first": ["alpha", "zeta"], "open": "zeta"},
    {"ill": Unknown.REFUSED, "kind": "yes", "ticked": ["zeta", "yes", "alpha"], "land": "MD", "open": "yes"},
    {"hurt": False, "first": ["zeta"]},
)
SEALED = {*ASKED} - {"open"}


def visit(**changed: str | None) -> str:
    asked = {**ASKED, **changed}
    return form("visit", *(question for question in asked.values() if question), head=HEAD)


@pytest.fixture
def visited(ours: Organisation) -> Organisation:
    """An organisation with visits whose answers are sensitive choices."""
    ours.start(case=CASE, menu=MENU.replace("[case]", "[case, visit]"), visit=visit())
    for answers in SHEETS:
        ours.enter("visit", **answers)
    return ours


def lying(ours: Organisation, table: str = "visit") -> dict[str, list[Any]]:
    """What lies in every column, as it lies there."""
    with ours.store.snapshot() as connection:
        rows = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY id')).mappings().all()
        return {name: [row[name] for row in rows] for name in rows[0]}


def read(ours: Organisation, key: str = "visit") -> list[dict[str, Any]]:
    numbers = range(1, len(SHEETS) + 1)
    return [{name: answer for name, answer in ours.answers(key, n).items() if answer is not None} for n in numbers]


def found(ours: Organisation, asked: str, by: str) -> list[int]:
    kept, asked_form = ours.repository.record_class("visit"), ours.form("visit")
    conditions = list_conditions(asked_form, kept, ListQuery(filters={by: asked}))
    return sorted(ours.repository.session.scalars(select(kept.id).where(*conditions)))


def all_kept(ours: Organisation, *tables: str) -> bytes:
    """Everything that lies in these tables; on PostgreSQL their files too, with rows that are gone."""
    rows = [repr(values).encode() for table in tables for values in lying(ours, table).values()]
    with ours.store.snapshot() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CHECKPOINT"))
            asked = "SELECT pg_read_binary_file(pg_relation_filepath('\"{}\"'))"
            rows += [bytes(connection.execute(text(asked.format(table))).scalar_one()) for table in tables]
    return b"\n".join(rows)


def as_before(ours: Organisation) -> None:
    """The same in clear, as format 14 kept it."""
    plain = {"ill": "boolean", "hurt": "boolean"}
    answers = read(ours)
    with ours.store.writing() as session:
        connection = session.connection()
        for name in SEALED:
            kind: Any = ours.repository.tables.metadata.tables["visit"].c[name].type.plain
            if connection.dialect.name == "postgresql":
                drop = f"ALTER TABLE visit ALTER {name} TYPE {plain.get(name, 'varchar')} USING NULL"
                connection.execute(text(drop))
            for number, answered in enumerate(answers, 1):
                value = answered.get(name)
                value = None if isinstance(value, Unknown) else value
                if hasattr(kind, "process_bind_param"):
                    value = kind.process_bind_param(value, connection.dialect)
                connection.execute(
                    text(f"UPDATE visit SET {name} = :value WHERE id = :id"), {"value": value, "id": number}
                )
        session.execute(update(format_table).values(version=SEALED_CHOICES_SINCE_FORMAT - 1))


def test_they_are_asked_as_before_and_lie_as_codes(visited: Organisation) -> None:
    assert read(visited) == [*SHEETS]
    cells = lying(visited)
    assert cells["open"] == [None, "zeta", "yes", None]
    codes = {name: [value for value in cells[name] if value is not None] for name in SEALED}
    assert not any(word in repr(codes) for word in ("zeta", "alpha", "True"))
    assert len({len(code) for name in ("ill", "hurt", "kind", "other", "land") for code in codes[name]}) == 1
    for by, asked, numbers in [
        ("kind", "alpha", [1]),
        ("ill", "yes", [1]),
        ("ill", "no", [2]),
        ("ill", "~none", [4]),
        ("land", "MD", [3]),
        ("ticked", "yes", [1, 3]),
        ("ticked", "zeta", [3]),
        ("first", "zeta", [2, 4]),
        ("open", "zeta", [2]),
        ("kind", "nothing", []),
    ]:
        assert found(visited, asked, by) == numbers, (by, asked)
    kept: Any = visited.repository.record_class("visit")
    scalars = visited.repository.session.scalars
    assert [*scalars(select(kept.id).where(kept.hurt.is_(True)).order_by(kept.id))] == [1, 2]
    assert [*scalars(select(kept.id).where(kept.hurt.is_not(True)).order_by(kept.id))] == [3, 4]
    assert [*scalars(select(kept.id).where(kept.kind.in_(["zeta", "yes"])).order_by(kept.id))] == [2, 3]
    for sort, numbers in [("kind", [4, 2, 3, 1]), ("-kind", [1, 3, 2, 4]), ("ill", [3, 4, 2, 1])]:
        assert ordered_ids(visited.repository, visited.form("visit"), ListQuery(sort=sort), "en", 9) == numbers
    for wrong in (kept.kind.asc, lambda: kept.kind < "zeta", lambda: kept.ill.desc(), lambda: kept.kind.like("z%")):
        with pytest.raises(TypeError, match="A sealed choice is not compared"):
            wrong()


def test_no_two_questions_have_a_code_in_common_and_no_order_is_told(visited: Organisation) -> None:
    cells = lying(visited)
    codes = {name: set(" ".join(map(str, filter(None, cells[name]))).replace("|", " ").split()) for name in SEALED}
    for name in SEALED:
        assert not any(codes[name] & codes[beside] for beside in SEALED - {name}), name
    assert cells["kind"][0] == lying(visited)["kind"][0] and len({*cells["hurt"][:2]}) == 1
    ticked = [value.strip("|").split("|") for value in cells["ticked"] if value]
    assert all(several == sorted(several) for several in ticked)
    with visited.store.snapshot() as connection:
        made = {
            "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
            "postgresql": "SELECT indexdef FROM pg_indexes",
        }
        for statement in connection.execute(text(made[connection.dialect.name])).scalars():
            assert CODE_MARK not in statement


def test_what_was_changed_or_moved_is_not_read(visited: Organisation) -> None:
    kept: Any = visited.repository.tables.metadata.tables["visit"]
    for changed in (kept.c.other, "zeta", place_mark("visit.kind") + "AAAA"):
        with visited.store.writing() as session:
            session.execute(update(kept).values(kind=type_coerce(changed, Text)))
            with pytest.raises(StoreError, match="was changed in the database"):
                session.execute(select(kept.c.kind)).all()
            session.rollback()
    with visited.store.writing() as session:
        session.execute(update(kept).values(kind=type_coerce(kept.c.other, Text)))
    species = ASKED["kind"].replace("name: kind", "name: species, was: kind")
    renamed = visit(kind=species).replace("[kind", "[species").replace("form: visit", "form: outing\nwas: visit")
    visited.start(visit=None, outing=renamed, menu=MENU.replace("[case]", "[case, outing]"))
    assert "outing" in visited.repository.forms
    with pytest.raises(StoreError, match=r"A value in outing\.species was changed"):
        visited.answers("outing", 1)
    cells = lying(visited, "outing")
    assert cells["species"][0].startswith(place_mark("visit.other")) and cells["other"][0].startswith(
        place_mark("outing.other")
    )


def test_what_lay_in_clear_becomes_codes_at_the_start(visited: Organisation) -> None:
    before = read(visited)
    as_before(visited)
    with visited.store.writing() as session:
        session.execute(text("ALTER TABLE visit ADD COLUMN ill__old BOOLEAN"))
        session.execute(text("UPDATE visit SET ill__old = (id = 1)"))
    assert b"alpha" in all_kept(visited, "visit")
    visited.start()
    beginning = answer_beginning("visit.ill__old")
    assert visited.plan() == [] and all(value.startswith(beginning) for value in lying(visited)["ill__old"])
    assert b"alpha" not in all_kept(visited, "visit") and b"|yes" not in all_kept(visited, "visit")
    assert read(visited) == before
    assert found(visited, "yes", "ill") == [1]


def test_they_follow_their_question_and_its_form(visited: Organisation) -> None:
    before = read(visited)
    species = ASKED["kind"].replace("name: kind", "name: species, was: kind")
    visited.start(visit=visit(kind=species).replace("[kind", "[species"))
    assert [answers.get("species") for answers in read(visited)] == [answers.get("kind") for answers in before]
    menu = MENU.replace("[case]", "[case, outing]")
    asked_again = {"kind": ASKED["kind"] + ", was: species", "first": ASKED["first"], "ticked": ASKED["ticked"]}
    outing = visit(**asked_again).replace("form: visit", "form: outing\nwas: visit")
    gone = visit(**{**asked_again, "first": None, "ticked": None}, was="name: said, type: text")
    gone = gone.replace("ticked, first, ", "").replace("form: visit", "form: outing\nwas: visit")
    visited.start(visit=None, outing=gone, menu=menu)
    visited.start(outing=outing)
    assert read(visited, "outing") == before
    ticked = [value.strip("|").split("|") for value in lying(visited, "outing")["ticked"] if value]
    assert all(several == sorted(several) for several in ticked) and len(ticked) == 2
    assert lying(visited, "outing")["kind"][0].startswith(place_mark("outing.kind"))
    wide = outing.replace("name: kind, type: select_one", "name: kind, type: select_multiple")
    wide = wide.replace("list: [kind, ", "list: [").replace("sort: [kind]", "")
    visited.upgrade(outing=wide.replace("was: species", "note: {en: Wide, ro: Larg}"))
    assert [each.get("kind") for each in read(visited, "outing")] == [["alpha"], ["zeta"], ["yes"], None]
    assert b"alpha" not in all_kept(visited, "outing") and visited.plan() == []


def test_they_follow_the_sensitivity_of_their_question(visited: Organisation) -> None:
    before = read(visited)
    opened = {name: ASKED[name].replace(", sensitivity: health", "") for name in ("ill", "kind")}
    visited.upgrade(visit=visit(**opened, open=ASKED["open"] + ", sensitivity: story"))
    cells = lying(visited)
    assert cells["kind"] == ["alpha", "zeta", "yes", None] and [*map(bool, cells["ill"])] == [True, False, False, False]
    assert cells["open"][1].startswith(place_mark("visit.open"))
    assert read(visited) == before and found(visited, "yes", "ill") == [1] and found(visited, "zeta", "open") == [2]
    visited.upgrade(visit=visit())
    assert read(visited) == before and lying(visited)["open"] == [None, "zeta", "yes", None]
    assert b"alpha" not in all_kept(visited, "visit") and visited.plan() == []


def chosen_in(store: Store, ours: Organisation) -> dict[str, list[Any]]:
    """What lies in the columns of the answers in this database."""
    return {name: values for name, values in lying(replace(ours, store=store)).items() if name in ASKED}


def test_a_copy_lies_as_its_source_before_and_after_an_upgrade(
    visited: Organisation, database: str, tmp_path: Path
) -> None:
    kind = next(name for name in DATABASES if name != database)
    wanted = all_tables(visited.repository.tables.metadata)
    for before_upgrade in (False, True):
        with fresh_store(kind, tmp_path / f"copy{before_upgrade}") as copy:
            copy_database(visited.store, copy, wanted, before_upgrade)
            assert chosen_in(copy, visited) == chosen_in(visited.store, visited)
    for table in wanted:
        for column in table.columns:
            column.type = column.type.plain if isinstance(column.type, SealedChoice) else column.type
    with fresh_store(kind, tmp_path / "otherwise") as copy:
        copy_database(visited.store, copy, wanted, before_upgrade=True)
        assert chosen_in(copy, visited) == chosen_in(visited.store, visited)
    visited.start()
    as_before(visited)
    with fresh_store(kind, tmp_path / "in_clear") as copy:
        copy_database(visited.store, copy, all_tables(visited.repository.tables.metadata), before_upgrade=True)
        assert chosen_in(copy, visited) == chosen_in(visited.store, visited)


def test_what_is_put_aside_lies_sealed(visited: Organisation) -> None:
    wide = ASKED["open"].replace("select_one", "select_multiple") + ", sensitivity: story"
    visited.upgrade(visit=visit(open=wide).replace("ill, open]\nf", "ill]\nf"))
    assert [answers.get("open") for answers in read(visited)] == [None, ["zeta"], ["yes"], None]
    assert sorted(filter(None, visited.column("visit", "open__old"))) == ["yes", "zeta"]
    assert not {"zeta", "yes"} & {value for values in lying(visited).values() for value in values}
    assert b"zeta" not in all_kept(visited, "visit") and visited.plan() == []
