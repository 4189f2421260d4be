"""Rows of a table whose name was given up go to the table that has its place: each to the same sheet."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, update

from dosar.database.sealing.answer_columns import answer_columns, kept_columns
from dosar.database.system_tables import draft_table
from dosar.language.question import Question
from dosar.records.history.renamed_questions import widen_answer


def copy_late_rows(
    connection: Connection,
    form: str,
    tables: tuple[str, str],
    columns: Sequence[tuple[Question, Question]],
    in_case: bool,
) -> None:
    """Copy every row of the first table into the second; drafts of their sheets know the rows by their new numbers."""
    about = ("record_id", "position", *(["case_id"] if in_case else []))
    was_columns = [column for was, _ in columns for column in kept_columns(was, tables[0])]
    now_columns = [column for _, now in columns for column in answer_columns(now, tables[1])]
    source, target = (
        Table(
            name,
            MetaData(),
            Column("id", Integer, primary_key=True),
            *[Column(name, Integer) for name in about],
            *answers,
        )
        for name, answers in zip(tables, (was_columns, now_columns), strict=True)
    )
    numbers: dict[str, str] = {}
    for row in connection.execute(select(source).order_by(source.c.id)).mappings().all():
        values = {name: row[name] for name in about}
        for was, now in columns:
            values |= now.stored(widen_answer(now, was, was.restore_answer(dict(row))))
        made = connection.execute(insert(target).values(values).returning(target.c.id)).scalar_one()
        numbers[str(row["id"])] = str(made)
    _renumber_drafts(connection, form, tables[0].rpartition("__")[2], numbers)


def _renumber_drafts(connection: Connection, form: str, table: str, numbers: Mapping[str, str]) -> None:
    box = re.compile(rf"{re.escape(table)}\.\d+\.id")
    begun = select(draft_table.c.id, draft_table.c.boxes).where(
        draft_table.c.form == form, draft_table.c.record_id != 0
    )
    for draft_id, boxes in connection.execute(begun).all():
        fresh: list[Any] = [[name, numbers.get(text, text) if box.fullmatch(name) else text] for name, text in boxes]
        if fresh != boxes:
            connection.execute(update(draft_table).where(draft_table.c.id == draft_id).values(boxes=fresh))
