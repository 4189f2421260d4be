"""The forms of a folder, each with what its checks ask for."""

from collections.abc import Iterator, Mapping

from dosar.language.choices import ChoiceList
from dosar.language.form import Form
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import CheckedForm


def checked_forms(reading: FolderReading, forms: Mapping[str, Form]) -> Iterator[CheckedForm]:
    """Each form with its lines in the file and the names of the folder."""
    lists = {made.list: made.choices for made in reading.of(ChoiceList).values()}
    every_list, every_form = reading.names("choices"), reading.names("form")
    for part, form in forms.items():
        yield CheckedForm(form, reading.sources[part], lists, every_list, every_form)
