"""Checks of what is to be left of an answer when a person is made anonymous."""

from collections.abc import Iterator

from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import walk_questions
from dosar.language.privacy.anonymising import can_be_kept, has_bands
from dosar.language.question import Question
from dosar.language.text.message import msgid

TELLS_TOO_MUCH = msgid(
    'Of "%(name)s" nothing can be left when a person is made anonymous: only choices, dates and numbers say little '
    'enough. Write "anonymise: drop", or leave it out.'
)
HAS_NO_BANDS = msgid(
    '"%(name)s" has no bands: only dates (years) and numbers do. Write "anonymise: keep" or "anonymise: drop".'
)


def anonymise_findings(reading: FolderReading) -> Iterator[Finding]:
    """Each question whose file wants to keep what cannot be kept; it is dropped all the same."""
    for part, form in reading.of(Form).items():
        for path, question, _ in walk_questions(form):
            wrong = _what_is_wrong(question)
            if wrong:
                place = reading.sources[part].place((*path, "anonymise"))
                yield finding(place, "F066", wrong, name=question.name)


def _what_is_wrong(question: Question) -> str:
    if question.anonymise in (None, "drop") or question.columns_asked():
        return ""
    if not can_be_kept(question):
        return TELLS_TOO_MUCH
    return HAS_NO_BANDS if question.anonymise == "band" and not has_bands(question) else ""
