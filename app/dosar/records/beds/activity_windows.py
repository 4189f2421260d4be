"""When the programme's sheet has time for an activity, and in which phase somebody stays on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.language.organisation.programme import Programme, Windows
from dosar.language.rules.evaluation import add_months
from dosar.records.repository import Repository


@dataclass(frozen=True)
class Window:
    """Some months of a phase."""

    programme_id: int
    phase: str
    since: int
    until: int | None

    def holds(self, stay: "PhaseOfStay", day: date) -> bool:
        """Whether the day of a stay is within it."""
        begin = add_months(stay.since.isoformat(), self.since)
        end = None if self.until is None else add_months(stay.since.isoformat(), self.until)
        told = day.isoformat()
        return stay.phase == self.phase and begin is not None and begin <= told and (end is None or told < end)


@dataclass(frozen=True)
class PhaseOfStay:
    """In which phase of which programme somebody stays, and since when."""

    programme_id: int | None
    phase: str
    since: date


def windows_of(repository: Repository, windows: Windows, kind: str) -> list[Window]:
    """The windows of an activity in every programme; one that has none is done at any time."""
    table = repository.forms[windows.form].questions[windows.rows]
    columns = {column.name: column for column in table.columns_asked()}
    row_class: Any = repository.tables.rows[windows.form, windows.rows]
    programme: Any = repository.record_class(windows.form)
    names = [name for column in columns.values() for name in column.column_names()]
    rows = repository.session.execute(
        select(programme.id.label("of_programme"), *[getattr(row_class, name) for name in names])
        .join(programme, row_class.record_id == programme.id)
        .order_by(programme.id, row_class.position, row_class.id)
    ).mappings()
    found = []
    for row in map(dict, rows):
        answers = {name: column.restore_answer(row) for name, column in columns.items()}
        if kind in dict(columns[windows.kinds].choices_in(answers[windows.kinds] or [])):
            found.append(
                Window(
                    row["of_programme"],
                    answers[windows.phase],
                    int(answers[windows.since] or 0),
                    None if answers[windows.until] is None else int(answers[windows.until]),
                )
            )
    return found


def stays_on(repository: Repository, declared: Programme, cases: Collection[int], day: date) -> dict[int, PhaseOfStay]:
    """Where these cases stay on the day."""
    stays, record_class = declared.stays, repository.record_class(declared.stays.form)
    kept: Any = record_class
    place: Any = repository.record_class(declared.places.form)
    programme = getattr(place, declared.places.programme) if declared.places.programme else None
    left = getattr(kept, stays.left)
    rows = repository.session.execute(
        select(
            kept.case_id,
            getattr(kept, stays.phase).label("in_phase"),
            getattr(kept, stays.since).label("since"),
            *([] if programme is None else [programme.label("of_programme")]),
        )
        .outerjoin(place, getattr(kept, stays.place) == place.id)
        .where(kept.case_id.in_(sorted(cases)), getattr(kept, stays.since) <= day, left.is_(None) | (left >= day))
        .order_by(getattr(kept, stays.since), kept.id)
    ).mappings()
    return {
        row["case_id"]: PhaseOfStay(row.get("of_programme"), row["in_phase"], row["since"])
        for row in rows
        if row["in_phase"]
    }
