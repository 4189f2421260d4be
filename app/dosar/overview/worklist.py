"""What waits in the cases somebody works on: what is due, and what is missing to go on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import false, select

from dosar.database.form_tables import Record, column_names
from dosar.database.system_tables import team_table
from dosar.database.union_reads import read_union
from dosar.language.form import CASE_FORM, Form
from dosar.language.stages import Stage, Stages
from dosar.overview.case_overview import dating_question
from dosar.overview.case_query import CaseQuery
from dosar.overview.due_dates import DueDay, days_due_until, promise_parts
from dosar.overview.stages import StageDocument, missing_documents, sheet_counts, stages_progress
from dosar.records.acceptance import is_accepted
from dosar.records.repository import Repository

ReadRows = list[dict[str, Any]]


@dataclass(frozen=True)
class LackingCase:
    """A case, and what is missing in it to go on: each document with the stage it belongs to."""

    case_id: int
    missing: Sequence[tuple[Stage, StageDocument]]


@dataclass(frozen=True)
class Worklist:
    """What waits in the worker's cases."""

    due: Sequence[DueDay] = ()
    """The soonest first."""
    lacking: Sequence[LackingCase] = ()
    """The longest untouched first."""


def find_worklist(
    repository: Repository,
    known: Mapping[str, Form],
    enterable: frozenset[str],
    stages: Stages,
    worker_id: int,
    until: date,
) -> Worklist:
    """What is due in the worker's cases until a day, and which lack documents, as far as she may fill them in.

    Two statements, however many cases she has.
    """
    kept: Any = repository.record_class(CASE_FORM)
    hers = select(team_table.c.case_id).where(team_table.c.user_id == worker_id, team_table.c.until.is_(None))
    cases = repository.session.scalars(select(kept).where(kept.id.in_(hers)).order_by(kept.changed_at, kept.id)).all()
    if not cases:
        return Worklist()
    hers_to_fill = {key: form for key, form in known.items() if key in enterable}
    promised = promise_parts(repository, hers_to_fill, stages.promises, hers)
    parts = {
        **_counted_sheets(repository, known, stages, hers),
        **_stage_dates(repository, known, stages, hers),
        **promised,
    }
    read = dict(zip(parts, read_union(repository.session, list(parts.values())), strict=True))
    due = days_due_until({promise: read.pop(promise) for promise in promised}, until)
    return Worklist(due, _cases_lacking(repository, known, enterable, stages, cases, read))


def _cases_lacking(
    repository: Repository,
    known: Mapping[str, Form],
    enterable: frozenset[str],
    stages: Stages,
    cases: Iterable[Record],
    read: Mapping[Any, ReadRows],
) -> list[LackingCase]:
    by_case = {key: _rows_by_case(rows) for key, rows in read.items()}
    looks = [_query_of_case(repository, known, case, by_case) for case in cases]
    missing = [
        (
            look.case,
            [
                (one.stage, document)
                for one, document in missing_documents(stages_progress(look, stages))
                if document.form in enterable
            ],
        )
        for look in looks
    ]
    return [LackingCase(case.id, documents) for case, documents in missing if documents]


def _counted_sheets(
    repository: Repository, known: Mapping[str, Form], stages: Stages, hers: Any
) -> dict[Any, tuple[Any, ...]]:
    """The sheets of the stages, counted by case."""
    parts: dict[Any, tuple[Any, ...]] = {}
    for stage, form in [(one, form) for one in stages.stages for form in one.needs if form in known]:
        kept: Any = repository.record_class(form)
        counts = [kept.case_id, *sheet_counts(kept)]
        since = _since_conditions(repository, known[form], kept, stage.since) if stage.since else []
        parts["filed", form, stage.since] = (kept, counts, [kept.case_id.in_(hers), *since], [kept.case_id])
    return parts


def _since_conditions(repository: Repository, form: Form, kept: Any, name: str) -> list[Any]:
    """Only sheets from a date of their case file on; none, where the reader may not know their day."""
    dated = dating_question(form)
    if dated is None or dated.name not in form.questions:
        return [false()]
    case: Any = repository.record_class(CASE_FORM)
    return [getattr(kept, dated.name) >= select(getattr(case, name)).where(case.id == kept.case_id).scalar_subquery()]


def _stage_dates(
    repository: Repository, known: Mapping[str, Form], stages: Stages, hers: Any
) -> dict[Any, tuple[Any, ...]]:
    """When the stages began and ended, as workers wrote."""
    told = stages.told_by
    if told is None or told.form not in known:
        return {}
    questions = known[told.form].questions
    if not {told.stage, told.entered, told.finished} <= set(questions):
        return {}
    kept: Any = repository.record_class(told.form)
    asked = [questions[name] for name in (told.stage, told.entered, told.finished)]
    columns = [getattr(kept, name) for question in asked for name in column_names(question)]
    return {"told": (kept, [kept.id, kept.case_id, *columns], [kept.case_id.in_(hers), is_accepted(kept)])}


NO_SHEETS = {"count": 0, "last": None, "lacking": 0, "newest": None, "waiting": 0}


def _rows_by_case(rows: ReadRows) -> dict[int, ReadRows]:
    found: dict[int, ReadRows] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(NO_SHEETS | row)
    return found


def _query_of_case(
    repository: Repository, known: Mapping[str, Form], case: Record, read: Mapping[Any, Mapping[int, ReadRows]]
) -> CaseQuery:
    """What a look at this one case would have found."""
    return CaseQuery(repository, known, case, found={key: rows.get(case.id, []) for key, rows in read.items()})
