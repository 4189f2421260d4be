"""What waits in the cases somebody works on: what is due, and what is missing to go on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import false, select

from app.language.form import CASE, Form
from app.language.stages import Stage, Stages
from app.records.acceptance import accepted
from app.records.cabinet import Cabinet
from app.records.glancing import Glance
from app.records.overview import dating_question
from app.records.promises import Due, due_until, parts_promised
from app.records.stages import Document, sheets_counted, stages_now, to_go_on
from app.records.system import team
from app.records.tables import Record, column_names
from app.records.together import read_together

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Lacking:
    """A case, and what is missing in it to go on: each document with the stage it belongs to."""

    case_id: int
    missing: Sequence[tuple[Stage, Document]]


@dataclass(frozen=True)
class ToDo:
    """What waits in the worker's cases."""

    due: Sequence[Due] = ()
    """The soonest first."""
    lacking: Sequence[Lacking] = ()
    """The longest untouched first."""


def to_do(
    cabinet: Cabinet, known: Mapping[str, Form], enterable: frozenset[str], stages: Stages, worker_id: int, until: date,
) -> ToDo:
    """What is due in the worker's cases until a day, and which lack documents, as far as she may fill them in.

    Two statements, however many cases she has.
    """
    kept: Any = cabinet.record_class(CASE)
    hers = select(team.c.case_id).where(team.c.user_id == worker_id, team.c.until.is_(None))
    cases = cabinet.session.scalars(select(kept).where(kept.id.in_(hers)).order_by(kept.changed_at, kept.id)).all()
    if not cases:
        return ToDo()
    hers_to_fill = {key: form for key, form in known.items() if key in enterable}
    promised = parts_promised(cabinet, hers_to_fill, stages.promises, hers)
    parts = {**_counted(cabinet, known, stages, hers), **_told(cabinet, known, stages, hers), **promised}
    read = dict(zip(parts, read_together(cabinet.session, list(parts.values())), strict=True))
    due = due_until({promise: read.pop(promise) for promise in promised}, until)
    return ToDo(due, _lacking(cabinet, known, enterable, stages, cases, read))


def _lacking(
    cabinet: Cabinet, known: Mapping[str, Form], enterable: frozenset[str], stages: Stages, cases: Iterable[Record],
    read: Mapping[Any, Rows],
) -> list[Lacking]:
    by_case = {key: _by_case(rows) for key, rows in read.items()}
    looks = [_look(cabinet, known, case, by_case) for case in cases]
    missing = [
        (look.case, [
            (one.stage, document) for one, document in to_go_on(stages_now(look, stages))
            if document.form in enterable
        ])
        for look in looks
    ]
    return [Lacking(case.id, documents) for case, documents in missing if documents]


def _counted(cabinet: Cabinet, known: Mapping[str, Form], stages: Stages, hers: Any) -> dict[Any, tuple[Any, ...]]:
    """The sheets of the stages, counted by case."""
    parts: dict[Any, tuple[Any, ...]] = {}
    for stage, form in [(one, form) for one in stages.stages for form in one.needs if form in known]:
        kept: Any = cabinet.record_class(form)
        counts = [kept.case_id, *sheets_counted(kept)]
        since = _since(cabinet, known[form], kept, stage.since) if stage.since else []
        parts["filed", form, stage.since] = (kept, counts, [kept.case_id.in_(hers), *since], [kept.case_id])
    return parts


def _since(cabinet: Cabinet, form: Form, kept: Any, name: str) -> list[Any]:
    """Only sheets from a date of their case file on; none, where the reader may not know their day."""
    dated = dating_question(form)
    if dated is None or dated.name not in form.questions:
        return [false()]
    case: Any = cabinet.record_class(CASE)
    return [getattr(kept, dated.name) >= select(getattr(case, name)).where(case.id == kept.case_id).scalar_subquery()]


def _told(cabinet: Cabinet, known: Mapping[str, Form], stages: Stages, hers: Any) -> dict[Any, tuple[Any, ...]]:
    """When the stages began and ended, as workers wrote."""
    told = stages.told_by
    if told is None or told.form not in known:
        return {}
    questions = known[told.form].questions
    if not {told.stage, told.entered, told.finished} <= set(questions):
        return {}
    kept: Any = cabinet.record_class(told.form)
    asked = [questions[name] for name in (told.stage, told.entered, told.finished)]
    columns = [getattr(kept, name) for question in asked for name in column_names(question)]
    return {"told": (kept, [kept.id, kept.case_id, *columns], [kept.case_id.in_(hers), accepted(kept)])}


NOTHING = {"count": 0, "last": None, "lacking": 0, "newest": None, "waiting": 0}


def _by_case(rows: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(NOTHING | row)
    return found


def _look(cabinet: Cabinet, known: Mapping[str, Form], case: Record, read: Mapping[Any, Mapping[int, Rows]]) -> Glance:
    """What a look at this one case would have found."""
    return Glance(cabinet, known, case, found={key: rows.get(case.id, []) for key, rows in read.items()})
