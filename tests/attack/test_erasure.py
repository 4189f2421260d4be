"""A person is erased, of an organisation in which every answer is a word of its own: none of hers is anywhere."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import LargeBinary, inspect, select, table, text, type_coerce

from dosar.database.copies.backup import keep_copy
from dosar.database.form_tables import all_tables
from dosar.database.sealing.answer_columns import BOUND_VERSION
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION, SealedColumn
from dosar.database.sealing.sealed_content import open_content
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table
from dosar.language.form import CASE_FORM
from dosar.records.attachments import FILES_PURPOSE
from dosar.records.audit_log import history_entries, note_change
from dosar.records.erasure.erasure_requests import ERASE, ask_for_erasure, confirm_erasure, waiting_requests
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.stored_answers import open_sheet
from tests.attack.canaries import WORD, Bird, Canary, Private
from tests.attack.organisation import OWNER, Planted, opened_again, planted_place
from tests.databases import DATABASES, KEY, fresh_place

PAGE, RESERVED, SALT = 4096, 80, 16
BEGINNINGS = {ENVELOPE_VERSION: 13, BOUND_VERSION: 19}
"""Characters of an envelope that stand nowhere else."""


@pytest.fixture(params=DATABASES)
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Planted]:
    like, kept = planted_place(request.param)
    with fresh_place(request.param, tmp_path, like) as place:
        opened = opened_again(place, place.data or tmp_path, kept)
        yield opened
        opened.repository.store.close()


def is_hers(planted: Planted, bird: Bird) -> bool:
    """Whether the canary stands in her case, also on a sheet that was deleted, or in the draft of a sheet of hers."""
    if not isinstance(bird, Canary):
        return bird == Private(OWNER) and bird is next(kept for kept in planted.aviary.kept if kept == bird)
    of_her_case = bird.place == "own" or (bird.place == "deleted" and bird.form != CASE_FORM)
    form = planted.forms[bird.form]
    return of_her_case and bool(form.belongs_to or form.key == CASE_FORM)


def values_in(planted: Planted) -> str:
    """Every value of every table, sealed ones opened, and what is in the files."""
    store = planted.repository.store
    with store.snapshot() as connection:
        raw = [select(text("*")).select_from(table(name)) for name in inspect(connection).get_table_names()]
        opened = [select(kept) for kept in all_tables(planted.repository.tables.metadata)]
        dump = [str(row) for every in (*raw, *opened) for row in connection.execute(every)]
        key = store.purpose_key(FILES_PURPOSE)
        contents = connection.scalars(select(attachment_table.c.content))
        return "\n".join([*dump, *(open_content(key, sealed).decode("utf-8", "replace") for sealed in contents)])


def bytes_in(store: Store, data: Path) -> str:
    """The files of the database, every page decrypted: also what no table shows any more."""
    if not isinstance(store, SqliteStore):
        return "".join(_relations(store))
    return "".join(_pages(file.read_bytes()) for file in [data / "dosar.db"]) + "".join(
        file.read_bytes().decode("latin-1") for file in data.rglob("*") if file.is_file()
    )


def _pages(database: bytes) -> str:
    """SQLCipher: AES-256-CBC, the initialisation vector before the MAC at the end of each page, a salt before all."""
    pages = []
    for start in range(0, len(database), PAGE):
        page = database[start : start + PAGE]
        begin = SALT if start == 0 else 0
        vector = page[PAGE - RESERVED : PAGE - RESERVED + 16]
        cipher = Cipher(algorithms.AES(KEY), modes.CBC(vector)).decryptor()
        pages.append(cipher.update(page[begin : PAGE - RESERVED]).decode("latin-1"))
    return "".join(pages)


def _relations(store: Store) -> Iterator[str]:
    with store.engine.connect() as connection:
        files = "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relfilenode <> 0"
        for file in connection.scalars(text(files)).all():
            content = connection.scalar(text("SELECT pg_read_binary_file(:file)"), {"file": file})
            yield bytes(content).decode("latin-1")


def found_in(planted: Planted, where: str) -> set[str]:
    return words_in(where) & {word for word, _ in planted.aviary.words()}


def words_in(where: str) -> set[str]:
    return {f"cnr{number}x" for number in WORD.findall(where.lower())}


def envelopes_of(planted: Planted, words: set[str]) -> list[str]:
    """The bytes of every sealed value that holds one of these words, as :func:`bytes_in` reads them."""
    found: list[str] = []
    with planted.repository.store.snapshot() as connection:
        for kept in all_tables(planted.repository.tables.metadata):
            for each in kept.columns:
                if isinstance(each.type, SealedColumn):
                    raw = type_coerce(each, LargeBinary())
                    for envelope, opened in connection.execute(select(raw, each).where(each.is_not(None))):
                        if words_in(str(opened)) & words:
                            found.append(bytes(envelope).decode("latin-1"))
    return found


def beginnings(written: str) -> set[str]:
    """Whatever might be the beginning of an envelope: its version and its nonce, which chance chose."""
    versions = {version.decode("latin-1"): length - 1 for version, length in BEGINNINGS.items()}
    return {
        version + nonce
        for version, length in versions.items()
        for nonce in re.findall(f"{version}(?=(.{{{length}}}))", written, re.DOTALL)
    }


def erase(planted: Planted, case: int) -> None:
    asks, confirms = planted.users["coordinator"], planted.users["administrator"]
    with acting_as(SYSTEM_SCOPE):
        ask_for_erasure(planted.repository, case, ERASE, "asked", asks)
        (asked,) = waiting_requests(planted.repository)
        confirm_erasure(planted.repository, asked.id, confirms)
    planted.repository.session.remove()


def test_nothing_of_hers_is_anywhere_and_all_of_the_others_is(planted: Planted, tmp_path: Path) -> None:
    store, data = planted.repository.store, next(iter(tmp_path.glob("data*")), tmp_path)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")  # as PostgreSQL does by itself, and keeps some of every column
    hers = {word for word, bird in planted.aviary.words() if is_hers(planted, bird)}
    written = bytes_in(store, data)
    sealed = beginnings(written) & {one[: BEGINNINGS[one[:1].encode()]] for one in envelopes_of(planted, hers)}
    assert len(sealed) > 500, "all but the few that lie in pieces"
    before = found_in(planted, values_in(planted))
    assert len(before & hers) > 500
    erase(planted, planted.cases["own"])
    assert found_in(planted, values_in(planted)) == before - hers
    remaining = bytes_in(store, data)
    assert found_in(planted, remaining) & hers == set()
    assert beginnings(remaining) & sealed == set()
    copied = keep_copy(store, data, KEY, all_tables(planted.repository.tables.metadata), datetime(2026, 11, 29))
    assert found_in(planted, _pages((copied / "dosar.db").read_bytes())) & hers == set()


def test_her_name_goes_from_the_reasons_of_others(planted: Planted) -> None:
    repository, case = planted.repository, planted.cases["own"]
    form, other = planted.forms[CASE_FORM], planted.cases["team"]
    with acting_as(SYSTEM_SCOPE):
        answers = open_sheet(repository, CASE_FORM, case).answers
        code = answers["code"].lower().replace("-", "‑")
        about = f"vezi {answers['first_name']} {answers['last_name']}, dosar {code}, altul"
        with repository.writing():
            note_change(repository, repository.case(other), "corrected", None, {}, about)
    erase(planted, case)
    with acting_as(SYSTEM_SCOPE):
        told = history_entries(repository, form, repository.case(other))
    assert told[0].reason == "vezi […], dosar […], altul"
