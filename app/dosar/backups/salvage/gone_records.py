"""Which records of a back-up have left no trace in the data of today: found once, when it is opened."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

STAMPS = ("id", "created_at", "created_by")
"""What tells a record from any other one, whatever number somebody else's got in another database."""
ROWS_AT_ONCE = 5000


def gone_records(then: Repository, today: Repository) -> Mapping[str, list[int]]:
    """Form → the numbers, in the back-up, of the records that were there then and are not today, not even deleted."""
    with acting_as(SYSTEM_SCOPE):
        found = {form: _gone_of(then, today, form) for form in then.forms}
        then.session.remove()
        today.session.remove()
    return {form: numbers for form, numbers in found.items() if numbers}


def _gone_of(then: Repository, today: Repository, form: str) -> list[int]:
    with _stamps(then, form, False) as there, _stamps(today, form, True) as here:
        return list(_only_then(iter(there), iter(here)))


def _stamps(repository: Repository, form: str, with_deleted: bool) -> Any:
    record_class: Any = repository.record_class(form)
    stamps = select(*[getattr(record_class, name) for name in STAMPS]).order_by(record_class.id)
    return repository.session.execute(
        stamps, execution_options={"with_deleted": with_deleted, "yield_per": ROWS_AT_ONCE}
    )


def _only_then(then: Iterator[Any], today: Iterator[Any]) -> Iterator[int]:
    """Those of the first, both in the order of their numbers, that the second has not."""
    other = next(today, None)
    for row in then:
        while other is not None and other.id < row.id:
            other = next(today, None)
        if other is None or tuple(other) != tuple(row):
            yield row.id
