"""Pages set by Typst: everything said on them is data to the template, never markup, and nothing is written to a disk
on the way."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def can_make_pdf() -> bool:
    """Whether the library is installed; there is none for Windows on ARM."""
    return find_spec("typst") is not None


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """A PDF with its fonts in it. The template reads no file outside its own folder."""
    import typst  # takes a while to come

    made: bytes = typst.compile(
        template,
        root=template.parent,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made
