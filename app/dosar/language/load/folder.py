"""Reading a whole ``forms/`` folder: forms, mixins, choice lists, roles and menu.

Reading has two steps, so that a start need not parse files that have not changed: files →
*contents* (plain values, mixins put in, kept in the database as the last good version) → a
:class:`~dosar.language.load.definition.Definition` (checked models).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dosar.language.load.definition import PART_MODELS, SINGLE_PARTS
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.partial_form import PartialForm, salvage_form
from dosar.language.load.schema_errors import schema_findings
from dosar.language.load.yaml_reader import Source, read_yaml
from dosar.language.text.message import msgid

PART_FOLDERS = {"choices": "choices", "mixins": "mixin", "faces": "face"}
"""What the files of a folder are; those beside it are forms, roles and the menu."""
NAME_KEYS = {"form": "form", "choices": "list", "mixin": "mixin", "face": "face"}
"""The key under which each sort of file says its name."""
RESTING_CODES = {"F081"}
"""What is wrong with one rule of a form, about another form: the rule rests until that is mended, and the form runs."""
ADVICE_CODES = {
    "F010",
    "F021",
    "F023",
    "F024",
    "F032",
    "F033",
    "F034",
    "F035",
    "F036",
    "F047",
    "F051",
    "F052",
    "F054",
    "F055",
    "F057",
    "F059",
    "F061",
    "F063",
    "F064",
    "F065",
    "F066",
    "F068",
}
"""Findings to mend with which a file runs all the same: a missing translation, a form in no menu."""
MISNAMED_FILE = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)
"""How a file name ends that was meant to end in ``.yaml``; some editors add an ending, and hide it."""
PartModel = TypeVar("PartModel", bound=BaseModel)


@dataclass
class FolderReading:
    """A folder as read: what could be made of it and everything that is wrong with it."""

    folder: str = "forms"
    """What the folder is called, where places are told."""
    sources: dict[str, Source] = field(default_factory=dict)
    mixins: dict[str, Source] = field(default_factory=dict)
    parts: dict[str, BaseModel] = field(default_factory=dict)
    partial_forms: dict[str, PartialForm] = field(default_factory=dict)
    """What fits of the forms with mistakes, to be checked on."""
    findings: list[Finding] = field(default_factory=list)

    def of(self, sort: type[PartModel]) -> dict[str, PartModel]:
        """The parts of one sort, by the name they stand under."""
        return {part: made for part, made in self.parts.items() if isinstance(made, sort)}

    def names(self, sort: str) -> set[str]:
        """The names of all parts of a sort, broken ones too: forms, choice lists."""
        return {part.partition(":")[2] for part in self.sources if part.startswith(f"{sort}:")}

    @property
    def new_names(self) -> dict[str, str]:
        """The name each form says it had before → the name it has."""
        forms = [source.contents for part, source in self.sources.items() if part.startswith("form:")]
        return {
            str(values["was"]): str(values["form"])
            for values in forms
            if isinstance(values, dict) and values.get("was") and "form" in values
        }

    def broken(self) -> set[str]:
        """The parts with a real mistake, in their file or in a mixin; the last good version runs instead."""
        files = {found.place.file for found in self.findings if found.code not in ADVICE_CODES | RESTING_CODES}
        return {
            part
            for part, source in self.sources.items()
            if part not in self.parts or files & {source.file, *source.files}
        }


def is_only_advice(findings: Iterable[Finding]) -> bool:
    """Whether every file runs as it is, for all that is to be said about it."""
    return all(found.code in ADVICE_CODES for found in findings)


def folder_digest(folder: Path) -> str:
    """A digest of every YAML file's name and bytes."""
    digest = sha256()
    for path in _yaml_files(folder):
        contents = path.read_bytes() if path.is_file() else b""
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + sha256(contents).digest())
    for path, _ in _misnamed_files(folder):
        digest.update(str(path.relative_to(folder)).encode())
    return digest.hexdigest()


def has_forms(folder: Path) -> bool:
    """Whether there is a file that may be a form: an empty folder is right, and is not what anybody means."""
    return any(path.stem not in SINGLE_PARTS for path in folder.glob("*.yaml"))


def read_folder(folder: Path) -> FolderReading:
    """Every file of the folder, each part checked against its own schema.

    Checks across files are :func:`dosar.language.checks.form_checks.check_folder`.
    """
    reading = FolderReading(folder.name, findings=list(_misnamed_findings(folder)))
    for path in _yaml_files(folder):
        _read_file(path, folder, reading)
    for source in reading.mixins.values():
        _make_part("mixin", source, reading)
    for part, source in reading.sources.items():
        _make_whole_part(part, source, reading)
    return reading


def _misnamed_findings(folder: Path) -> Iterator[Finding]:
    for path, name in _misnamed_files(folder):
        yield finding(
            FilePlace(_shown_path(path, folder), 1),
            "F035",
            "This file is not read, since its name does not end in .yaml; call it %(name)s.",
            name=name,
        )


