"""The copy as JSON: the structure is that of :mod:`dosar.records.rights.access_file`, told in docs/access-file.md."""

import json
from dataclasses import asdict
from typing import Any

from dosar.records.rights.access_file import AccessFile

FORMAT = "dosar-access-file/1"


def access_file_values(copy: AccessFile) -> dict[str, Any]:
    """The copy in plain values: for JSON, and for the template of the PDF."""
    values = {"format": FORMAT, **asdict(copy)}
    values["information"] = [{"title": title, "paragraphs": list(texts)} for title, texts in copy.information]
    values["categories"] = [{"sheet": title, "count": count} for title, count in copy.categories]
    for file in values["files"]:
        del file["id"]
    return values


def access_file_json(copy: AccessFile) -> bytes:
    """The copy as JSON, in letters that people read."""
    return json.dumps(access_file_values(copy), ensure_ascii=False, indent=1).encode()
