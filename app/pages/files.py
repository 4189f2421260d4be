"""Files kept with a record: downloaded, never shown inside a page."""

from io import BytesIO
from typing import Any

from flask import abort, send_file

from app.access.gate import WORKERS, page
from app.access.view import View
from app.pages.desk import desk
from app.records.attachments import Attachment, content, readable


class FilePages(View):
    """One address for all files; what it may open follows from the record and the question of the file."""

    @page("/files/<int:file_id>", WORKERS)
    def file(self, file_id: int) -> Any:
        at = desk()
        found = readable(at.cabinet, at.seen_forms(), [file_id], at.worker.id).get(file_id)
        if found is None:
            abort(404)
        inside = BytesIO(content(at.cabinet, found.id))
        return send_file(inside, found.media_type, as_attachment=True, download_name=_neutral_name(found))


def _neutral_name(found: Attachment) -> str:
    """The name on the worker's disk: the original one may be a person's."""
    ending = found.name.rpartition(".")[2].lower()[:5]
    return f"dosar-{found.id}.{ending}"
