"""A draft begun on one paper and opened on another: nothing typed stays behind, nothing kept is emptied.

What the other paper does not ask stands at its end in a section of its own, a column in its table.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flask_babel import lazy_gettext

from dosar.filing.cells import CellReader
from dosar.filing.read import read_texts
from dosar.filing.texts import row_indexes
from dosar.language.form import Form, Section
from dosar.language.question import Question
from dosar.language.text.translations import LANGUAGES
from dosar.pages.sheet.posting.posted_answers import PostedBoxes, texts_in

ALSO_BOX = "_also"
"""The box that names what a page asks beside its paper: questions, and columns as ``table.column``."""


def move_draft_boxes(
    posted: PostedBoxes,
    was: Iterable[Question],
    here: Iterable[Question],
    begun: PostedBoxes,
    told_by_face: str | None,
) -> PostedBoxes:
    """The boxes of a draft of the paper that asked ``was``, as the one that asks ``here`` opens them.

    What the draft was never asked stands as in ``begun``, where no draft is; so does the question that says
    on which paper the record is.
    """
    asked = _column_names(was)
    asked.pop(told_by_face or "", None)
    opened = posted.copy()
    for question in here:
        if question.name not in asked and (
            question.name == told_by_face or not _boxes_of_question(question.name, posted)
        ):
            _copy_boxes(opened, begun, _boxes_of_question(question.name, begun))
        for column in _column_names([question])[question.name] - asked.get(question.name, set()):
            _copy_boxes(opened, begun, _cell_boxes(question.name, column, posted, begun))
    return opened


def unasked_box_names(
    known: Form, here: Sequence[Question], posted: PostedBoxes, begun: PostedBoxes, cells: CellReader
) -> list[str]:
    """What was typed in these boxes and is not asked ``here``, as :data:`ALSO` names it."""
    asked, found = _column_names(here), []
    for question in known.asked():
        if question.computed or question.name == known.face or not _boxes_of_question(question.name, posted):
            continue
        if question.name in asked:
            found += [
                f"{question.name}.{column}"
                for column in _column_names([question])[question.name] - asked[question.name]
                if _is_column_typed(question.name, column, posted, begun)
            ]
        elif boxes_differ([question], posted, begun, cells):
            found.append(question.name)
    return found


def boxes_differ(questions: Sequence[Question], posted: PostedBoxes, begun: PostedBoxes, cells: CellReader) -> bool:
    """Whether something else stands in the boxes than what the page began with."""
    typed = read_texts(questions, texts_in(posted), cells)
    return bool(typed.mistakes) or typed.answers != read_texts(questions, texts_in(begun), cells).answers


def form_asking_also(form: Form, wanted: Mapping[str, Question], drawn: Collection[str]) -> tuple[Form, Section | None]:
    """``form`` with these questions and columns, and the section that is added for those not ``drawn`` yet."""
    apart = [one for name, one in wanted.items() if name not in drawn and "." not in name]
    widened, added = (
        form.with_questions(lambda question: _with_wanted_columns(question, wanted)),
        _added_section(apart) if apart else None,
    )
    sections = [*widened.sections, *([added] if added else [])]
    return Form.model_construct(**dict(widened, sections=sections)), added


def questions_named_also(known: Form, names: Iterable[str], roles: Collection[str]) -> dict[str, Question]:
    """The questions, or the tables of the columns, that :data:`ALSO` names, as far as the worker may write them."""
    found = {name: known.questions.get(name.partition(".")[0]) for name in names}
    return {
        name: one
        for name, one in found.items()
        if one is not None and not (one.retired or one.computed) and one.is_written_by(roles)
    }


def _added_section(questions: Sequence[Question]) -> Section:
    title = lazy_gettext("Typed on another paper form")
    return Section.model_construct(
        title=dict.fromkeys(LANGUAGES, title),
        number=None,
        help=None,
        show_if=None,
        questions=tuple(questions),
    )


def _with_wanted_columns(question: Question, wanted: Mapping[str, Question]) -> Question:
    return _with_columns(
        question,
        [
            column
            for name, table in wanted.items()
            if table.name == question.name
            for column in table.columns_asked()
            if name == f"{question.name}.{column.name}"
        ],
    )


def _with_columns(table: Question, columns: Sequence[Question]) -> Question:
    there = {column.name for column in table.columns_asked()}
    more = [column for column in columns if column.name not in there]
    return table.with_columns([*table.columns_asked(), *more]) if more else table


def _column_names(questions: Iterable[Question]) -> dict[str, set[str]]:
    """Question → its columns, of those that are asked."""
    return {question.name: {column.name for column in question.columns_asked()} for question in questions}


def _boxes_of_question(name: str, posted: PostedBoxes) -> list[str]:
    return [box for box in posted if box == name or box.startswith(f"{name}.")]


def _cell_boxes(table: str, column: str, posted: PostedBoxes, begun: PostedBoxes) -> Iterator[tuple[str, str]]:
    """(box here, box of the same row in ``begun``) of a column, where the draft has the row and not the box."""
    kept = {begun.get(f"{table}.{index}.id"): index for index in row_indexes(table, begun)}
    for index in row_indexes(table, posted):
        row = posted.get(f"{table}.{index}.id")
        if row and row in kept and f"{table}.{index}.{column}" not in posted:
            yield f"{table}.{index}.{column}", f"{table}.{kept[row]}.{column}"


def _copy_boxes(opened: PostedBoxes, begun: PostedBoxes, boxes: Iterable[str | tuple[str, str]]) -> None:
    for box in boxes:
        here, there = (box, box) if isinstance(box, str) else box
        opened.setlist(here, begun.getlist(there))


def _is_column_typed(table: str, column: str, posted: PostedBoxes, begun: PostedBoxes) -> bool:
    """Whether a cell of the column holds something else than the row did before."""
    kept = {begun.get(f"{table}.{index}.id"): index for index in row_indexes(table, begun)}
    for index in row_indexes(table, posted):
        texts = posted.getlist(f"{table}.{index}.{column}")
        before = kept.get(posted.get(f"{table}.{index}.id") or "-")
        if any(text.strip() for text in texts) and texts != begun.getlist(f"{table}.{before}.{column}"):
            return True
    return False
