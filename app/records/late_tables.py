"""Rows of a table whose name was given up go to the table that has its place: each to the same sheet."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, update

from app.language.question import Question
from app.records.past import widened
from app.records.system import draft


def bring_rows(
    connection: Connection, form: str, tables: tuple[str, str], columns: Sequence[tuple[Question, Question]],
    in_case: bool,
) -> None:
    """Copy every row of the first table into the second; drafts of their sheets know the rows by their new numbers."""
    about = ("record_id", "position", *(["case_id"] if in_case else []))
    source, target = (
        Table(name, MetaData(), Column("id", Integer, primary_key=True), *[Column(one, Integer) for one in about],
              *[column for pair in columns for column in pair[place].columns()])
        for place, name in enumerate(tables)
    )
    numbers: dict[str, str] = {}
    for row in connection.execute(select(source).order_by(source.c.id)).mappings().all():
        kept = {name: row[name] for name in about}
        for was, now in columns:
            kept |= now.stored(widened(now, was, was.restored(dict(row))))
        made = connection.execute(insert(target).values(kept).returning(target.c.id)).scalar_one()
        numbers[str(row["id"])] = str(made)
    _renumber(connection, form, tables[0].rpartition("__")[2], numbers)


def _renumber(connection: Connection, form: str, table: str, numbers: Mapping[str, str]) -> None:
    box = re.compile(rf"{re.escape(table)}\.\d+\.id")
    begun = select(draft.c.id, draft.c.boxes).where(draft.c.form == form, draft.c.record_id != 0)
    for draft_id, boxes in connection.execute(begun).all():
        fresh: list[Any] = [[name, numbers.get(text, text) if box.fullmatch(name) else text] for name, text in boxes]
        if fresh != boxes:
            connection.execute(update(draft).where(draft.c.id == draft_id).values(boxes=fresh))
