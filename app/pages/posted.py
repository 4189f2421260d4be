"""What a sheet's page posted, question by question."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.language.answering import Where
from app.language.message import Message, Mistake
from app.language.question import Answers, Question, Reading

Posted = MultiDict[str, str]
BLANK = "__row__"


@dataclass
class Read:
    """The answers in what was posted, and what could not be read."""

    answers: Answers = field(default_factory=dict)
    mistakes: dict[Where, Message] = field(default_factory=dict)


def read_posted(questions: Iterable[Question], posted: Posted, reading: Reading) -> Read:
    """Read the answers of these questions; computed ones are never taken from a page."""
    read = Read()
    for question in questions:
        if question.columns_asked():
            _read_rows(question, posted, reading, read)
        elif not question.computed:
            _read_one(question, posted, reading, read)
    return read


def _read_one(question: Question, posted: Posted, reading: Reading, read: Read) -> None:
    read.answers[question.name] = None
    try:
        read.answers[question.name] = question.read(posted.getlist(question.name), reading)
    except Mistake as mistake:
        read.mistakes[question.name,] = mistake.message


def _read_rows(table: Any, posted: Posted, reading: Reading, read: Read) -> None:
    found = table.read_rows(posted.to_dict(flat=False), reading)
    read.answers[table.name] = found.rows or None
    read.mistakes |= {(table.name, *where): mistake.message for where, mistake in found.mistakes.items()}
    miscounted = table.too_few_or_many(found.rows) if found.rows else None
    if miscounted is not None:
        read.mistakes[table.name,] = miscounted.message


def row_indexes(table: str, posted: Iterable[str]) -> list[str]:
    """The indexes of a table's rows, in the order of the page; empty rows too."""
    prefix = f"{table}."
    found = (name[len(prefix):].partition(".")[0] for name in posted if name.startswith(prefix))
    return [index for index in dict.fromkeys(found) if index != BLANK]


def tidied(questions: Iterable[Question], posted: Posted) -> Posted:
    """What was posted with each table's rows counted from 0, empty new rows left out."""
    tables = [question.name for question in questions if question.columns_asked()]
    tidy: Posted = MultiDict()
    for name in posted:
        if name.partition(".")[0] not in tables:
            tidy.setlist(name, posted.getlist(name))
    for table in tables:
        kept = [index for index in row_indexes(table, posted) if not _is_empty(f"{table}.{index}.", posted)]
        for position, index in enumerate(kept):
            copy_row(posted, f"{table}.{index}.", tidy, f"{table}.{position}.")
    return tidy


def copy_row(source: Posted, old: str, target: Posted, new: str) -> None:
    """Copy every box of a row; ``old`` and ``new`` are the beginnings of their names."""
    for name in list(source):
        if name.startswith(old):
            target.setlist(new + name[len(old):], source.getlist(name))


def _is_empty(prefix: str, posted: Posted) -> bool:
    texts = (text for name in posted if name.startswith(prefix) for text in posted.getlist(name))
    return not any(text.strip() for text in texts)


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
