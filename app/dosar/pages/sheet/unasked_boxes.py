"""What stands in boxes that a page asks no more: its questions were renamed, moved or retired since it was opened.

What was typed under a former name answers the question of today, and what another page of the form asks now is asked
here too. Everything else goes along with the page, beside the
sheet, and is shown to be copied until the sheet is saved; it is never dropped without a word.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from flask_babel import gettext

from dosar.filing.submission import answerable
from dosar.language.question import Question
from dosar.pages.input.posted_boxes import FILE_NOT_KEPT, UNASKED_BOX, PostedBoxes
from dosar.pages.recovery.typed_texts import LONGEST_NAME, RowNumbers, TypedBox, question_of_box, texts_of_boxes
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.records.history.renamed_questions import RenamedQuestion

NO_ANSWER_BOXES = ("csrf_token", "search", "next")


def asked_elsewhere(editor: SheetEditor, posted: PostedBoxes) -> list[str]:
    """The questions, and columns as ``table.column``, that something was typed for and that only another page of the
    form asks: they stood on this one when it was opened."""
    here = _BoxSorter(editor, editor.questions)
    here.rename(posted)
    there = _BoxSorter(editor, asked_somewhere(editor))
    boxes = [box for box in posted if any(map(str.strip, posted.getlist(box)))]
    moved = [box for box in boxes if here.is_unasked(box) and not there.is_unasked(box) and not box.endswith(".id")]
    return list(dict.fromkeys(_question_of(here, box) for box in moved))


def _question_of(here: "_BoxSorter", box: str) -> str:
    """A column apart where its table is on the page."""
    table, _, cell = box.partition(".")
    return f"{table}.{cell.partition('.')[2]}" if table in here.asked else table


def asked_somewhere(editor: SheetEditor) -> list[Question]:
    """The questions of the whole form that she may answer, whichever page or paper asks them."""
    return answerable(editor.known.questions.values(), editor.context.worker.roles)


def set_unasked_aside(
    editor: SheetEditor, posted: PostedBoxes, asked: Iterable[Question], files: Iterable[str] = ()
) -> bool:
    """Take the boxes out that ask none of these questions; says whether some of them were not told before.

    The page is told what stands in them, and carries it along. ``files`` are the boxes in which files were chosen.
    """
    sorter = _BoxSorter(editor, asked)
    sorter.rename(posted)
    for box in filter(sorter.is_unasked, files):
        posted.add(box, FILE_NOT_KEPT)
    fresh = [box for box in posted if sorter.is_unasked(box)]
    for box in fresh:
        texts = [text for text in posted.poplist(box) if text.strip()]
        if texts and not box.endswith(".id"):
            posted.setlist(UNASKED_BOX + box, texts)
    carried = {box.removeprefix(UNASKED_BOX): posted.getlist(box) for box in posted if box.startswith(UNASKED_BOX)}
    editor.hidden.update({UNASKED_BOX + box: "\n".join(texts) for box, texts in carried.items()})
    editor.unasked = sorter.in_words(carried)
    return any(UNASKED_BOX + box in posted for box in fresh)


class _BoxSorter:
    """Tells the boxes that a page asks from those it asks no more."""

    def __init__(self, editor: SheetEditor, asked: Iterable[Question]) -> None:
        self.editor = editor
        self.asked = {question.name: question for question in asked}

    def is_unasked(self, box: str) -> bool:
        """Whether it is the box of an answer, and of none that is asked."""
        if box.startswith("_") or box in NO_ANSWER_BOXES:
            return False
        name, _, cell = box.partition(".")
        column = cell.partition(".")[2]
        question = self.asked.get(name)
        return question is None or (column not in ("", "id") and question.column(column) is None)

    def rename(self, posted: PostedBoxes) -> None:
        """Put what was typed under former names into the boxes of today, where nothing stands in those."""
        for turn in self.editor.context.repository.renamed_questions.get(self.editor.full_form.key, ()):
            for box in [box for box in posted if not turn.into and self.is_unasked(box)]:
                today = _name_of_today(box, turn)
                if today != box and not any(posted.getlist(today)):
                    posted.setlist(today, posted.poplist(box))

    @cached_property
    def named(self) -> Mapping[str, Question]:
        """The questions she may know, also of former times: for the words before what was typed."""
        editor = self.editor
        clearances = editor.context.worker.clearances | editor.context.worker.enters
        past = editor.context.repository.form_of_all_times(editor.full_form.key)
        return {**editor.known.questions, **past.seen_with(clearances).questions}

    def in_words(self, carried: Mapping[str, list[str]]) -> list[tuple[str, str]]:
        """(what the box asked, what stands in it)."""
        rows, boxes = RowNumbers(), []
        for box, texts in carried.items():
            question, label = question_of_box(box, self.named, rows)
            boxes.append(TypedBox(box, label or box[:LONGEST_NAME], question, texts))
        return [(label, _without_mark(text)) for label, text in texts_of_boxes(self.editor.context, boxes)]


def _name_of_today(box: str, turn: RenamedQuestion) -> str:
    """The box after this renaming of a question, of a table, or of a column in one."""
    name, dot, cell = box.partition(".")
    if not turn.rows_of:
        return turn.now + dot + cell if name == turn.was else box
    index, second_dot, column = cell.partition(".")
    return f"{name}.{index}{second_dot}{turn.now}" if (name, column) == (turn.rows_of, turn.was) else box


def _without_mark(text: str) -> str:
    return gettext("A file was chosen here. It was not kept.") if text.startswith(FILE_NOT_KEPT) else text
