"""The forms change, the answers stay.

At every start the forms are compared with the database. What only adds, names or retires is done at once,
in one transaction; a question whose answers must be written anew waits for ``dosar upgrade``. Nothing is
ever dropped: a question or form that disappears from the files keeps its column or table. A file that
cannot be used runs on as its last good version, which the database keeps.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from json import dumps
from logging import getLogger
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, insert, select

from dosar.database.audit.trail import queue_events
from dosar.database.store import Store
from dosar.database.system_tables import form_version_table, utc_now
from dosar.database.writing.lasting_numbers import give_numbers_once
from dosar.language.checks.changes.compatibility import conversion_findings, disappearance_findings, refusal_findings
from dosar.language.checks.changes.form_comparison import questions_by_column
from dosar.language.checks.form_checks import check_folder
from dosar.language.checks.stage_checks import unfit_questions
from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import (
    LASTING_PARTS,
    PROFILE,
    ROLES,
    STAGES,
    Definition,
    FormerChoices,
    is_part_used,
    make_definition,
    make_parts,
    with_choices,
    with_former_choices,
)
from dosar.language.load.finding import FilePlace, Finding, finding, finding_from_json, finding_to_json
from dosar.language.load.folder import FolderReading, folder_digest, read_folder
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.roles import Roles
from dosar.language.text.collation import sorted_after
from dosar.language.text.message import msgid
from dosar.language.text.translations import LANGUAGES
from dosar.migrations.compare.question_moves import QuestionMove, wanted_moves
from dosar.migrations.compare.stored_counts import AnswerCounts
from dosar.migrations.convert.renamed_forms import ANNOUNCEMENT_CODE, kept_after_renaming, plan_renamings
from dosar.migrations.convert.sealed_values import seal_own_values
from dosar.migrations.convert.search_index import has_index, refresh_index, refresh_sort_columns
from dosar.migrations.former_names import former_name_findings
from dosar.migrations.move_checks import judge_moves
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import PlanStep, carry_out_steps
from dosar.migrations.record_checks import (
    ChangedForm,
    gone_form_findings,
    gone_part_findings,
    notice_findings,
    refused_findings,
    upgrade_findings,
)
from dosar.migrations.sealed_answers import (
    BOUND_ANSWERS_SINCE_FORMAT,
    SEALED_ANSWERS_SINCE_FORMAT,
    bind_sealed_answers,
    seal_answers,
)
from dosar.migrations.sealed_choices import SEALED_CHOICES_SINCE_FORMAT, seal_choices
from dosar.migrations.sealed_files import SEALED_SINCE_FORMAT, seal_plain_files
from dosar.migrations.system_migrations import make_own_tables, name_leaders, put_back_drafts
from dosar.migrations.upgrade_audit import last_history_entry, upgrade_events
from dosar.records.history.deployed_forms import (
    FOLDER_ENTRY,
    KeptForms,
    deployed_contents,
    deployed_forms,
    read_kept_forms,
)
from dosar.records.history.former_choices import former_choices, former_from_json, former_to_json

log = getLogger(__name__)

RECORD_DEPENDENT_CODES = {"F020", "F048", "F049", "F058"}
"""Findings that may be gone although no file has changed: somebody corrected the records."""
PROGRAM = ("language", "fields", "database", "records", "migrations")
"""The packages that decide how forms are read and how their tables look."""
SEALING_ANEW = msgid("What an older Dosar kept is being encrypted as this one does it.")
READING_FORMS = msgid("The forms are being compared with the database.")


@dataclass(frozen=True)
class OpenedForms:
    """Forms ready to run, and what is to be said about their files."""

    definition: Definition
    findings: list[Finding] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    changed: bool = True
    """Whether anything in the folder differs from the last start."""
    files: Mapping[str, str] = field(default_factory=dict)
    """File → the part it holds."""


def open_forms(
    store: Store, folder: Path, converting: bool = False, tell: Callable[[str, float], None] = lambda step, done: None
) -> OpenedForms:
    """The forms of the folder, running on a database that fits them.

    Without ``converting`` a form with answers to convert runs on as its last good version. The tables of
    people who sign in must be there already. ``tell`` is called with what is done just now, for whoever waits.
    """
    digest = _digest_of(folder)
    with store.writing() as session:
        connection = session.connection()
        former = make_own_tables(connection)
        store.open_data_key()
        put_back_drafts(connection, former)
        _seal_older_values(store, connection, former.format, tell)
        tell(READING_FORMS, 0.0)
        unchanged = None if converting else _unchanged_outcome(connection, digest)
        if unchanged is not None:
            name_leaders(connection, unchanged.definition.roles)
            give_numbers_once(connection)
            return unchanged
        kept_forms, last_entry = read_kept_forms(connection), last_history_entry(connection)
        try:
            with connection.begin_nested():
                opened_forms = _compare_forms(connection, folder, kept_forms, converting)
                carry_out_steps(connection, opened_forms.steps)
                name_leaders(connection, opened_forms.definition.roles)
                refresh_index(connection, opened_forms.definition.forms.values())
                refresh_sort_columns(connection, opened_forms.definition.forms.values())
        except Exception as error:
            if converting or not kept_forms.good:
                raise
            log.exception("The database could not be made to fit the changed forms")
            last_good = _last_good_forms(connection, folder, kept_forms, error)
            give_numbers_once(connection)
            return last_good
        changed = _keep_parts(connection, opened_forms, read_kept_forms(connection, only_latest=True).latest, digest)
        queue_events(session, upgrade_events(connection, last_entry, changed))
        give_numbers_once(connection)
    return opened_forms


def _seal_older_values(
    store: Store, connection: Connection, former_format: int, tell: Callable[[str, float], None]
) -> None:
    """What an older Dosar left unsealed, or sealed otherwise."""
    due: list[Callable[[], object]] = []
    if former_format < SEALED_SINCE_FORMAT:
        due.append(lambda: seal_plain_files(store, connection))
    if former_format < SEALED_ANSWERS_SINCE_FORMAT:
        due.append(lambda: seal_own_values(connection))
    if former_format < SEALED_CHOICES_SINCE_FORMAT:
        due += [lambda: seal_answers(connection), lambda: seal_choices(connection)]
    if former_format < BOUND_ANSWERS_SINCE_FORMAT:
        due.append(lambda: bind_sealed_answers(connection))
    for position, seal in enumerate(due):
        if former_format:  # a new database has nothing yet
            tell(SEALING_ANEW, position / len(due))
        seal()


def _last_good_forms(connection: Connection, folder: Path, kept_forms: KeptForms, error: Exception) -> OpenedForms:
    """The last good version of everything: whatever happens to the files, the case workers go on working."""
    good = {part: values for part, values in kept_forms.good.items() if part != FOLDER_ENTRY}
    definition = make_definition(make_parts(good), good, _read_former(kept_forms.good.get(FOLDER_ENTRY)))
    before = deployed_contents(kept_forms)
    carry_out_steps(connection, plan_steps(connection, definition, _forms_as_deployed(kept_forms, before), before))
    name_leaders(connection, definition.roles)
    if not has_index(connection):
        refresh_index(connection, definition.forms.values())
    failed = finding(
        FilePlace(folder.name, 1),
        "F050",
        "The changed files could not be put into use (%(why)s). Nothing was changed: the last good version of all "
        "files runs. Undo the last change, or show this line to whoever looks after Dosar.",
        why=_error_name(error),
    )
    return OpenedForms(definition, [failed], files=_files_by_part(kept_forms.good))


def _error_name(error: Exception) -> str:
    """What kind of error it was; its words might hold answers."""
    return type(error).__name__


def preview_upgrade(store: Store, folder: Path, converting: bool = True) -> OpenedForms:
    """What :func:`open_forms` would do, by default converting too; nothing is changed."""
    store.open_kept_data_key()
    with store.snapshot() as connection:
        return _compare_forms(connection, folder, read_kept_forms(connection), converting)


def has_new_forms(store: Store, folder: Path) -> bool:
    """Whether a start compares the forms with the database: the files, or what the program makes of them, changed."""
    versions = form_version_table.c
    newest = select(versions.definition).where(versions.form == FOLDER_ENTRY).order_by(versions.id.desc()).limit(1)
    with store.snapshot() as connection:
        kept = connection.scalar(newest)
    return kept is None or kept["digest"] != _digest_of(folder)


def last_good_definition(store: Store) -> Definition:
    """The forms that ran last, whatever the files say now."""
    with store.snapshot() as connection:
        good = read_kept_forms(connection, only_latest=True).good
    former = _read_former(good.pop(FOLDER_ENTRY, None))
    return make_definition(make_parts(good), good, former)


def _digest_of(folder: Path) -> str:
    """What the files say and what the program makes of it: unchanged, the last outcome still holds."""
    return sha256(f"{folder_digest(folder)} {LANGUAGES} {sorted_after()} {_program_digest()}".encode()).hexdigest()


@cache
def _program_digest() -> str:
    """The program that runs, read once: another one on the disc runs from the next start on."""
    program, digest = Path(__file__).parents[1], sha256()
    for file in (file for name in PROGRAM for file in sorted((program / name).rglob("*.py"))):
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _unchanged_outcome(connection: Connection, digest: str) -> OpenedForms | None:
    """The outcome of the last start, if nothing has changed since."""
    good = read_kept_forms(connection, only_latest=True).good
    folder = good.pop(FOLDER_ENTRY, None)
    if not isinstance(folder, dict) or folder["digest"] != digest:
        return None
    findings = [finding_from_json(found) for found in folder["findings"]]
    if any(found.code in RECORD_DEPENDENT_CODES for found in findings):
        return None
    definition = make_definition(make_parts(good), good, _read_former(folder))
    return OpenedForms(definition, findings, changed=False, files=folder["files"])


def _read_former(folder: Any) -> FormerChoices:
    """The choices that were offered once, as the last start found them."""
    return former_from_json(folder.get("former", ())) if isinstance(folder, dict) else {}


def _compare_forms(connection: Connection, folder: Path, kept_forms: KeptForms, converting: bool) -> OpenedForms:
    reading = read_folder(folder)
    renamings, about_renamings = plan_renamings(reading, kept_forms, AnswerCounts(connection, {}), converting)
    for renaming in renamings:
        kept_forms = kept_after_renaming(kept_forms, renaming)
    before = deployed_contents(kept_forms)
    deployed = _forms_as_deployed(kept_forms, before)
    moves_wanted = list(wanted_moves(reading, deployed, _running_forms(reading, kept_forms.good)))
    reading.findings = [
        *check_folder(reading),
        *about_renamings,
        *_change_findings(connection, reading, deployed, converting, moves_wanted),
        *gone_form_findings(reading, AnswerCounts(connection, deployed), _files_by_part(kept_forms.good), folder.name),
        *gone_part_findings(reading, kept_forms.good),
        *former_name_findings(reading, kept_forms),
    ]
    moves, about_moves = judge_moves(
        moves_wanted, reading, connection, _roles_before_after(reading, kept_forms.good), converting
    )
    reading.findings = sorted([*reading.findings, *about_moves], key=lambda found: (found.place, found.code))
    contents = _usable_contents(reading, kept_forms.good)
    definition = _define_forms(kept_forms, contents)
    if any(unfit_questions(definition.stages, definition.forms)):  # the last good stages, of other forms than now run
        contents = {part: values for part, values in contents.items() if part != STAGES}
        definition = _define_forms(kept_forms, contents)
    steps = plan_steps(connection, definition, deployed, before, renamings, moves)
    files = {source.file: part for part, source in reading.sources.items() if part in contents}
    files_gone = {file: part for file, part in _files_by_part(kept_forms.good).items() if part not in files.values()}
    return OpenedForms(definition, reading.findings, steps, files={**files_gone, **files})


def _forms_as_deployed(kept_forms: KeptForms, before: Mapping[str, Any]) -> dict[str, Form]:
    """The forms with every question and every choice that answers may be of."""
    deployed = deployed_forms(kept_forms, before)
    former = former_choices(kept_forms, {}, deployed)
    return {key: with_former_choices(form, former.get(key)) for key, form in deployed.items()}


def _define_forms(kept_forms: KeptForms, contents: Mapping[str, Any]) -> Definition:
    """The forms of these contents, which still read answers by choices that are no longer offered."""
    parts = make_parts(contents)
    plain = make_definition(parts, contents)
    former = former_choices(kept_forms, contents, plain.forms)
    return make_definition(parts, contents, former) if former else plain


def _change_findings(
    connection: Connection,
    reading: FolderReading,
    deployed: Mapping[str, Form],
    converting: bool,
    moves: Sequence[QuestionMove],
) -> Iterator[Finding]:
    """What the files change about forms that have records."""
    lists = {made.list: made.choices for made in reading.parts.values() if isinstance(made, ChoiceList)}
    counts = AnswerCounts(connection, deployed)
    for part, made in reading.parts.items():
        if isinstance(made, Form) and made.key in deployed:
            changed_form = _changed_form(made, deployed[made.key], reading.sources[part], counts, reading)
            refusing = [
                *refusal_findings(changed_form.older, made, changed_form.source, lists, changed_form.unfit),
                *refused_findings(changed_form),
            ]
            yield from refusing
            moving = {move.older.name for move in moves if move.key == made.key}
            yield from disappearance_findings(changed_form.older, made, changed_form.source, moving)
            yield from notice_findings(changed_form)
            if not converting and not refusing:
                yield from conversion_findings(changed_form.older, made, changed_form.source)
                yield from upgrade_findings(changed_form)


def _running_forms(reading: FolderReading, good: Mapping[str, Any]) -> Iterator[Form]:
    """The forms of the folder that the organisation uses, with their choices in hand."""
    profile = reading.sources[PROFILE].contents if PROFILE in reading.parts else good.get(PROFILE)
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    lists.update({made.list: made.choices for made in reading.of(ChoiceList).values()})
    for part, made in reading.of(Form).items():
        if is_part_used(part, {PROFILE: profile} if profile else {}):
            yield with_choices(made, lists)


def _roles_before_after(reading: FolderReading, good: Mapping[str, Any]) -> tuple[Roles, Roles]:
    """The roles that ran last, and those of the folder."""
    before = make_parts({ROLES: good[ROLES]})[ROLES] if ROLES in good else Roles(roles=[])
    after = reading.parts.get(ROLES, before)
    assert isinstance(before, Roles) and isinstance(after, Roles)
    return before, after


def _changed_form(made: Form, older: Form, source: Source, counts: AnswerCounts, reading: FolderReading) -> ChangedForm:
    """The form with its choices in hand, as far as its lists can be read."""
    files = {made.list: reading.sources[part] for part, made in reading.of(ChoiceList).items()}
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    lists.update({made.list: made.choices for made in reading.of(ChoiceList).values()})
    return ChangedForm(older, with_choices(made, lists), source, counts, questions_by_column(made), files)


def _files_by_part(good: Mapping[str, Any]) -> dict[str, str]:
    folder = good.get(FOLDER_ENTRY)
    return dict(folder["files"]) if isinstance(folder, dict) else {}


def _usable_contents(reading: FolderReading, good: Mapping[str, Any]) -> dict[str, Any]:
    """The contents to run: those of the files, and the last good ones of what has a mistake or must not go missing."""
    broken = reading.broken()
    contents = {part: good[part] for part in LASTING_PARTS if part in good and part not in reading.sources}
    contents |= {part: source.contents for part, source in reading.sources.items() if part not in broken}
    files = _files_by_part(good)
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


def _keep_parts(connection: Connection, opened_forms: OpenedForms, latest: Mapping[str, Any], digest: str) -> list[str]:
    """Remember every part that changed, as the last good version from now on; returns which."""
    findings = [finding_to_json(found) for found in opened_forms.findings if found.code != ANNOUNCEMENT_CODE]
    former = former_to_json(opened_forms.definition.former)
    outcome = {"digest": digest, "files": opened_forms.files, "findings": findings, "former": former}
    parts: dict[str, Any] = {**opened_forms.definition.contents, FOLDER_ENTRY: outcome}
    parts_gone = {part: None for part, values in latest.items() if part not in parts and values is not None}
    changed = {part: values for part, values in {**parts, **parts_gone}.items() if latest.get(part) != values}
    for part, values in changed.items():
        connection.execute(
            insert(form_version_table).values(
                form=part,
                version=_version_of(values),
                digest=_fingerprint(values),
                definition=values,
                since=utc_now(),
            )
        )
    return sorted(changed.keys() - {FOLDER_ENTRY})


def _version_of(values: Any) -> int:
    version = values.get("version") if isinstance(values, dict) else None
    return version if isinstance(version, int) else 1


def _fingerprint(values: Any) -> str:
    return sha256((dumps(values, sort_keys=True) + token_hex(8)).encode()).hexdigest()