def _read_file(path: Path, folder: Path, reading: FolderReading) -> None:
    """Keep what the file says, under the name it gives itself."""
    source = read_yaml(path, shown_as=_shown_path(path, folder))
    sort = _part_sort(path, folder)
    reading.findings.extend(source.findings)
    name = _part_name(sort, path, source, reading)
    sources, part = (reading.mixins, name) if sort == "mixin" else (reading.sources, f"{sort}:{name}" if name else sort)
    reading.findings.extend(_keep_one_of_two(sources, part, name, source, path))


def _make_whole_part(part: str, source: Source, reading: FolderReading) -> None:
    """The part with its mixins put in; of a form with mistakes what fits of it."""
    lacking = list(_insert_mixins(source, reading.mixins))
    nothing_left = lacking and not _sections_in(source)
    made = None if nothing_left else _make_part(part.partition(":")[0], source, reading)
    if made is not None and not lacking:
        reading.parts[part] = made
    elif part.startswith("form:") and (rest := salvage_form(source.contents, all_named=not lacking)):
        reading.partial_forms[part] = rest
    reading.findings.extend(lacking)


def _part_sort(path: Path, folder: Path) -> str:
    if path.parent != folder:
        return PART_FOLDERS[path.parent.name]
    return path.stem if path.stem in SINGLE_PARTS else "form"


def _shown_path(path: Path, folder: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _yaml_files(folder: Path) -> list[Path]:
    return [path for directory in _part_folders(folder) for path in sorted(directory.glob("*.yaml"))]


def _part_folders(folder: Path) -> list[Path]:
    return [directory for directory in (folder, *(folder / name for name in PART_FOLDERS)) if directory.is_dir()]


def _misnamed_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files that nobody reads, with the name that each was meant to have."""
    for path in (path for directory in _part_folders(folder) for path in sorted(directory.iterdir())):
        name = MISNAMED_FILE.sub(".yaml", path.name)
        if name != path.name and path.is_file():
            yield path, name


def _part_name(sort: str, path: Path, source: Source, reading: FolderReading) -> str:
    """The name a file gives itself; a file that gives none goes by its own."""
    if sort in SINGLE_PARTS:
        return ""
    key, says = NAME_KEYS[sort], source.contents if isinstance(source.contents, dict) else {}
    named = says.get(key)
    if isinstance(named, str):
        return named
    if not source.findings:
        reading.findings.append(
            finding(
                source.place((key,)),
                "F007",
                'The file does not say its name; begin it with "%(key)s: %(name)s".',
                key=key,
                name=path.stem,
            )
        )
    says[key] = path.stem
    return path.stem


def _keep_one_of_two(sources: dict[str, Source], part: str, name: str, source: Source, path: Path) -> Iterator[Finding]:
    """Of two files with one name the one called so stays, else the first: the other is often its copy."""
    first = sources.setdefault(part, source)
    if first is source:
        return
    if path.stem == name:
        sources[part], first, source = source, source, first
    yield finding(
        source.place(),
        "F014",
        '"%(name)s" is already the name of %(file)s; give one of the two another name.',
        name=name,
        file=first.file,
    )


def _insert_mixins(source: Source, mixins: Mapping[str, Source]) -> Iterator[Finding]:
    sections = _sections_in(source)
    for position in range(len(sections) - 1, -1, -1):
        section = sections[position]
        if isinstance(section, dict) and "mixin" in section:
            name = str(section["mixin"])
            if name not in mixins or not _sections_in(mixins[name]):
                yield _unknown_mixin(name, source.place(("sections", position, "mixin")), mixins)
            _replace_mixin(source, sections, position, mixins.get(name, Source(source.file)))


def _sections_in(source: Source) -> list[Any]:
    sections = source.contents.get("sections") if isinstance(source.contents, dict) else None
    return sections if isinstance(sections, list) else []


def _unknown_mixin(name: str, place: FilePlace, mixins: Mapping[str, Source]) -> Finding:
    if name in mixins:
        text = msgid('The mixin "%(name)s" cannot be used; mend %(file)s.')
        return finding(place, "F018", text, name=name, file=mixins[name].file)
    return finding(place, "F018", 'unknown mixin "%(name)s"%(hint)s', name=name, hint=suggest_word(name, mixins))


def _replace_mixin(source: Source, sections: list[Any], position: int, mixin: Source) -> None:
    source.adopt(mixin)
    put_in = _sections_in(mixin)
    places = [source.places[id(sections), index] for index in range(len(sections))]
    places[position : position + 1] = [source.places[id(put_in), index] for index in range(len(put_in))]
    sections[position : position + 1] = put_in
    for index, place in enumerate(places):
        source.places[id(sections), index] = place


def _make_part(sort: str, source: Source, reading: FolderReading) -> BaseModel | None:
    """The part of this sort, if the values fit; else findings say why not."""
    if source.findings or (sort in NAME_KEYS and not isinstance(source.contents, dict)):
        return None
    try:
        return PART_MODELS[sort].model_validate(source.contents)
    except ValidationError as error:
        reading.findings.extend(schema_findings(error, source, PART_MODELS[sort]))
        return None
