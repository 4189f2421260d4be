"""What is wrong in form files that are written in two languages, however many Dosar speaks."""

from dosar.language.checks.form_checks import check_folder
from dosar.language.load.finding import Finding
from dosar.language.load.folder import FolderReading

WRITTEN_IN = ("ro", "en")
"""The languages of the shipped forms and of those of the tests."""


def findings_in(reading: FolderReading) -> list[Finding]:
    return check_folder(reading, WRITTEN_IN)
