"""The stays of two cases that are to be one person's, as far as they put her in two places at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.language.organisation.programme import Programme
from dosar.records.beds.stay_days import Days, days_of_stay
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


@dataclass(frozen=True)
class DoubledStay:
    """A stay of one case and one of the other, on days of both."""

    stay: int
    other: int
    days: Days
    """Open where nobody knows until when."""

    @property
    def key(self) -> str:
        """Says which two they are."""
        return f"{self.stay}-{self.other}"


def doubled_stays(repository: Repository, case_id: int, other_case: int, today: date) -> list[DoubledStay]:
    """Each pair of them, those first that begin first."""
    declared = repository.definition.stages.programme
    if declared is None or declared.stays.form not in repository.forms:
        return []
    theirs, others = (list(_stays_of(repository, declared, case, today)) for case in (case_id, other_case))
    found = [
        DoubledStay(stay, other, Days(max(days.since, there.since), min(days.until, there.until)))
        for stay, days in theirs
        for other, there in others
        if days.overlaps(there)
    ]
    return sorted(found, key=lambda both: both.days.since)


def _stays_of(repository: Repository, declared: Programme, case_id: int, today: date) -> Iterator[tuple[int, Days]]:
    stays, record_class = declared.stays, repository.record_class(declared.stays.form)
    kept: Any = record_class
    since, last, left = (getattr(kept, name) for name in (stays.since, stays.last, stays.left))
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        rows = repository.session.execute(
            select(kept.id, since, last, left).where(kept.case_id == case_id, since.is_not(None))
        ).all()
    for number, begun, planned, gone in rows:
        yield number, days_of_stay(begun, planned, gone, today)
