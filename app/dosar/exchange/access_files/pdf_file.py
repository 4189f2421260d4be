"""The copy as a PDF, set by Typst: everything in it is data to the template, never markup, and nothing is written to a
disk on the way."""

import json
from importlib.util import find_spec
from pathlib import Path

from dosar.exchange.access_files.json_file import access_file_values
from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word
from dosar.records.rights.access_file import AccessFile

TEMPLATE = Path(__file__).with_name("access_file.typ")
WORDS = {
    "title": msgid("Copy of the data held on you"),
    "case": msgid("Case number"),
    "made_on": msgid("Made on"),
    "held": msgid("What is held"),
    "kinds": msgid("Kinds of data"),
    "categories": msgid("Sheets, and how many of each"),
    "recipients": msgid("Whom your data were shared with"),
    "no_recipients": msgid("No sheet names anybody outside the organisation."),
    "taken": msgid("Lists that were taken out of Dosar as files, in which you may stand"),
    "sheets": msgid("Sheets"),
    "elsewhere": msgid("What you took part in"),
    "drafts": msgid("Begun and not saved yet"),
    "files": msgid("Files"),
    "history": msgid("History of changes"),
    "entered": msgid("Entered"),
    "changed": msgid("Last changed"),
    "before": msgid("Before"),
    "after": msgid("After"),
    "reason": msgid("Reason"),
    "page": msgid("Page"),
}


def can_make_pdf() -> bool:
    """Whether the library is installed; there is none for Windows on ARM."""
    return find_spec("typst") is not None


def access_file_pdf(copy: AccessFile) -> bytes:
    """The copy on A4 pages, with its fonts in it."""
    import typst  # takes a while to come

    words = {key: translated_word(word, copy.language) for key, word in WORDS.items()}
    data = json.dumps({**access_file_values(copy), "words": words}, ensure_ascii=False)
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", ignore_system_fonts=True, sys_inputs={"data": data}
    )
    return made
