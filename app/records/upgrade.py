"""The forms change, the answers stay.

At every start the forms are compared with the database. What only adds, names or retires is done at once,
in one transaction; a question whose answers must be written anew waits for ``dosar upgrade``. Nothing is
ever dropped: a question or form that disappears from the files keeps its column or table. A file that
cannot be used runs on as its last good version, which the database keeps.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from logging import getLogger
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, insert

from app.language.changes import columns_of, conversions, disappearances, refusals
from app.language.checks import check
from app.language.choices import Choice, ChoiceList
from app.language.finding import Finding, Place, finding, finding_from_json, finding_to_json
from app.language.folder import (
    PROFILE,
    ROLES,
    Definition,
    Former,
    Reading,
    define,
    folder_digest,
    is_picked,
    make_parts,
    read_folder,
    recalling,
    with_choices,
)
from app.language.form import CASE, Form
from app.language.reading import Source
from app.language.roles import Roles
from app.records.change_checks import Changed, gone_forms, refused, told, waiting
from app.records.form_names import COME_ALONG, renamed, renamings
from app.records.former import former_choices, former_from_json, former_to_json
from app.records.held import Held
from app.records.moving_questions import Move, judged, wanted_moves
from app.records.never_was import never_was
from app.records.own_tables import make_own_tables
from app.records.planning import Step, carry_out, plan
from app.records.reindexing import refresh_index
from app.records.standing import FOLDER, Kept, read_kept, standing_contents, standing_forms
from app.records.store import Store
from app.records.system import form_version, now

log = getLogger(__name__)

MENDED_BY_RECORDS = {"F020", "F048", "F049", "F058"}
"""Findings that may be gone although no file has changed: somebody corrected the records."""
PROGRAM = ("language", "fields", "records")
"""The packages that decide how forms are read and how their tables look."""


@dataclass(frozen=True)
class Opened:
    """Forms ready to run, and what is to be said about their files."""

    definition: Definition
    findings: list[Finding] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    changed: bool = True
    """Whether anything in the folder differs from the last start."""
    files: Mapping[str, str] = field(default_factory=dict)
    """File → the part it holds."""


def open_forms(store: Store, folder: Path, converting: bool = False) -> Opened:
    """The forms of the folder, running on a database that fits them.

    Without ``converting`` a form with answers to convert runs on as its last good version. The tables of
    people who sign in must be there already.
    """
    digest = _digest_of(folder)
    with store.writing() as session:
        connection = session.connection()
        make_own_tables(connection)
        unchanged = None if converting else _unchanged(connection, digest)
        if unchanged is not None:
            return unchanged
        kept = read_kept(connection)
        try:
            with connection.begin_nested():
                opened = _compared(connection, folder, kept, converting)
                carry_out(connection, opened.steps)
                refresh_index(connection, opened.definition.forms.values())
        except Exception as error:
            if converting or not kept.good:
                raise
            log.exception("The database could not be made to fit the changed forms")
            return _as_before(connection, folder, kept, error)
        _keep(connection, opened, read_kept(connection, only_latest=True).latest, digest)
    return opened


def _as_before(connection: Connection, folder: Path, kept: Kept, error: Exception) -> Opened:
    """The last good version of everything: whatever happens to the files, the case workers go on working."""
    good = {part: values for part, values in kept.good.items() if part != FOLDER}
    definition = define(make_parts(good), good, _former(kept.good.get(FOLDER)))
    before = standing_contents(kept)
    carry_out(connection, plan(connection, definition, _as_they_stand(kept, before), before))
    failed = finding(
        Place(folder.name, 1), "F050",
        "The changed files could not be put into use (%(why)s). Nothing was changed: the last good version of all "
        "files runs. Undo the last change, or show this line to whoever looks after Dosar.", why=_named(error),
    )
    return Opened(definition, [failed], files=_files(kept.good))


def _named(error: Exception) -> str:
    """What kind of error it was; its words might hold answers."""
    return type(error).__name__


def look(store: Store, folder: Path, converting: bool = True) -> Opened:
    """What :func:`open_forms` would do, by default converting too; nothing is changed."""
    with store.snapshot() as connection:
        return _compared(connection, folder, read_kept(connection), converting)


def last_good(store: Store) -> Definition:
    """The forms that ran last, whatever the files say now."""
    with store.snapshot() as connection:
        good = read_kept(connection, only_latest=True).good
    former = _former(good.pop(FOLDER, None))
    return define(make_parts(good), good, former)


def _digest_of(folder: Path) -> str:
    """What the files say and what the program makes of it: unchanged, the last outcome still holds."""
    program = Path(__file__).parents[1]
    sources = (file for name in PROGRAM for file in sorted((program / name).glob("*.py")))
    digest = sha256(folder_digest(folder).encode())
    for file in sources:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _unchanged(connection: Connection, digest: str) -> Opened | None:
    """The outcome of the last start, if nothing has changed since."""
    good = read_kept(connection, only_latest=True).good
    folder = good.pop(FOLDER, None)
    if not isinstance(folder, dict) or folder["digest"] != digest:
        return None
    findings = [finding_from_json(found) for found in folder["findings"]]
    if any(found.code in MENDED_BY_RECORDS for found in findings):
        return None
    definition = define(make_parts(good), good, _former(folder))
    return Opened(definition, findings, changed=False, files=folder["files"])


def _former(folder: Any) -> Former:
    """The choices that were offered once, as the last start found them."""
    return former_from_json(folder.get("former", ())) if isinstance(folder, dict) else {}


def _compared(connection: Connection, folder: Path, kept: Kept, converting: bool) -> Opened:
    reading = read_folder(folder)
    names, about_names = renamings(reading, kept, Held(connection, {}), converting)
    for one in names:
        kept = renamed(kept, one)
    before = standing_contents(kept)
    standing = _as_they_stand(kept, before)
    wanted = list(wanted_moves(reading, standing, _running(reading, kept.good)))
    reading.findings = [
        *check(reading), *about_names, *_changes(connection, reading, standing, converting, wanted),
        *gone_forms(reading, Held(connection, standing), _files(kept.good), folder.name), *never_was(reading, kept),
    ]
    moves, about_moves = judged(wanted, reading, connection, _roles(reading, kept.good), converting)
    reading.findings = sorted([*reading.findings, *about_moves], key=lambda one: (one.place, one.code))
    contents = _usable(reading, kept.good)
    definition = _defined(kept, contents)
    steps = plan(connection, definition, standing, before, names, moves)
    files = {source.file: part for part, source in reading.sources.items() if part in contents}
    gone = {file: part for file, part in _files(kept.good).items() if part not in files.values()}
    return Opened(definition, reading.findings, steps, files={**gone, **files})


def _as_they_stand(kept: Kept, before: Mapping[str, Any]) -> dict[str, Form]:
    """The forms with every question and every choice that answers may be of."""
    standing = standing_forms(kept, before)
    former = former_choices(kept, {}, standing)
    return {key: recalling(form, former.get(key)) for key, form in standing.items()}


def _defined(kept: Kept, contents: Mapping[str, Any]) -> Definition:
    """The forms of these contents, which still read answers by choices that are no longer offered."""
    parts = make_parts(contents)
    plain = define(parts, contents)
    former = former_choices(kept, contents, plain.forms)
    return define(parts, contents, former) if former else plain


def _changes(
    connection: Connection, reading: Reading, standing: Mapping[str, Form], converting: bool, moves: Sequence[Move],
) -> Iterator[Finding]:
    """What the files change about forms that have records."""
    lists = {made.list: made.choices for made in reading.parts.values() if isinstance(made, ChoiceList)}
    held = Held(connection, standing)
    for part, made in reading.parts.items():
        if isinstance(made, Form) and made.key in standing:
            one = _changed(made, standing[made.key], reading.sources[part], held, reading)
            refusing = [*refusals(one.older, made, one.source, lists, one.unfit), *refused(one)]
            yield from refusing
            moving = {move.asked.name for move in moves if move.key == made.key}
            yield from disappearances(one.older, made, one.source, moving)
            yield from told(one)
            if not converting and not refusing:
                yield from conversions(one.older, made, one.source)
                yield from waiting(one)


def _running(reading: Reading, good: Mapping[str, Any]) -> Iterator[Form]:
    """The forms of the folder that the organisation uses, with their choices in hand."""
    profile = reading.sources[PROFILE].contents if PROFILE in reading.parts else good.get(PROFILE)
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    lists.update({made.list: made.choices for made in reading.of(ChoiceList).values()})
    for part, made in reading.of(Form).items():
        if is_picked(part, {PROFILE: profile} if profile else {}):
            yield with_choices(made, lists)


def _roles(reading: Reading, good: Mapping[str, Any]) -> tuple[Roles, Roles]:
    """The roles that ran last, and those of the folder."""
    before = make_parts({ROLES: good[ROLES]})[ROLES] if ROLES in good else Roles(roles=[])
    after = reading.parts.get(ROLES, before)
    assert isinstance(before, Roles) and isinstance(after, Roles)
    return before, after


def _changed(made: Form, older: Form, source: Source, held: Held, reading: Reading) -> Changed:
    """The form with its choices in hand, as far as its lists can be read."""
    files = {made.list: reading.sources[part] for part, made in reading.of(ChoiceList).items()}
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    lists.update({made.list: made.choices for made in reading.of(ChoiceList).values()})
    return Changed(older, with_choices(made, lists), source, held, columns_of(made), files)


def _files(good: Mapping[str, Any]) -> dict[str, str]:
    folder = good.get(FOLDER)
    return dict(folder["files"]) if isinstance(folder, dict) else {}


def _usable(reading: Reading, good: Mapping[str, Any]) -> dict[str, Any]:
    """The contents to run: those of the files, and the last good ones of every part with a mistake."""
    broken = reading.broken()
    contents = {part: source.contents for part, source in reading.sources.items() if part not in broken}
    files = _files(good)
    for part in broken:
        # a file that cannot be read at all does not say its part; it is what it was the last time
        known = [part, files.get(reading.sources[part].file, part), _former_part(reading.sources[part])]
        if (last := next((one for one in known if one in good), None)) and last not in contents:
            contents[last] = good[last]
    for part in [part for part in contents if part.startswith("form:")]:
        _complete(part, contents, good)
    if f"form:{CASE}" not in contents:
        contents = {part: values for part, values in contents.items() if not _belongs_to_case(part, values)}
    return {part: values for part, values in contents.items() if is_picked(part, contents)}


def _former_part(source: Source) -> str:
    """The form under the name it had before: it keeps that one while it cannot be used under its new one."""
    return f"form:{source.contents.get('was')}" if isinstance(source.contents, dict) else ""


def _belongs_to_case(part: str, values: Any) -> bool:
    return part.startswith("form:") and values.get("belongs_to") == CASE


def _complete(part: str, contents: dict[str, Any], good: Mapping[str, Any]) -> None:
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
    return {f"choices:{name}" for question in columns_of(form).values() for name in question.choice_lists()}


def _keep(connection: Connection, opened: Opened, latest: Mapping[str, Any], digest: str) -> None:
    """Remember every part that changed, as the last good version from now on."""
    findings = [finding_to_json(one) for one in opened.findings if one.code != COME_ALONG]
    former = former_to_json(opened.definition.former)
    outcome = {"digest": digest, "files": opened.files, "findings": findings, "former": former}
    parts: dict[str, Any] = {**opened.definition.contents, FOLDER: outcome}
    gone = {part: None for part, values in latest.items() if part not in parts and values is not None}
    for part, values in {**parts, **gone}.items():
        if latest.get(part) != values:
            connection.execute(insert(form_version).values(
                form=part, version=_version(values), digest=_fingerprint(values), definition=values,
                since=now(),
            ))


def _version(values: Any) -> int:
    version = values.get("version") if isinstance(values, dict) else None
    return version if isinstance(version, int) else 1


def _fingerprint(values: Any) -> str:
    return sha256((dumps(values, sort_keys=True) + token_hex(8)).encode()).hexdigest()
