"""The files in the folder compared with the database: what they change, what is wrong, and which forms run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from dosar.language.checks.changes.compatibility import conversion_findings, disappearance_findings, refusal_findings
from dosar.language.checks.changes.form_comparison import questions_by_column
from dosar.language.checks.form_checks import check_folder
from dosar.language.checks.stage_checks import unfit_questions
from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import Form
from dosar.language.load.definition import (
    PROFILE,
    ROLES,
    STAGES,
    Definition,
    is_part_used,
    make_definition,
    make_parts,
    with_choices,
    with_former_choices,
)
from dosar.language.load.finding import Finding
from dosar.language.load.folder import FolderReading, read_folder
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.roles import Roles
from dosar.migrations.compare.question_moves import QuestionMove, wanted_moves
from dosar.migrations.compare.stored_counts import AnswerCounts
from dosar.migrations.convert.renamed_forms import kept_after_renaming, plan_renamings
from dosar.migrations.former_names import former_name_findings
from dosar.migrations.move_checks import judge_moves
from dosar.migrations.plan.planner import plan_steps
from dosar.migrations.plan.steps import PlanStep
from dosar.migrations.record_checks import (
    ChangedForm,
    gone_form_findings,
    gone_part_findings,
    notice_findings,
    refused_findings,
    upgrade_findings,
)
from dosar.migrations.usable_contents import files_by_part, usable_contents
from dosar.records.history.deployed_forms import KeptForms, deployed_contents, deployed_forms
from dosar.records.history.former_choices import former_choices


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


def compare_forms(connection: Connection, folder: Path, kept_forms: KeptForms, converting: bool) -> OpenedForms:
    """What runs, and the steps by which the database comes to fit it; nothing is changed."""
    reading = read_folder(folder)
    renamings, about_renamings = plan_renamings(reading, kept_forms, AnswerCounts(connection, {}), converting)
    for renaming in renamings:
        kept_forms = kept_after_renaming(kept_forms, renaming)
    before = deployed_contents(kept_forms)
    deployed = forms_as_deployed(kept_forms, before)
    moves_wanted = list(wanted_moves(reading, deployed, _running_forms(reading, kept_forms.good)))
    reading.findings = [
        *check_folder(reading),
        *about_renamings,
        *_change_findings(connection, reading, deployed, converting, moves_wanted),
        *gone_form_findings(reading, AnswerCounts(connection, deployed), files_by_part(kept_forms.good), folder.name),
        *gone_part_findings(reading, kept_forms.good),
        *former_name_findings(reading, kept_forms),
    ]
    moves, about_moves = judge_moves(
        moves_wanted, reading, connection, _roles_before_after(reading, kept_forms.good), converting
    )
    reading.findings = sorted([*reading.findings, *about_moves], key=lambda found: (found.place, found.code))
    contents = usable_contents(reading, kept_forms.good)
    definition = _define_forms(kept_forms, contents)
    if any(unfit_questions(definition.stages, definition.forms)):  # the last good stages, of other forms than now run
        contents = {part: values for part, values in contents.items() if part != STAGES}
        definition = _define_forms(kept_forms, contents)
    steps = plan_steps(connection, definition, deployed, before, renamings, moves)
    files = {source.file: part for part, source in reading.sources.items() if part in contents}
    files_gone = {file: part for file, part in files_by_part(kept_forms.good).items() if part not in files.values()}
    return OpenedForms(definition, reading.findings, steps, files={**files_gone, **files})


def forms_as_deployed(kept_forms: KeptForms, before: Mapping[str, Any]) -> dict[str, Form]:
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
