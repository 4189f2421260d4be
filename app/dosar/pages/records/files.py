"""Files kept with a record: downloaded, never shown inside a page."""

from io import BytesIO
from typing import Any

from flask import abort, send_file

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.pages.context import page_context
from dosar.records.attachments import Attachment, file_content, readable_files


class FilePages(PageView):
    """One address for all files; what it may open follows from the record and the question of the file."""

    @page_route("/files/<int:file_id>", SIGNED_IN_ACCESS)
    def file(self, file_id: int) -> Any:
        context = page_context()
        found = readable_files(context.repository, context.seen_forms(), [file_id], context.worker.id).get(file_id)
        if found is None:
            abort(404)
        inside = BytesIO(file_content(context.repository, found.id))
        return send_file(inside, found.media_type, as_attachment=True, download_name=_neutral_name(found))


def _neutral_name(found: Attachment) -> str:
    """The name on the worker's disk: the original one may be a person's."""
    ending = found.name.rpartition(".")[2].lower()[:5]
    return f"dosar-{found.id}.{ending}"
