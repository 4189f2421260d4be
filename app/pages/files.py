"""Files kept with a record: downloaded, never shown inside a page."""

from io import BytesIO
from typing import Any

from flask import abort, send_file
from sqlalchemy import or_, select

from app.access.gate import WORKERS, page
from app.access.view import View
from app.pages.desk import Desk, desk
from app.records.system import attachment


class FilePages(View):
    """One address for all files; what it may open follows from the record the file stands in."""

    @page("/files/<int:file_id>", WORKERS)
    def file(self, file_id: int) -> Any:
        at = desk()
        kept = at.cabinet.session.execute(select(attachment).where(attachment.c.id == file_id)).one_or_none()
        if kept is None or not _stands_in_reach(at, file_id):
            abort(404)
        return send_file(BytesIO(kept.content), kept.media_type, as_attachment=True, download_name=_neutral_name(kept))


def _neutral_name(kept: Any) -> str:
    """The name on the worker's disk: the original one may be a person's."""
    ending = kept.name.rpartition(".")[2].lower()[:5]
    return f"dosar-{kept.id}.{ending}"


def _stands_in_reach(at: Desk, file_id: int) -> bool:
    """Whether an answer she may see, of a record in her reach, holds this file."""
    for key, form in at.seen_forms().items():
        holding = [question.name for question in form.stored_questions if question.attached]
        kept: Any = at.cabinet.record_class(key)
        if holding and at.cabinet.session.scalar(
            select(kept.id).where(or_(*[getattr(kept, name) == file_id for name in holding])).limit(1)
        ):
            return True
    return False
