"""Rows of tables added, copied and deleted without JavaScript."""

from dosar.filing.texts import ROW_INDEX, next_row_index
from dosar.language.form import Form
from dosar.language.row_parts import RowPart
from dosar.pages.input.posted_boxes import PostedBoxes, copy_row_boxes


def change_rows(form: Form, posted: PostedBoxes, pressed: str) -> None:
    """Change the boxes as the button says that was pressed: ``add table``, ``copy table.index``, ..."""
    act, _, where = pressed.partition(" ")
    table, _, index = where.partition(".")
    question = form.questions.get(table)
    if question is None or not question.columns_asked():
        return
    ROW_CHANGES.get(act, _add_row)(posted, table, index)
    if act == "add" and ROW_INDEX.fullmatch(index) and 0 < int(index) < len(question.parts):
        _set_row_part(posted, table, question.parts[int(index)])


def _add_row(posted: PostedBoxes, table: str, index: str) -> None:
    posted[f"{table}.{next_row_index(table, posted)}.id"] = ""


def _set_row_part(posted: PostedBoxes, table: str, part: RowPart) -> None:
    """The row just added stands in this table of the paper."""
    posted[f"{table}.{next_row_index(table, posted) - 1}.{part.by}"] = part.choices[0]


def _copy_row(posted: PostedBoxes, table: str, index: str) -> None:
    new = f"{table}.{next_row_index(table, posted)}."
    copy_row_boxes(posted, f"{table}.{index}.", posted, new)
    posted[f"{new}id"] = ""


def _delete_row(posted: PostedBoxes, table: str, index: str) -> None:
    for name in [name for name in posted if name.startswith(f"{table}.{index}.")]:
        posted.poplist(name)


ROW_CHANGES = {"add": _add_row, "copy": _copy_row, "delete": _delete_row}
