"""What is wrong in form files that are written in two languages, however many Dosar speaks."""

from collections.abc import Iterable

from dosar.language.checks.form_checks import check_folder
from dosar.language.load.finding import Finding
from dosar.language.load.folder import FolderReading
from dosar.language.text.translations import language_title

WRITTEN_IN = ("ro", "en")
"""The languages of the shipped forms and of those of the tests."""


def findings_in(reading: FolderReading) -> list[Finding]:
    return check_folder(reading, WRITTEN_IN)


def of_two_languages(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are left when nobody misses a third language."""
    written = {language_title(language) for language in WRITTEN_IN}
    return [found for found in findings if found.code != "F010" or found.message.values["language"].text in written]
