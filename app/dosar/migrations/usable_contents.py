"""What runs of the files in the folder, and what of them as it was the last time."""

from collections.abc import Mapping
from typing import Any

from dosar.language.checks.changes.form_comparison import questions_by_column
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import LASTING_PARTS, is_part_used, make_parts
from dosar.language.load.folder import FolderReading
from dosar.language.load.yaml_reader import Source
from dosar.records.history.deployed_forms import FOLDER_ENTRY


def files_by_part(good: Mapping[str, Any]) -> dict[str, str]:
    """The files of the last start, and the part that each held."""
    folder = good.get(FOLDER_ENTRY)
    return dict(folder["files"]) if isinstance(folder, dict) else {}


def usable_contents(reading: FolderReading, good: Mapping[str, Any]) -> dict[str, Any]:
    """The contents to run: those of the files, and the last good ones of what has a mistake or must not go missing."""
    broken = reading.broken()
    contents = {part: good[part] for part in LASTING_PARTS if part in good and part not in reading.sources}
    contents |= {part: source.contents for part, source in reading.sources.items() if part not in broken}
    files = files_by_part(good)
    for part in broken:
        # a file that cannot be read at all does not say its part; it is what it was the last time
        known = [part, files.get(reading.sources[part].file, part), _former_part(reading.sources[part])]
        if (last := next((name for name in known if name in good), None)) and last not in contents:
            contents[last] = good[last]
    for part in [part for part in contents if part.startswith("form:")]:
        _complete_lists(part, contents, good)
    if f"form:{CASE_FORM}" not in contents:
        contents = {part: values for part, values in contents.items() if not _belongs_to_case(part, values)}
    return {part: values for part, values in contents.items() if is_part_used(part, contents)}


def _former_part(source: Source) -> str:
    """The form under the name it had before: it keeps that one while it cannot be used under its new one."""
    return f"form:{source.contents.get('was')}" if isinstance(source.contents, dict) else ""


def _belongs_to_case(part: str, values: Any) -> bool:
    return part.startswith("form:") and values.get("belongs_to") == CASE_FORM


def _complete_lists(part: str, contents: dict[str, Any], good: Mapping[str, Any]) -> None:
    """Give the form the choice lists it names; one that has none runs on as it was, or not at all."""
    for values in (contents[part], good.get(part)):
        if values is None:
            continue
        missing = {name for name in _lists_named(part, values) if name not in contents}
        if missing <= good.keys():
            contents[part] = values
            contents.update({name: good[name] for name in missing})
            return
    contents.pop(part)


def _lists_named(part: str, values: Any) -> set[str]:
    form = make_parts({part: values})[part]
    assert isinstance(form, Form)
    return {f"choices:{name}" for question in questions_by_column(form).values() for name in question.choice_lists()}
