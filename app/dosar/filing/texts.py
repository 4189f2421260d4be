"""The boxes of a sheet by name, ``family.3.name`` for a cell: rows counted, copied, written from answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from dosar.filing.cells import CellReader
from dosar.language.question import Answers, Question, ReadingContext
from dosar.language.text.message import Mistake

Texts = Mapping[str, Sequence[str]]
"""What stands in the boxes: name → its texts, in the order of the page."""
FixedRows = Mapping[str, Sequence[Answers]]
"""Table → its rows that are kept already and that nobody changes any more."""

NO_ROWS: FixedRows = MappingProxyType({})
ROW_INDEX = re.compile(r"\d{1,6}", re.ASCII)
"""What is read as the number of a row: whatever else is posted is no row of a page."""
BLANK_ROW = "__row__"
"""The index of the row from which the browser makes new ones."""


def row_indexes(table: str, boxes: Iterable[str]) -> list[str]:
    """The indexes of a table's rows, in the order of the page; empty rows too."""
    prefix = f"{table}."
    found = (name[len(prefix) :].partition(".")[0] for name in boxes if name.startswith(prefix))
    return [index for index in dict.fromkeys(found) if index != BLANK_ROW]


def next_row_index(table: str, boxes: Iterable[str]) -> int:
    """The index of a row that is added to those of the page; past the highest that is read, the first free one."""
    taken = {int(index) for index in row_indexes(table, boxes) if ROW_INDEX.fullmatch(index)}
    following = max(taken, default=-1) + 1
    return following if ROW_INDEX.fullmatch(str(following)) else min(set(range(len(taken) + 1)) - taken)


def texts_of_answers(questions: Iterable[Question], answers: Answers, reading: ReadingContext) -> dict[str, list[str]]:
    """Box → its texts, as the page of these answers would post them."""
    return {name: texts for question in questions for name, texts in _box_texts(question, answers, reading)}


def _box_texts(question: Question, answers: Answers, reading: ReadingContext) -> Iterator[tuple[str, list[str]]]:
    answer = answers.get(question.name)
    if not question.columns_asked():
        yield question.name, question.typed(answer, reading)
        return
    for index, row in enumerate(answer or ()):
        yield f"{question.name}.{index}.id", [str(row.get("id") or "")]
        for column in question.columns_asked():
            yield f"{question.name}.{index}.{column.name}", column.typed(row.get(column.name), reading)


def renumber_rows(
    questions: Iterable[Question],
    texts: Texts,
    saved: Answers,
    cells: CellReader,
    fixed: FixedRows = NO_ROWS,
) -> dict[str, Sequence[str]]:
    """Box → its texts, each table's rows counted from 0 (``family.0.name``), emptied ones left out.

    A row of ``saved`` with answers that the page does not show is not empty. Rows of ``fixed`` are not taken
    from a page: those posted are counted on from them.
    """
    tables = {question.name: question for question in questions if question.columns_asked()}
    renumbered = {name: box_texts for name, box_texts in texts.items() if name.partition(".")[0] not in tables}
    for table in tables.values():
        rows, first = _rows_with_answers(table, texts, saved, cells, fixed), len(fixed.get(table.name, ()))
        renumbered |= _rows_renamed(
            texts, table.name, {row: f"{table.name}.{number}." for number, row in enumerate(rows, first)}
        )
    return renumbered


def _rows_with_answers(
    table: Question,
    texts: Texts,
    saved: Answers,
    cells: CellReader,
    fixed: FixedRows,
) -> list[str]:
    """How the boxes begin of the rows that are not empty and may be changed."""
    rows_held, fixed_ids = _rows_held(table, saved), {str(row["id"]) for row in fixed.get(table.name, ())}
    rows = [f"{table.name}.{index}." for index in row_indexes(table.name, texts)]
    return [
        row
        for row in rows
        if (known := first_text(texts, f"{row}id")) not in fixed_ids
        and (known in rows_held or _is_filled(table, row, texts, cells))
    ]


def first_text(texts: Texts, box: str) -> str:
    """The first text of a box; empty for a box that is not there."""
    box_texts = texts.get(box)
    return box_texts[0] if box_texts else ""


def _rows_renamed(texts: Texts, table: str, names: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """The boxes of these rows, each under its new beginning, in one walk over the page."""
    beginning = re.compile(rf"{re.escape(table)}\.[^.]*\.")
    return {
        names[found[0]] + name[found.end() :]: box_texts
        for name, box_texts in texts.items()
        if (found := beginning.match(name)) and found[0] in names
    }


def _rows_held(table: Question, saved: Answers) -> set[str]:
    """The ids of rows with answers in columns that ``table``, as this page asks it, does not have."""
    asked_columns = {"id", *(column.name for column in table.columns_asked())}
    return {
        str(row["id"])
        for row in saved.get(table.name) or ()
        if any(answer not in (None, []) for name, answer in row.items() if name not in asked_columns)
    }


def _is_filled(table: Question, row: str, texts: Texts, cells: CellReader) -> bool:
    """Whether something was typed in a row: what cannot be read is something, a currency alone is nothing.

    Nor is a default that came with a new row.
    """
    is_new = not first_text(texts, f"{row}id")
    try:
        answers = [
            (cells.read(column, texts.get(f"{row}{column.name}", ())), is_new and cells.default(column))
            for column in table.columns_asked()
        ]
    except Mistake:
        return True
    return any(answer not in (None, []) and answer != default for answer, default in answers)
