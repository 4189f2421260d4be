"""Sealed answers as they lie in the tables of the forms, and as an earlier format kept them."""

from collections.abc import Iterator

from sqlalchemy import inspect, text, update

from dosar.database.format_version import format_table
from dosar.database.sealing.answer_columns import ANSWER_PLACE, ANSWER_PURPOSE, open_answer
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION, sealing_keys
from dosar.database.sealing.sealed_value import seal_by_cipher
from dosar.database.store import Store
from dosar.database.writing.append_only import closed_tables
from dosar.migrations.sealed_answers import BOUND_ANSWERS_SINCE_FORMAT


def envelopes(store: Store) -> Iterator[tuple[str, str, int, bytes]]:
    """(table, column, number of the row, what lies there) of every envelope in the tables of the forms."""
    with store.snapshot() as connection:
        tables = [name for name in inspect(connection).get_table_names() if not name.startswith(("dosar_", "ab_"))]
        for table in tables:
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                yield from ((table, name, row["id"], value) for name, value in row.items() if isinstance(value, bytes))


def unbind_answers(store: Store) -> None:
    """Let the answers lie as format 15 kept them, but those of closed tables."""
    found, cipher = list(envelopes(store)), sealing_keys(store.engine.dialect).cipher(ANSWER_PURPOSE)
    with store.writing() as session:
        connection = session.connection()
        closed = closed_tables(connection)
        for table, name, number, value in found:
            if table not in closed:
                opened = open_answer(value, store.engine.dialect)
                earlier = ENVELOPE_VERSION + seal_by_cipher(cipher, opened, ANSWER_PLACE.encode())
                written = text(f'UPDATE "{table}" SET "{name}" = :value WHERE id = :id')
                connection.execute(written, {"value": earlier, "id": number})
        session.execute(update(format_table).values(version=BOUND_ANSWERS_SINCE_FORMAT - 1))
