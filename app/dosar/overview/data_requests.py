"""What persons asked about their data and nobody has decided yet, with the day by which they are answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.database.audit.trail import note_listed
from dosar.language.form import Form
from dosar.language.organisation.stages import RequestRegister
from dosar.records.repository import Repository


@dataclass(frozen=True)
class OpenRequest:
    """One request; what is asked is told as far as the reader may know it."""

    record_id: int
    case_id: int
    kind: Any
    received: date | None
    due: date


def open_requests(repository: Repository, register: RequestRegister, known: Form) -> list[OpenRequest]:
    """The open requests within reach, the oldest first; ``known`` is the form as the reader knows it."""
    if not {register.received, register.due} <= set(known.questions):
        return []
    record_class: Any = repository.record_class(register.form)
    columns = [
        record_class.id,
        record_class.case_id,
        *(getattr(record_class, name) for name in _columns(register, known)),
    ]
    received, due = getattr(record_class, register.received), getattr(record_class, register.due)
    query = select(*columns).where(due.is_not(None)).order_by(received, record_class.id)
    rows = [dict(row._mapping) for row in repository.session.execute(query)]
    note_listed(register.form, [row["id"] for row in rows])
    return [_request(register, known, row) for row in rows]


def _columns(register: RequestRegister, known: Form) -> Iterator[str]:
    for name in (register.kind, register.received, register.due):
        if name in known.questions:
            yield from known.questions[name].column_names()


def _request(register: RequestRegister, known: Form, row: dict[str, Any]) -> OpenRequest:
    kind = known.questions.get(register.kind)
    return OpenRequest(
        row["id"],
        row["case_id"],
        kind.restore_answer(row) if kind is not None else None,
        row[register.received],
        row[register.due],
    )
