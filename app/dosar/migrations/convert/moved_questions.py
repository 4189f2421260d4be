"""A question goes to another form of the case, with its answers: each to the one sheet of the same case."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    insert,
    select,
    update,
)

from dosar.database.sealing.answer_columns import answer_columns, kept_columns
from dosar.database.system_tables import attachment_table, history_table, utc_now
from dosar.database.writing.append_only import table_opened
from dosar.language.form import CASE_FORM
from dosar.migrations.compare.question_moves import QuestionMove, pair_sheets
from dosar.migrations.convert.conversion import write_columns
from dosar.records.history.renamed_questions import (
    MOVED_AWAY,
    MOVED_HERE,
    QuestionContents,
    keep_question_move,
    widen_answer,
)


def move_answers(connection: Connection, move: QuestionMove, definitions: list[QuestionContents] | None) -> None:
    """Write every answer into the other form, and into the history of both sheets; files go along."""
    pairs = pair_sheets(connection, move, move.key, move.target.key).found
    source = Table(move.key, MetaData(), Column("id", Integer, primary_key=True), *kept_columns(move.older, move.key))
    found = [row for row in connection.execute(select(source)).mappings() if row["id"] in pairs]
    moved = [_moved_answer(connection, move, dict(row), pairs[row["id"]]) for row in found]
    if moved:
        key = move.target.key
        target = Table(key, MetaData(), Column("id", Integer, primary_key=True), *answer_columns(move.now, key))
        with table_opened(connection, move.target.key):
            write_columns(connection, target, moved)
    if move.older.attached:
        _move_files(connection, move, pairs)
    keep_question_move(connection, move.key, move.older.name, move.target.key, move.now.name, definitions)


def _moved_answer(connection: Connection, move: QuestionMove, row: Mapping[str, Any], becomes: int) -> dict[str, Any]:
    """The columns of the other sheet that keep the answer; both histories tell of it."""
    answer = move.older.restore_answer(row)
    fresh = widen_answer(move.now, move.older, answer)
    taken, given = [move.older.to_json(answer), None], [None, move.now.to_json(fresh)]
    _note_in_history(connection, move.key, row["id"], MOVED_AWAY, {move.older.name: taken})
    _note_in_history(connection, move.target.key, becomes, MOVED_HERE, {move.now.name: given})
    return {"id": becomes, **move.now.stored(fresh)}


def _move_files(connection: Connection, move: QuestionMove, pairs: Mapping[int, int]) -> None:
    for was, becomes in pairs.items():
        connection.execute(
            update(attachment_table)
            .where(
                attachment_table.c.form == move.key,
                attachment_table.c.rows_of == "",
                attachment_table.c.question == move.older.name,
                attachment_table.c.record_id == was,
            )
            .values(form=move.target.key, question=move.now.name, record_id=becomes)
        )


def _note_in_history(connection: Connection, key: str, record_id: int, action: str, changes: Any) -> None:
    case = "id" if key == CASE_FORM else "case_id"
    table = Table(
        key,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("form_version", Integer),
        *([Column(case, Integer)] if case != "id" else []),
    )
    row = connection.execute(select(table.c[case], table.c.form_version).where(table.c.id == record_id)).one()
    connection.execute(
        insert(history_table).values(
            form=key,
            record_id=record_id,
            case_id=row[0],
            at=utc_now(),
            user_id=None,
            action=action,
            form_version=row[1],
            changes=changes,
        )
    )
