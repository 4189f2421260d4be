"""What a sheet's page posted, question by question."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from werkzeug.datastructures import MultiDict

from app.language.answering import Where
from app.language.message import Message, Mistake
from app.language.question import Answers, Question, Reading

Posted = MultiDict[str, str]
BLANK = "__row__"
FILE_NOT_KEPT = "~not-kept-"
"""How the text begins that stands in the box of a file that was chosen and not kept: it marks its row as begun. The
file's name is not remembered, it may be somebody's."""
KEEP = "_keep."
"""How the boxes begin in which somebody chooses between two answers."""


@dataclass
class Read:
    """The answers in what was posted, and what could not be read."""

    answers: Answers = field(default_factory=dict)
    mistakes: dict[Where, Message] = field(default_factory=dict)
    understood: dict[Where, Message] = field(default_factory=dict)
    """Answers that are other ones than stood in the boxes."""


NO_ROWS: Mapping[str, Sequence[Answers]] = MappingProxyType({})


def read_posted(
    questions: Iterable[Question], posted: Posted, reading: Reading, fixed: Mapping[str, Sequence[Answers]] = NO_ROWS,
) -> Read:
    """Read the answers of these questions; computed ones are never taken from a page.

    ``fixed`` are the rows that stand in the tables already and are not posted.
    """
    read = Read()
    for question in questions:
        if question.columns_asked():
            _read_rows(question, posted, reading, read, fixed.get(question.name, ()))
        elif not question.computed:
            _read_one(question, posted, reading, read)
    return read


def _read_one(question: Question, posted: Posted, reading: Reading, read: Read) -> None:
    read.answers[question.name] = None
    try:
        answer = read.answers[question.name] = question.read(posted.getlist(question.name), reading)
        told = question.understood(posted.getlist(question.name), answer, reading)
        if told is not None:
            read.understood[question.name,] = told
    except Mistake as mistake:
        read.mistakes[question.name,] = mistake.message


def _read_rows(
    table: Any, posted: Posted, reading: Reading, read: Read, fixed: Sequence[Answers],
) -> None:
    found = table.read_rows(posted.to_dict(flat=False), reading)
    read.answers[table.name] = found.rows or None
    read.mistakes |= {(table.name, *where): mistake.message for where, mistake in found.mistakes.items()}
    read.understood |= _understood_in_rows(table, posted, reading)
    miscounted = table.too_few_or_many([*fixed, *found.rows]) if found.rows else None
    if miscounted is not None:
        read.mistakes[table.name,] = miscounted.message


def _understood_in_rows(table: Any, posted: Posted, reading: Reading) -> dict[Where, Message]:
    told: dict[Where, Message] = {}
    for column in table.columns_asked():
        for index in table.indexes(posted) if column.chosen else ():
            typed = posted.getlist(f"{table.name}.{index}.{column.name}")
            with suppress(Mistake):
                message = column.understood(typed, column.read(typed, reading), reading)
                if message is not None:
                    told[table.name, index, column.name] = message
    return told


def row_indexes(table: str, posted: Iterable[str]) -> list[str]:
    """The indexes of a table's rows, in the order of the page; empty rows too."""
    prefix = f"{table}."
    found = (name[len(prefix):].partition(".")[0] for name in posted if name.startswith(prefix))
    return [index for index in dict.fromkeys(found) if index != BLANK]


def tidied(
    questions: Iterable[Question], posted: Posted, kept: Answers, reading: Reading,
    fixed: Mapping[str, Sequence[Answers]] = NO_ROWS,
) -> Posted:
    """What was posted with each table's rows counted from 0, emptied ones left out.

    A row of ``kept`` with answers that the page does not show is not empty. Rows of ``fixed`` are not taken
    from a page: those posted are counted on from them.
    """
    tables = {question.name: question for question in questions if question.columns_asked()}
    tidy: Posted = MultiDict()
    for name in posted:
        if name.partition(".")[0] not in tables:
            tidy.setlist(name, posted.getlist(name))
    for table, question in tables.items():
        held = _held_elsewhere(question, kept)
        rows = [f"{table}.{index}." for index in row_indexes(table, posted)]
        there = {str(row["id"]) for row in fixed.get(table, ())}
        filled = [
            row for row in rows if posted.get(f"{row}id") not in there
            and (posted.get(f"{row}id") in held or _is_filled(question, row, posted, reading))
        ]
        _copy_rows(posted, table, {row: f"{table}.{place}." for place, row in enumerate(filled, len(there))}, tidy)
    return tidy


def _copy_rows(source: Posted, table: str, names: Mapping[str, str], target: Posted) -> None:
    """Copy the boxes of these rows, each under its new beginning, in one walk over the page."""
    beginning = re.compile(rf"{re.escape(table)}\.[^.]*\.")
    for name in source:
        found = beginning.match(name)
        if found and found[0] in names:
            target.setlist(names[found[0]] + name[found.end():], source.getlist(name))


def _held_elsewhere(table: Question, kept: Answers) -> set[str]:
    """The ids of rows with answers in columns that ``table``, as this page asks it, does not have."""
    here = {"id", *(column.name for column in table.columns_asked())}
    return {
        str(row["id"]) for row in kept.get(table.name) or ()
        if any(answer not in (None, []) for name, answer in row.items() if name not in here)
    }


def next_row(table: str, posted: Iterable[str]) -> int:
    """The index of a row that is added to those of the page."""
    return max((int(index) for index in row_indexes(table, posted) if index.isdecimal()), default=-1) + 1


def copy_row(source: Posted, old: str, target: Posted, new: str) -> None:
    """Copy every box of a row; ``old`` and ``new`` are the beginnings of their names."""
    for name in list(source):
        if name.startswith(old):
            target.setlist(new + name[len(old):], source.getlist(name))


def _is_filled(table: Question, row: str, posted: Posted, reading: Reading) -> bool:
    """Whether something was typed in a row: what cannot be read is something, a currency alone is nothing.

    Nor is a default that came with a new row.
    """
    is_new = not posted.get(f"{row}id")
    try:
        answers = [
            (column.read(posted.getlist(f"{row}{column.name}"), reading), is_new and column.default_answer(reading))
            for column in table.columns_asked()
        ]
    except Mistake:
        return True
    return any(answer not in (None, []) and answer != default for answer, default in answers)


def as_posted(questions: Iterable[Question], answers: Answers, reading: Reading) -> Posted:
    """What the page of these answers would post: the opposite of :func:`read_posted`."""
    posted: Posted = MultiDict()
    for question in questions:
        answer = answers.get(question.name)
        if not question.columns_asked():
            posted.setlist(question.name, question.typed(answer, reading))
            continue
        for index, row in enumerate(answer or ()):
            posted[f"{question.name}.{index}.id"] = str(row.get("id") or "")
            for column in question.columns_asked():
                texts = column.typed(row.get(column.name), reading)
                posted.setlist(f"{question.name}.{index}.{column.name}", texts)
    return posted



def take_theirs(questions: Iterable[Question], posted: Posted, saved: Answers, reading: Reading) -> None:
    """Where the merge page chose the saved answer, put it in place of the typed one."""
    for question in questions:
        if posted.pop(f"{KEEP}{question.name}", "mine") != "theirs":
            continue
        for name in [name for name in posted if name == question.name or name.startswith(f"{question.name}.")]:
            posted.poplist(name)
        posted.update(as_posted([question], saved, reading))
