"""The boxes of a page as a request brings them, and as a page draws them."""

from collections.abc import Collection, Iterable

from werkzeug.datastructures import MultiDict

from dosar.access.factors.step_up import PROOF_BOX
from dosar.filing.conflict import merged_texts
from dosar.filing.texts import Texts, texts_of_answers
from dosar.language.question import Answers, Question, ReadingContext
from dosar.records.unsaved.drafts import TypedBoxes

PostedBoxes = MultiDict[str, str]
FILE_NOT_KEPT = "~not-kept-"
"""How the text begins that stands in the box of a file that was chosen and not kept: it marks its row as begun. The
file's name is not remembered, it may be somebody's."""
KEEP_BOX_PREFIX = "_keep."
"""How the boxes begin in which somebody chooses between two answers."""
TYPED_BOX = "_typed"
"""Something was typed, and the draft may not have it yet."""
OWNER_BOX = "_owner"
"""The box that says whose page it is."""
WAIT_BOX = "_wait"
"""The page is hidden or left: what stands on it is kept, and nothing is done with it."""
UNASKED_BOX = "_unasked."
"""How the boxes begin that carry what stands in a box which the page asks no more."""
TOKEN_BOXES = ("_once", "_seen")
"""A draft goes on with the tokens it began with: it files one sheet, and knows the version it saw."""
UNKEPT_BOXES = ("csrf_token", "_lock", TYPED_BOX, OWNER_BOX, WAIT_BOX, PROOF_BOX)


def typed_boxes(posted: PostedBoxes) -> TypedBoxes:
    """What was typed, box by box, as a draft keeps it."""
    return [(name, text) for name in posted if name not in UNKEPT_BOXES for text in posted.getlist(name)]


def texts_in(posted: PostedBoxes) -> Texts:
    """What stands in the boxes, for filing."""
    return posted.to_dict(flat=False)


def as_boxes(texts: Texts) -> PostedBoxes:
    """The opposite of :func:`texts_in`."""
    posted: PostedBoxes = MultiDict()
    for name, box_texts in texts.items():
        posted.setlist(name, box_texts)
    return posted


def answers_as_posted(questions: Iterable[Question], answers: Answers, reading: ReadingContext) -> PostedBoxes:
    """What the page of these answers would post."""
    return as_boxes(texts_of_answers(questions, answers, reading))


def copy_row_boxes(source: PostedBoxes, old: str, target: PostedBoxes, new: str) -> None:
    """Copy every box of a row; ``old`` and ``new`` are the beginnings of their names."""
    for name in list(source):
        if name.startswith(old):
            target.setlist(new + name[len(old) :], source.getlist(name))


def take_saved_choices(
    questions: Collection[Question], posted: PostedBoxes, saved: Answers, reading: ReadingContext
) -> PostedBoxes:
    """The boxes, with the saved answer in place of the typed one where the merge page chose it."""
    chosen = {question.name: posted.pop(f"{KEEP_BOX_PREFIX}{question.name}", "mine") for question in questions}
    theirs = {name for name, choice in chosen.items() if choice == "theirs"}
    return as_boxes(merged_texts(questions, texts_in(posted), theirs, saved, reading)) if theirs else posted
