"""Files posted with a sheet: looked at before they are kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import request
from sqlalchemy import insert

from dosar.database.system_tables import attachment_table, utc_now
from dosar.language.answers.validation import AnswerPath
from dosar.language.question import Question
from dosar.language.text.message import Message, Mistake
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import FILE_NOT_KEPT, PostedBoxes
from dosar.records.attachments import sealed_file
from dosar.records.unsaved.unsaved_files import require_room

RefusedFiles = Mapping[str, Message]
"""The text in the box → why the file was refused."""


def take_uploads(context: PageContext, form: str, questions: Sequence[Question], posted: PostedBoxes) -> RefusedFiles:
    """Keep the posted files and put their numbers in the boxes; says what was refused.

    A kept file belongs to no record until the sheet is saved.
    """
    refused: dict[str, Message] = {}
    for box, rows_of, question in _file_boxes(questions):
        upload = request.files[box]
        if not upload.filename:
            continue
        try:
            number = _store_file(context, form, rows_of, question, upload.filename, upload.read())
            posted.setlist(box, [str(number)])
        except Mistake as mistake:
            mark = f"{FILE_NOT_KEPT}{len(refused)}"
            refused[mark] = mistake.message
            posted.add(box, mark)
    return refused


def _file_boxes(questions: Iterable[Question]) -> Iterator[tuple[str, str, Any]]:
    """The boxes that files came with: name, table of rows (or nothing), question."""
    for question in questions:
        if question.attached and question.name in request.files:
            yield question.name, "", question
        for column in question.columns_asked():
            for box in request.files if column.attached else ():
                table, _, cell = box.partition(".")
                if table == question.name and cell.partition(".")[2] == column.name:
                    yield box, question.name, column


def _store_file(context: PageContext, form: str, rows_of: str, question: Any, name: str, contents: bytes) -> int:
    why_not = question.accepts(name, contents)
    if why_not is not None:
        raise why_not
    clean = question.cleaned(name, contents)
    with context.repository.writing():
        require_room(context.repository, context.worker.id, len(clean))
        file_id = context.repository.session.execute(
            insert(attachment_table)
            .values(
                form=form,
                rows_of=rows_of,
                question=question.name,
                name=name,
                media_type=question.media_type(name),
                **sealed_file(context.repository.store, clean),
                user_id=context.worker.id,
                at=utc_now(),
            )
            .returning(attachment_table.c.id)
        ).scalar_one()
    return int(file_id)


def refused_file_messages(refused: RefusedFiles, posted: PostedBoxes) -> dict[AnswerPath, Message]:
    """Why files were refused, by the place where their marks stand on the page."""
    return {tuple(box.split(".")): refused[text] for box in posted for text in posted.getlist(box) if text in refused}
