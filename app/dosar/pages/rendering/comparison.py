"""An answer in words beside another one of the same question, so that what differs can be seen."""

from typing import Any

from markupsafe import Markup

from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.record_view import linked_text


def comparison_text(context: PageContext, question: Question, answer: Any, other: Any, titles: RecordTitles) -> str:
    """The answer; of a table how many rows it has, and those that the other one does not have just so."""
    text = linked_text(context, question, answer, titles)
    if not question.columns_asked():
        return text
    theirs = [_known_cells(question, row) for row in other or ()]
    own_rows = [row for row in answer or () if _known_cells(question, row) not in theirs]
    return Markup("\n").join([text, *filter(None, (_row_text(context, question, row, titles) for row in own_rows))])


def _known_cells(table: Question, row: Any) -> list[Any]:
    """What the reader may know of a row; one copied from another record has another number, or none yet."""
    return [column.to_json(row.get(column.name)) for column in table.columns_asked()]


def _row_text(context: PageContext, table: Question, row: Any, titles: RecordTitles) -> str:
    labelled = [
        (
            text_in_language(column.label, context.reading.language),
            linked_text(context, column, row.get(column.name), titles),
        )
        for column in table.columns_asked()
    ]
    return Markup("; ").join(Markup("{}: {}").format(label, text) for label, text in labelled if text)
