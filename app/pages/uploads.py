"""Files posted with a sheet: looked at before they are kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import request
from sqlalchemy import insert

from app.language.answering import Where
from app.language.characters import visible
from app.language.message import Message, Mistake
from app.language.question import Answers, Question
from app.pages.desk import Desk
from app.pages.posted import FILE_NOT_KEPT, Posted
from app.records.attachments import newly_attached, readable
from app.records.system import attachment, now

Refused = Mapping[str, Message]
"""The text in the box → why the file was refused."""


def take_uploads(desk: Desk, form: str, questions: Sequence[Question], posted: Posted) -> Refused:
    """Keep the posted files and put their numbers in the boxes; says what was refused.

    A kept file belongs to no record until the sheet is saved.
    """
    refused: dict[str, Message] = {}
    for box, rows_of, question in _boxes(questions):
        upload = request.files[box]
        if not upload.filename:
            continue
        try:
            number = _keep(desk, form, rows_of, question, visible(upload.filename), upload.read())
            posted.setlist(box, [str(number)])
        except Mistake as mistake:
            mark = f"{FILE_NOT_KEPT}{len(refused)}"
            refused[mark] = mistake.message
            posted.add(box, mark)
    return refused


def _boxes(questions: Iterable[Question]) -> Iterator[tuple[str, str, Any]]:
    """The boxes that files came with: name, table of rows (or nothing), question."""
    for question in questions:
        if question.attached and question.name in request.files:
            yield question.name, "", question
        for column in question.columns_asked():
            for box in request.files if column.attached else ():
                table, _, place = box.partition(".")
                if table == question.name and place.partition(".")[2] == column.name:
                    yield box, question.name, column


def _keep(desk: Desk, form: str, rows_of: str, question: Any, name: str, contents: bytes) -> int:
    why_not = question.accepts(name, contents)
    if why_not is not None:
        raise why_not
    clean = question.cleaned(contents)
    with desk.cabinet.writing():
        kept = desk.cabinet.session.execute(insert(attachment).values(
            form=form, rows_of=rows_of, question=question.name, name=name[-200:],
            media_type=question.media_type(name), size=len(clean), digest=sha256(clean).hexdigest(), content=clean,
            user_id=desk.worker.id, at=now(),
        ).returning(attachment.c.id)).scalar_one()
    return int(kept)


def refusals(refused: Refused, posted: Posted) -> dict[Where, Message]:
    """Why files were refused, by the place where their marks stand on the page."""
    return {
        tuple(box.split(".")): refused[text] for box in posted for text in posted.getlist(box) if text in refused
    }


def foreign_files(
    desk: Desk, form: str, questions: Sequence[Question], kept: Answers, read: Answers, record_id: int | None,
) -> dict[Where, Message]:
    """Where the number of another sheet's file is posted: a number alone attaches nothing."""
    new = newly_attached(questions, kept, read)
    files = readable(desk.cabinet, desk.forms, new.values(), desk.worker.id)
    return {
        where: Message("This file belongs to another sheet. Attach it again.") for where, number in new.items()
        if number not in files or not files[number].may_answer(form, where, record_id, desk.worker.id)
    }
