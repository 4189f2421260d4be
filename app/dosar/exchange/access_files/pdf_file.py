"""The copy as a PDF."""

from pathlib import Path

from dosar.exchange.access_files.json_file import access_file_values
from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word
from dosar.paper.typesetting import typeset
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


def access_file_pdf(copy: AccessFile) -> bytes:
    """The copy on A4 pages."""
    words = {key: translated_word(word, copy.language) for key, word in WORDS.items()}
    return typeset(TEMPLATE, {**access_file_values(copy), "words": words})
