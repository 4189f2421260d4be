"""The rows of the programmes' sheets that say what holds in a phase: how long one stays, with which services."""

from typing import Any

from sqlalchemy import select

from dosar.language.organisation.programme import Programme, Terms
from dosar.language.question import Answers
from dosar.records.repository import Repository


def rows_of_phase(
    repository: Repository, declared: Programme, terms: Terms, phase: str, place_id: int | None
) -> list[tuple[bool, Answers]]:
    """The rows of a phase, each with whether it stands in the sheet of the place's own programme."""
    if terms.form not in repository.forms:
        return []
    table = repository.forms[terms.form].questions[terms.rows]
    row_class: Any = repository.tables.rows[terms.form, terms.rows]
    programme: Any = repository.record_class(terms.form)
    names = [name for column in table.columns_asked() for name in column.column_names()]
    found = repository.session.execute(
        select(programme.id.label("of_programme"), *[getattr(row_class, name) for name in names])
        .join(programme, row_class.record_id == programme.id)
        .where(getattr(row_class, terms.phase) == phase)
        .order_by(programme.id, row_class.position, row_class.id)
    ).mappings()
    own = _programme_of_place(repository, declared, place_id)
    return [
        (
            own is not None and row["of_programme"] == own,
            {column.name: column.restore_answer(row) for column in table.columns_asked()},
        )
        for row in map(dict, found)
    ]


def _programme_of_place(repository: Repository, declared: Programme, place_id: int | None) -> int | None:
    if place_id is None or declared.places.programme is None:
        return None
    place: Any = repository.record_class(declared.places.form)
    query = select(getattr(place, declared.places.programme)).where(place.id == place_id)
    programme: int | None = repository.session.scalar(query)
    return programme
