"""The boxes of a sheet's page as a request brings them, and as a page draws them."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from app.filing.texts import Texts, texts_of_answers
from app.language.question import Answers, Question, Reading

Posted = MultiDict[str, str]
FILE_NOT_KEPT = "~not-kept-"
"""How the text begins that stands in the box of a file that was chosen and not kept: it marks its row as begun. The
file's name is not remembered, it may be somebody's."""
KEEP = "_keep."
"""How the boxes begin in which somebody chooses between two answers."""


def texts_in(posted: Posted) -> Texts:
    """What stands in the boxes, for filing."""
    return posted.to_dict(flat=False)


def as_boxes(texts: Texts) -> Posted:
    """The opposite of :func:`texts_in`."""
    posted: Posted = MultiDict()
    for name, there in texts.items():
        posted.setlist(name, there)
    return posted


def as_posted(questions: Iterable[Question], answers: Answers, reading: Reading) -> Posted:
    """What the page of these answers would post."""
    return as_boxes(texts_of_answers(questions, answers, reading))


def copy_row(source: Posted, old: str, target: Posted, new: str) -> None:
    """Copy every box of a row; ``old`` and ``new`` are the beginnings of their names."""
    for name in list(source):
        if name.startswith(old):
            target.setlist(new + name[len(old):], source.getlist(name))


def take_theirs(questions: Iterable[Question], posted: Posted, saved: Answers, reading: Reading) -> None:
    """Where the merge page chose the saved answer, put it in place of the typed one."""
    for question in questions:
        if posted.pop(f"{KEEP}{question.name}", "mine") != "theirs":
            continue
        for name in [name for name in posted if name == question.name or name.startswith(f"{question.name}.")]:
            posted.poplist(name)
        posted.update(as_posted([question], saved, reading))
