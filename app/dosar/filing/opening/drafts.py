"""A draft opened again, perhaps on another face than it was typed on: nothing typed stays behind, nothing kept is
emptied."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosar.filing.cells import CellReader
from dosar.filing.read import read_texts
from dosar.filing.texts import Texts, first_text, row_indexes
from dosar.language.form import Form
from dosar.language.question import Question


def restored_draft(
    draft: Texts, was: Iterable[Question], questions: Iterable[Question], begun: Texts, told_by_face: str | None
) -> Texts:
    """The boxes of a draft of the paper that asked ``was``, as the one that asks ``questions`` opens them.

    What the draft was never asked stands as in ``begun``, where no draft is; so does the question that says
    on which paper the record is (``told_by_face``).
    """
    asked_before = _column_names(was)
    asked_before.pop(told_by_face or "", None)
    restored = dict(draft)
    for question in questions:
        if question.name not in asked_before and (
            question.name == told_by_face or not _has_boxes(question.name, draft)
        ):
            restored |= {box: texts for box, texts in begun.items() if _is_box_of(question.name, box)}
        for column in _column_names([question])[question.name] - asked_before.get(question.name, set()):
            restored |= {box: begun.get(its, ()) for box, its in _cells_to_copy(question.name, column, draft, begun)}
    return restored


def unasked_names(
    known: Form, questions: Sequence[Question], draft: Texts, begun: Texts, cells: CellReader
) -> list[str]:
    """What was typed and is not among these ``questions``: names of questions, and of columns as ``table.column``."""
    asked_now, found = _column_names(questions), list[str]()
    for question in known.asked_questions():
        if question.computed or question.name == known.face or not _has_boxes(question.name, draft):
            continue
        if question.name in asked_now:
            found += [
                f"{question.name}.{column}"
                for column in _column_names([question])[question.name] - asked_now[question.name]
                if _is_column_typed(question.name, column, draft, begun)
            ]
        elif texts_differ([question], draft, begun, cells):
            found.append(question.name)
    return found


def hidden_boxes(draft: Texts, form: Form, known: Form) -> list[str]:
    """The boxes in which something stands that answers a question of the form which the worker may not know now."""
    asked, may_know = _column_names(form.questions.values()), _column_names(known.questions.values())
    return [
        box
        for box, texts in draft.items()
        if any(text.strip() for text in texts) and _is_asked(box, asked) and not _is_asked(box, may_know)
    ]


def texts_differ(questions: Sequence[Question], texts: Texts, begun: Texts, cells: CellReader) -> bool:
    """Whether something else stands in the boxes than what the page began with."""
    texts_read = read_texts(questions, texts, cells)
    return bool(texts_read.mistakes) or texts_read.answers != read_texts(questions, begun, cells).answers


def _column_names(questions: Iterable[Question]) -> dict[str, set[str]]:
    """Question → its columns, of those that are asked."""
    return {question.name: {column.name for column in question.columns_asked()} for question in questions}


def _is_asked(box: str, columns: Mapping[str, set[str]]) -> bool:
    """Whether it is the box of one of these questions, or of a column in one."""
    name, _, cell = box.partition(".")
    column = cell.partition(".")[2]
    return name in columns and (column in ("", "id") or column in columns[name])


def _is_box_of(question: str, box: str) -> bool:
    return box == question or box.startswith(f"{question}.")


def _has_boxes(question: str, texts: Texts) -> bool:
    return any(_is_box_of(question, box) for box in texts)


def _rows_by_id(table: str, texts: Texts) -> dict[str, str]:
    """The id of a kept row → its index on the page."""
    return {first_text(texts, f"{table}.{index}.id"): index for index in row_indexes(table, texts)}


def _cells_to_copy(table: str, column: str, draft: Texts, begun: Texts) -> Iterator[tuple[str, str]]:
    """(box here, box of the same row in ``begun``) of a column, where the draft has the row and not the box."""
    indexes = _rows_by_id(table, begun)
    for index in row_indexes(table, draft):
        row = first_text(draft, f"{table}.{index}.id")
        if row and row in indexes and f"{table}.{index}.{column}" not in draft:
            yield f"{table}.{index}.{column}", f"{table}.{indexes[row]}.{column}"


def _is_column_typed(table: str, column: str, draft: Texts, begun: Texts) -> bool:
    """Whether a cell of the column holds something else than the row did before."""
    indexes = _rows_by_id(table, begun)
    for index in row_indexes(table, draft):
        texts = draft.get(f"{table}.{index}.{column}", ())
        before = indexes.get(first_text(draft, f"{table}.{index}.id") or "-")
        if any(text.strip() for text in texts) and list(texts) != list(begun.get(f"{table}.{before}.{column}", ())):
            return True
    return False
