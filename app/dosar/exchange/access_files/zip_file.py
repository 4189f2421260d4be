"""The copy as one file: named by the number of the case, with the attached files beside the PDF and the JSON."""

import zipfile
from collections.abc import Iterable
from io import BytesIO

from dosar.exchange.access_files.json_file import access_file_json
from dosar.exchange.access_files.pdf_file import access_file_pdf
from dosar.paper.typesetting import can_make_pdf
from dosar.records.rights.access_file import AccessFile


def access_file_zip(copy: AccessFile, contents: Iterable[tuple[str, bytes]]) -> bytes:
    """Made in memory: a temporary file would be a copy in clear beside the encrypted database."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if can_make_pdf():
            archive.writestr("data.pdf", access_file_pdf(copy))
        archive.writestr("data.json", access_file_json(copy))
        for path, content in contents:
            archive.writestr(path, content)
    return out.getvalue()
