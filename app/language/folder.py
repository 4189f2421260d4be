"""Reading a whole ``forms/`` folder: forms, mixins, choice lists, roles and menu.

Reading has two steps, so that a start need not parse files that have not changed: files →
*contents* (plain values, mixins put in, kept in the database as the last good version) → a
:class:`Definition` (checked models).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from app.language.choices import Choice, ChoiceList
from app.language.finding import Finding, finding, mean
from app.language.form import Form
from app.language.menu import Menu
from app.language.misfits import misfits
from app.language.reading import Source, read_yaml
from app.language.roles import Roles

FOLDERS = {"choices": "list", "mixins": "mixin"}
ROLES, MENU = "roles", "menu"
APART = {ROLES, MENU}
ADVICE = {"F010", "F023", "F024"}
"""Findings to mend with which a file runs all the same: a missing translation, a form in no menu."""


@dataclass(frozen=True)
class Definition:
    """What an organisation's files say, ready to run."""

    forms: Mapping[str, Form]
    choices: Mapping[str, ChoiceList]
    roles: Roles
    menu: Menu
    contents: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The plain values each part was made of: ``form:intake``, ``choices:sex``, ``roles``, ``menu``."""


@dataclass
class Reading:
    """A folder as read: what could be made of it and everything that is wrong with it."""

    sources: dict[str, Source] = field(default_factory=dict)
    parts: dict[str, BaseModel] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def source(self, part: str) -> Source:
        return self.sources[part]

    def broken(self) -> set[str]:
        """The parts that stand in a file with a real mistake; the last good version runs instead."""
        files = {found.place.file for found in self.findings if found.code not in ADVICE}
        return {part for part, source in self.sources.items() if source.file in files}


def folder_digest(folder: Path) -> str:
    """A digest of every YAML file's name and bytes."""
    digest = sha256()
    for path in _files(folder):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_folder(folder: Path) -> Reading:
    """Every file of the folder, each part checked against its own schema.

    Checks across files are :func:`app.language.checks.check`.
    """
    reading = Reading()
    mixins: dict[str, Source] = {}
    for path in _files(folder):
        source = read_yaml(path, shown_as=f"{folder.name}/{path.relative_to(folder).as_posix()}")
        kind = path.parent.name if path.parent != folder else path.stem if path.stem in APART else "form"
        reading.findings.extend(source.findings)
        part = _part_name(kind, path, source, reading)
        if kind == "mixins":
            mixins[part.partition(":")[2]] = source
        elif part in reading.sources:
            _refuse_twin(reading, part, source)
        else:
            reading.sources[part] = source
    for part, source in reading.sources.items():
        if part.startswith("form:") and not source.findings:
            reading.findings.extend(_put_in_mixins(source, mixins))
    for part, source in reading.sources.items():
        if not source.findings:
            _make(part, source, reading)
    return reading


def _files(folder: Path) -> list[Path]:
    looked_in = [folder, *(folder / name for name in FOLDERS)]
    return [path for place in looked_in if place.is_dir() for path in sorted(place.glob("*.yaml"))]


def _part_name(kind: str, path: Path, source: Source, reading: Reading) -> str:
    if kind in APART:
        return kind
    key = FOLDERS.get(kind, "form")
    named = source.contents.get(key) if isinstance(source.contents, dict) else None
    if not source.findings and not isinstance(named, str):
        reading.findings.append(finding(
            source.place(), "F007", 'The file does not say its name; begin it with "%(key)s: %(name)s".',
            key=key, name=path.stem,
        ))
    prefix = {"choices": "choices", "mixins": "mixin"}.get(kind, "form")
    return f"{prefix}:{named if isinstance(named, str) else path.stem}"


def _refuse_twin(reading: Reading, part: str, source: Source) -> None:
    first = reading.sources[part].file
    reading.findings.append(finding(
        source.place(("form",)), "F014",
        '"%(key)s" is already the name of %(file)s; give one of the two another name.',
        key=part.partition(":")[2], file=first,
    ))


def _put_in_mixins(source: Source, mixins: Mapping[str, Source]) -> Iterable[Finding]:
    sections = source.contents.get("sections") if isinstance(source.contents, dict) else None
    if not isinstance(sections, list):
        return
    for position in range(len(sections) - 1, -1, -1):
        section = sections[position]
        if not isinstance(section, dict) or "mixin" not in section:
            continue
        name = section["mixin"]
        mixin = mixins.get(str(name))
        if mixin is None or not isinstance(mixin.contents, dict):
            place = source.place(("sections", position, "mixin"))
            yield finding(place, "F018", 'unknown mixin "%(name)s"%(hint)s', name=name, hint=mean(str(name), mixins))
            continue
        _replace(source, sections, position, mixin)


def _replace(source: Source, sections: list[Any], position: int, mixin: Source) -> None:
    source.adopt(mixin)
    put_in = mixin.contents.get("sections") or []
    places = [source.places[id(sections), index] for index in range(len(sections))]
    places[position:position + 1] = [source.places[id(put_in), index] for index in range(len(put_in))]
    sections[position:position + 1] = put_in
    for index, place in enumerate(places):
        source.places[id(sections), index] = place


def _model_of(part: str) -> type[BaseModel]:
    return {"form": Form, "choices": ChoiceList, ROLES: Roles, MENU: Menu}[part.partition(":")[0]]


def _make(part: str, source: Source, reading: Reading) -> None:
    model = _model_of(part)
    try:
        reading.parts[part] = model.model_validate(source.contents)
    except ValidationError as error:
        reading.findings.extend(misfits(error, source, model))


def make_parts(contents: Mapping[str, Any]) -> dict[str, BaseModel]:
    """Models out of contents that were good when they were kept."""
    return {part: _model_of(part).model_validate(values) for part, values in contents.items()}


def define(parts: Mapping[str, BaseModel], contents: Mapping[str, Any]) -> Definition:
    """The definition these parts make together; questions get their shared choices in hand."""
    choices = {part.partition(":")[2]: made for part, made in parts.items() if isinstance(made, ChoiceList)}
    lists: dict[str, list[Choice]] = {name: shared.choices for name, shared in choices.items()}
    forms = {made.key: _with_choices(made, lists) for made in parts.values() if isinstance(made, Form)}
    roles, menu = parts.get(ROLES), parts.get(MENU)
    return Definition(
        forms=dict(sorted(forms.items())),
        choices=choices,
        roles=roles if isinstance(roles, Roles) else Roles.model_validate({"roles": []}),
        menu=menu if isinstance(menu, Menu) else Menu.model_validate({"menu": []}),
        contents=dict(contents),
    )


def _with_choices(form: Form, lists: Mapping[str, list[Choice]]) -> Form:
    sections = [
        section.model_copy(update={"questions": [question.with_choices(lists) for question in section.questions]})
        for section in form.sections
    ]
    return Form.model_construct(**dict(form, sections=sections))
