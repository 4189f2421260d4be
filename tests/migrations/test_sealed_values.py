"""A database in which answers, history, drafts, typed pages and names lay in clear: a start seals all of it."""

from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select, text, update

from dosar.database.format_version import format_table
from dosar.database.sealing.answer_columns import answer_beginning
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION, SealedColumn
from dosar.database.system_tables import SYSTEM_METADATA, attachment_table, search_word_table, utc_now
from dosar.migrations.sealed_answers import SEALED_ANSWERS_SINCE_FORMAT
from dosar.records.attachments import sealed_file
from dosar.records.finding.search import search_condition
from dosar.records.lists.list_query import ListQuery
from dosar.records.lists.saved_lists import own_lists, save_list
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.unsaved.drafts import DraftPlace, find_draft, keep_draft
from dosar.records.unsaved.expired_sessions import expired_pages_of, keep_expired_page
from tests.organisations import CASE, Organisation

ANA = 1
SAID = "Ștefania-necunoscuta"
IN_CLEAR = {
    ("dosar_history", "changes"): ("JSON", f'{{"name": [null, "{SAID}"]}}'),
    ("dosar_draft", "boxes"): ("JSON", f'[["name", "{SAID}"]]'),
    ("dosar_unsent", "boxes"): ("JSON", f'[["reason", "{SAID}"]]'),
    ("dosar_unsent", "address"): ("TEXT", f"/cases?q={SAID}"),
    ("dosar_list", "name"): ("TEXT", f"As of {SAID}"),
    ("dosar_file", "name"): ("TEXT", f"{SAID}.pdf"),
    ("case", "name"): ("TEXT", SAID),
    ("case", "name__sort"): ("TEXT", SAID.lower()),
}
TABLES = sorted({table for table, _ in IN_CLEAR})


WORDS_BEFORE = Table(
    "dosar_word",
    MetaData(),
    Column("form", String(48), primary_key=True),
    Column("word", String(64), primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("sensitivity", String(16), primary_key=True, server_default=""),
)
"""The search index as it was before format 7."""


def with_everything(ours: Organisation) -> int:
    """An organisation with something in each of these tables; the record."""
    ours.start()
    record = ours.enter("case", name="Ana")
    keep_draft(ours.repository, ANA, DraftPlace("case"), [("name", "Ana")])
    save_list(ours.repository, ANA, "case", "Ana's", ListQuery())
    keep_expired_page(ours.repository, ANA, "Somewhere.else", "/somewhere/1", [("reason", "Ana")])
    with ours.store.writing() as session:
        values: dict[str, Any] = {
            "form": "case",
            "question": "photo",
            "record_id": record,
            "media_type": "application/pdf",
        }
        kept = {**values, "name": "Ana.pdf", "user_id": ANA, "at": utc_now(), **sealed_file(ours.store, b"%PDF")}
        session.execute(insert(attachment_table).values(kept))
    return record


def as_before(ours: Organisation) -> None:
    """The same in clear, as an earlier version kept it."""
    with ours.store.writing() as session:
        connection = session.connection()
        for (name, column), (kind, value) in IN_CLEAR.items():
            table = f'"{name}"'
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"ALTER TABLE {table} ALTER {column} TYPE {kind} USING '{value}'::{kind}"))
            else:
                connection.execute(text(f"UPDATE {table} SET {column} = :value"), {"value": value})
        session.execute(update(format_table).values(version=SEALED_ANSWERS_SINCE_FORMAT - 1))


def everything_kept(ours: Organisation) -> bytes:
    """Every value of these tables, as it lies there; on PostgreSQL their files too, with rows that are gone."""
    with ours.store.snapshot() as connection:
        rows = [
            repr(value).encode() if not isinstance(value, bytes) else value
            for table in TABLES
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
            for value in row
        ]
        if connection.dialect.name == "postgresql":
            connection.execute(text("CHECKPOINT"))
            read = "SELECT pg_read_binary_file(pg_relation_filepath('\"{}\"'))"
            rows += [bytes(connection.execute(text(read.format(table))).scalar_one()) for table in TABLES]
    return b"\n".join(rows)


def test_every_own_column_that_is_sealed_is_told_here() -> None:
    sealed = {
        (table.name, column.name)
        for table in SYSTEM_METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedColumn)
    }
    assert sealed == {kept for kept in IN_CLEAR if kept[0] != "case"}


def test_what_lay_in_clear_is_sealed_at_the_start_and_reads_as_before(ours: Organisation) -> None:
    record = with_everything(ours)
    as_before(ours)
    assert SAID.encode() in everything_kept(ours)
    ours.start().start()
    assert SAID.encode() not in everything_kept(ours) and b"necunoscuta" not in everything_kept(ours)
    (entry,) = ours.history("case", record)
    assert [change.new for change in entry.changes] == [SAID]
    draft = find_draft(ours.repository, ANA, DraftPlace("case"))
    assert draft is not None and draft.boxes == [("name", SAID)]
    (page,) = expired_pages_of(ours.repository, ANA)
    assert (page.address, page.boxes) == (f"/cases?q={SAID}", [("reason", SAID)])
    assert [kept.name for kept in own_lists(ours.repository, ANA, "case").saved] == [f"As of {SAID}"]
    assert open_sheet(ours.repository, "case", record).answers["name"] == SAID
    assert (
        ours.repository.session.scalar(attachment_table.select().with_only_columns(attachment_table.c.name))
        == f"{SAID}.pdf"
    )


def test_envelopes_are_the_same_on_both_databases(ours: Organisation) -> None:
    with_everything(ours)
    with ours.store.snapshot() as connection:
        for table, column in IN_CLEAR:
            (kept,) = connection.execute(text(f'SELECT {column} FROM "{table}"')).scalars()
            beginning = answer_beginning(f"{table}.{column}") if table == "case" else ENVELOPE_VERSION
            assert kept.startswith(beginning) and b"Ana" not in kept


def test_the_words_searched_for_become_codes_at_the_start(ours: Organisation) -> None:
    record = with_everything(ours)
    with ours.store.writing() as session:
        connection = session.connection()
        search_word_table.drop(connection)
        WORDS_BEFORE.create(connection)
        connection.execute(insert(WORDS_BEFORE).values(form="case", word="ana", record_id=record, sensitivity=""))
        session.execute(update(format_table).values(version=SEALED_ANSWERS_SINCE_FORMAT))
    ours.start(case=CASE.replace("Name, ro", "The name, ro"))
    with ours.store.snapshot() as connection:
        assert all(isinstance(word, bytes) and b"ana" not in word for word in words_in(connection))
    kept = ours.repository.record_class("case")
    found = select(kept.id).where(search_condition(ours.form("case"), kept.id, "an"))
    assert list(ours.repository.session.scalars(found)) == [record]


def words_in(connection: Connection) -> list[object]:
    return list(connection.execute(text("SELECT word FROM dosar_word")).scalars())
