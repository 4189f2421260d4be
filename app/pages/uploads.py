"""Files posted with a sheet: looked at before they are kept."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from flask import request
from sqlalchemy import insert

from app.language.answering import Where
from app.language.characters import visible
from app.language.message import Message, Mistake
from app.language.question import Question
from app.pages.desk import Desk
from app.pages.posted import Posted
from app.records.system import attachment, now


def take_uploads(desk: Desk, questions: Sequence[Question], posted: Posted) -> dict[Where, Message]:
    """Keep the posted files and put their numbers in the boxes; says what was refused.

    A kept file belongs to no record until the sheet is saved.
    """
    refused: dict[Where, Message] = {}
    for question in questions:
        upload = request.files.get(question.name) if question.attached else None
        if upload is None or not upload.filename:
            continue
        contents = upload.read()
        try:
            kept = _kept(desk, question, visible(upload.filename), contents)
        except Mistake as mistake:
            refused[question.name,] = mistake.message
            continue
        posted.setlist(question.name, [str(kept)])
    return refused


def _kept(desk: Desk, question: Any, name: str, contents: bytes) -> int:
    refused = question.accepts(name, contents)
    if refused is not None:
        raise refused
    clean = question.cleaned(contents)
    with desk.cabinet.writing():
        kept = desk.cabinet.session.execute(insert(attachment).values(
            form="", question=question.name, name=name[-200:], media_type=question.media_type(name),
            size=len(clean), digest=sha256(clean).hexdigest(), content=clean,
            user_id=desk.worker.id, at=now(),
        ).returning(attachment.c.id)).scalar_one()
    return int(kept)
