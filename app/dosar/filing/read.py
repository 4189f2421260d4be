"""From the texts of boxes, or from values, to answers; and what could not be read."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dosar.filing.cells import CellReader
from dosar.filing.texts import NO_ROWS, FixedRows, Texts
from dosar.language.answers.validation import AnswerPath
from dosar.language.question import Answer, Answers, Question
from dosar.language.text.message import Message, Mistake

NO_QUESTION = Message("The form does not ask this. Leave it out.")
NO_ROW_OF_IT = Message("The sheet has no such row, or it stands here twice. Leave out the id of a new row.")
NOT_OF_THIS_KIND = Message("This is no answer to the question.")
NO_VALUE_OF_ITS_KIND = (ValueError, TypeError, AttributeError, KeyError, ArithmeticError)
"""What a kind of question raises over a value of another kind."""


@dataclass
class ReadAnswers:
    """The answers, and what could not be read."""

    answers: Answers = field(default_factory=dict)
    mistakes: dict[AnswerPath, Message] = field(default_factory=dict)
    understood: dict[AnswerPath, Message] = field(default_factory=dict)
    """Answers that are other ones than stood in the boxes."""


def read_texts(
    questions: Iterable[Question],
    texts: Texts,
    cells: CellReader,
    fixed: FixedRows = NO_ROWS,
) -> ReadAnswers:
    """Read the answers of these questions; computed ones are never taken from a page.

    ``fixed`` are the rows that stand in the tables already and are not posted.
    """
    read = ReadAnswers()
    for question in questions:
        if question.columns_asked():
            _read_rows(question, texts, cells, read, fixed)
        elif not question.computed:
            _read_one(question, texts, cells, read)
    return read


def _read_one(question: Question, texts: Texts, cells: CellReader, read: ReadAnswers) -> None:
    cell_texts = texts.get(question.name, ())
    read.answers[question.name] = None
    try:
        answer = read.answers[question.name] = cells.read(question, cell_texts)
        message = question.understood(cell_texts, answer, cells.reading)
        if message is not None:
            read.understood[question.name,] = message
    except Mistake as mistake:
        read.mistakes[question.name,] = mistake.message


def _read_rows(table: Any, texts: Texts, cells: CellReader, read: ReadAnswers, fixed: FixedRows) -> None:
    found = table.read_rows(texts, cells.read)
    read.answers[table.name] = found.rows or None
    read.mistakes |= {(table.name, *where): mistake.message for where, mistake in found.mistakes.items()}
    read.understood |= dict(_understood_in_rows(table, texts, cells))
    miscounted = table.too_few_or_many([*fixed.get(table.name, ()), *found.rows]) if found.rows else None
    if miscounted is not None:
        read.mistakes[table.name,] = miscounted.message


def _understood_in_rows(table: Any, texts: Texts, cells: CellReader) -> Iterator[tuple[AnswerPath, Message]]:
    for column in table.columns_asked():
        for index in table.indexes(texts) if column.chosen else ():
            cell_texts = texts.get(f"{table.name}.{index}.{column.name}", ())
            with suppress(Mistake):
                message = column.understood(cell_texts, cells.read(column, cell_texts), cells.reading)
                if message is not None:
                    yield (table.name, index, column.name), message


def read_values(
    questions: Iterable[Question], values: Mapping[str, Any], cells: CellReader, saved: Answers | None = None
) -> ReadAnswers:
    """Read the answers given as values, as history and copies have them: text, number, ISO date, code, rows.

    Only questions that are named are answered. A value must be one that a box could give; a computed answer is
    made anew. A row with an id is one of ``saved``, the record's answers.
    """
    by_name = {question.name: question for question in questions}
    read = ReadAnswers(mistakes={(name,): NO_QUESTION for name in values if name not in by_name})
    for name in values.keys() & by_name.keys():
        if by_name[name].columns_asked():
            _read_row_values(by_name[name], values[name], cells, read, (saved or {}).get(name) or ())
        elif not by_name[name].computed:
            read.answers[name] = _answer_in(by_name[name], values[name], (name,), cells, read)
    return read


def _read_row_values(
    table: Any, rows: Any, cells: CellReader, read: ReadAnswers, saved_rows: Iterable[Answers]
) -> None:
    read.answers[table.name] = None
    given = rows or ()
    if not isinstance(given, list | tuple) or not all(isinstance(row, Mapping) for row in given):
        read.mistakes[table.name,] = NOT_OF_THIS_KIND
        return
    row_answers = [_row_in(table, row, str(index), cells, read) for index, row in enumerate(given)]
    _check_row_ids(table, row_answers, saved_rows, read)
    read.answers[table.name] = row_answers or None
    miscounted = table.too_few_or_many(row_answers) if row_answers else None
    if miscounted is not None:
        read.mistakes[table.name,] = miscounted.message


def _check_row_ids(table: Question, rows: list[Answers], saved_rows: Iterable[Answers], read: ReadAnswers) -> None:
    """A row with an id stands for a saved one, once; without, it is new."""
    ids_left = {row["id"] for row in saved_rows}
    for index, row in enumerate(rows):
        if type(row["id"]) is int and row["id"] in ids_left:
            ids_left.remove(row["id"])
        elif row["id"] is not None:
            row["id"] = None
            read.mistakes[table.name, str(index), "id"] = NO_ROW_OF_IT


def _row_in(table: Question, row: Mapping[str, Any], index: str, cells: CellReader, read: ReadAnswers) -> Answers:
    columns = {column.name: column for column in table.columns_asked()}
    for name in row.keys() - columns.keys() - {"id"}:
        read.mistakes[table.name, index, name] = NO_QUESTION
    return {
        "id": row.get("id"),
        **{
            name: _answer_in(columns[name], row[name], (table.name, index, name), cells, read)
            for name in columns
            if name in row and not columns[name].computed
        },
    }


def _answer_in(question: Question, value: Any, where: AnswerPath, cells: CellReader, read: ReadAnswers) -> Answer:
    """The answer a value stands for; it goes through the boxes, where every check of the kind is."""
    try:
        answer = question.from_json(value)
        tidy = cells.read(question, question.typed(answer, cells.reading))
        if tidy == answer or isinstance(value, str | list):  # texts lose spaces around them, choices get their order
            return tidy
        read.mistakes[where] = NOT_OF_THIS_KIND
    except Mistake as mistake:
        read.mistakes[where] = mistake.message
    except NO_VALUE_OF_ITS_KIND:
        read.mistakes[where] = NOT_OF_THIS_KIND
    return None
