"""An answer in words beside another one of the same question, so that what differs can be seen."""

from typing import Any

from markupsafe import Markup

from app.language.question import Question
from app.language.texts import say
from app.pages.desk import Desk
from app.pages.filling import Titles
from app.pages.reading_sheet import linked_text


def compared_text(at: Desk, question: Question, answer: Any, other: Any, titles: Titles) -> str:
    """The answer; of a table how many rows it has, and those that the other one does not have just so."""
    text = linked_text(at, question, answer, titles)
    if not question.columns_asked():
        return text
    theirs = [_known(question, row) for row in other or ()]
    own = [row for row in answer or () if _known(question, row) not in theirs]
    return Markup("\n").join([text, *filter(None, (_row_text(at, question, row, titles) for row in own))])


def _known(table: Question, row: Any) -> list[Any]:
    """What the reader may know of a row; one copied from another record has another number, or none yet."""
    return [column.to_json(row.get(column.name)) for column in table.columns_asked()]


def _row_text(at: Desk, table: Question, row: Any, titles: Titles) -> str:
    told = [
        (say(column.label, at.reading.language), linked_text(at, column, row.get(column.name), titles))
        for column in table.columns_asked()
    ]
    return Markup("; ").join(Markup("{}: {}").format(label, text) for label, text in told if text)
