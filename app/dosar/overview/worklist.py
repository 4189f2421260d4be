"""What is missing to go on in the cases somebody works on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import false, select

from dosar.database.joint_reads import DeferredRead, Rows, RowsOfParts, known_result
from dosar.database.system_tables import team_table
from dosar.database.union_reads import UnionPart
from dosar.language.answers.validation import knows_what_is_missing
from dosar.language.dating import dating_question
from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.stages import Stage, Stages
from dosar.language.restriction import CaseRestriction
from dosar.overview.case_query import CaseQuery
from dosar.overview.stages import StageDocument, missing_documents, progress_of_cases, sheet_counts
from dosar.records.repository import Repository
from dosar.records.scope.restricted_cases import restricting_sheets
from dosar.records.scope.row_scope import current_scope, works_on_case
from dosar.records.sheets.acceptance import is_accepted


@dataclass(frozen=True)
class LackingCase:
    """A case, and what is missing in it to go on: each document with the stage it belongs to."""

    case_id: int
    missing: Sequence[tuple[Stage, StageDocument]]


def query_lacking(
    repository: Repository, known: Mapping[str, Form], enterable: frozenset[str], stages: Stages, worker_id: int
) -> DeferredRead[list[LackingCase]]:
    """The worker's cases that lack documents, as far as she may fill them in, the longest untouched first.

    What lacks in a restricted case and is not written in it any more waits for nobody. It is read in one statement,
    however many cases she has.
    """
    if not current_scope.get().may("see", CASE_FORM):
        return known_result(list[LackingCase]())
    restrictions = [reach.of for reach in current_scope.get().restrictions]

    def lacking(found: RowsOfParts) -> list[LackingCase]:
        read = dict(found)
        cases = [SimpleNamespace(**row) for row in read.pop("cases")]
        held = [
            (of, {number for row in read.pop(("restricted", of.key)) for number in row.values()}) for of in restrictions
        ]
        in_order = sorted(cases, key=lambda case: (case.changed_at, case.id))
        return _as_far_as_written(_cases_lacking(repository, known, enterable, stages, in_order, read), held)

    kind = "lacking cases", tuple(known), worker_id
    return DeferredRead(kind, lambda: _lacking_parts(repository, known, stages, worker_id), lacking)


def _lacking_parts(
    repository: Repository, known: Mapping[str, Form], stages: Stages, worker_id: int
) -> dict[Any, UnionPart]:
    hers = select(team_table.c.case_id).where(
        team_table.c.user_id == worker_id, works_on_case(current_scope.get().today)
    )
    parts = {
        "cases": _her_cases(repository, stages, hers),
        **_counted_sheets(repository, known, stages, hers),
        **_stage_dates(repository, known, stages, hers),
        **_restrictions(hers),
    }
    return {key: UnionPart(*part) for key, part in parts.items()}


def _her_cases(repository: Repository, stages: Stages, hers: Any) -> tuple[Any, ...]:
    """Of each case what the stages need of its file."""
    case: Any = repository.record_class(CASE_FORM)
    dates = {name for stage in stages.stages for name in (stage.since, stage.until) if name and hasattr(case, name)}
    columns = [case.id, case.changed_at, *(getattr(case, name) for name in sorted(dates - {"changed_at"}))]
    return case, columns, [case.id.in_(hers)]


def _restrictions(hers: Any) -> dict[Any, tuple[Any, ...]]:
    """Which of the cases are restricted, by what restricts them."""
    parts: dict[Any, tuple[Any, ...]] = {}
    for reach in current_scope.get().restrictions:
        sheet, (number, *_), conditions = restricting_sheets(reach.of)
        parts["restricted", reach.of.key] = sheet, [number], [*conditions, number.in_(hers)]
    return parts


def _as_far_as_written(
    lacking: Sequence[LackingCase], held: Sequence[tuple[CaseRestriction, Collection[int]]]
) -> list[LackingCase]:
    """Without the sheets that what restricts a case leaves read only, and the cases that lack no other."""

    def is_written(form: str, case_id: int) -> bool:
        return all(form in one.restriction.written for one, cases in held if case_id in cases)

    left = [
        LackingCase(case.case_id, [missing for missing in case.missing if is_written(missing[1].form, case.case_id)])
        for case in lacking
    ]
    return [case for case in left if case.missing]


def _cases_lacking(
    repository: Repository,
    known: Mapping[str, Form],
    enterable: frozenset[str],
    stages: Stages,
    cases: Iterable[Any],
    read: Mapping[Any, Rows],
) -> list[LackingCase]:
    by_case = {key: _rows_by_case(rows) for key, rows in read.items()}
    needed = stages.without_optional()
    case_queries = [_query_of_case(repository, known, case, by_case) for case in cases]
    missing = [
        (
            case_query.case,
            [
                (progress.stage, document)
                for progress, document in missing_documents(of_case)
                if document.form in enterable
            ],
        )
        for case_query, of_case in zip(case_queries, progress_of_cases(case_queries, needed), strict=True)
    ]
    return [LackingCase(case.id, documents) for case, documents in missing if documents]


def _counted_sheets(
    repository: Repository, known: Mapping[str, Form], stages: Stages, hers: Any
) -> dict[Any, tuple[Any, ...]]:
    """The sheets of the stages, counted by case."""
    parts: dict[Any, tuple[Any, ...]] = {}
    for stage, form in [(step, form) for step in stages.stages for form in step.needs if form in known]:
        record_class: Any = repository.record_class(form)
        counts = [
            record_class.case_id,
            *sheet_counts(record_class, knows_what_is_missing(repository.forms[form], known[form])),
        ]
        since = _since_conditions(repository, known[form], record_class, stage.since) if stage.since else []
        parts["filed", form, stage.since] = (
            record_class,
            counts,
            [record_class.case_id.in_(hers), *since],
            [record_class.case_id],
        )
    return parts


def _since_conditions(repository: Repository, form: Form, record_class: Any, name: str) -> list[Any]:
    """Only sheets from a date of their case file on; none, where the reader may not know their day."""
    dated = dating_question(form)
    if dated is None or dated.name not in form.questions:
        return [false()]
    case: Any = repository.record_class(CASE_FORM)
    return [
        getattr(record_class, dated.name)
        >= select(getattr(case, name)).where(case.id == record_class.case_id).scalar_subquery()
    ]


def _stage_dates(
    repository: Repository, known: Mapping[str, Form], stages: Stages, hers: Any
) -> dict[Any, tuple[Any, ...]]:
    """When the stages began and ended, as workers wrote."""
    told_by = stages.told_by
    if told_by is None or told_by.form not in known:
        return {}
    questions = known[told_by.form].questions
    if not {told_by.stage, told_by.entered, told_by.finished} <= set(questions):
        return {}
    record_class: Any = repository.record_class(told_by.form)
    told_questions = [questions[name] for name in (told_by.stage, told_by.entered, told_by.finished)]
    columns = [getattr(record_class, name) for question in told_questions for name in question.column_names()]
    return {
        "told": (
            record_class,
            [record_class.id, record_class.case_id, *columns],
            [record_class.case_id.in_(hers), is_accepted(record_class)],
        )
    }


NO_SHEETS = {"count": 0, "last": None, "lacking": 0, "newest": None, "waiting": 0}


def _rows_by_case(rows: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(NO_SHEETS | row)
    return found


def _query_of_case(
    repository: Repository, known: Mapping[str, Form], case: Any, read: Mapping[Any, Mapping[int, Rows]]
) -> CaseQuery:
    """What a look at this one case would have found."""
    return CaseQuery(repository, known, case, found={key: rows.get(case.id, []) for key, rows in read.items()})
