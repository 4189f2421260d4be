"""What a back-up has and the data of today lack: records that are gone or put away, and answers that are others."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from dosar.backups.salvage.copied_answers import as_numbered_today
from dosar.backups.salvage.gone_records import STAMPS
from dosar.backups.salvage.open_copy import OpenCopy
from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.records.audit_log import answer_differences
from dosar.records.cases.merge import case_merged_into
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.save import record_filed_before
from dosar.records.sheets.stored_answers import answers_of, open_sheet


class Loss(Enum):
    """What became of a record since the back-up was made."""

    GONE = "gone"
    """There is no such record."""
    DELETED = "deleted"
    """It was put away, and lies among the deleted ones."""
    CHANGED = "changed"
    """It has other answers."""


@dataclass(frozen=True)
class LostRecord:
    """A record of the back-up, and what became of it."""

    form: str
    id: int
    """Its number in the back-up."""
    loss: Loss
    today: int | None = None
    """Its number today, where it is there."""


def is_same_record(one: Any, other: Any) -> bool:
    """Whether two rows of one form are of the same record, in whatever database they lie."""
    return all(getattr(one, name) == getattr(other, name) for name in STAMPS)


def salvage_token(form: str, record: Any) -> str:
    """What keeps a record from coming back twice where its number is another one's by now."""
    told = f"{form} {record.id} {record.created_at} {record.created_by}"
    return f"backup-{sha256(told.encode()).hexdigest()[:48]}"


def record_today(today: Repository, form: str, record: Any) -> Record | None:
    """The record of the data that this one of a back-up is, also a deleted one, whoever may see it."""
    record_class: Any = today.record_class(form)
    found: Record | None = _by_number(today, record_class, record.id)
    if found is not None and is_same_record(found, record):
        return found
    filed = record_filed_before(today, today.forms[form], salvage_token(form, record))
    return _by_number(today, record_class, filed) if filed else None


def _by_number(repository: Repository, record_class: Any, number: int) -> Record | None:
    with acting_as(SYSTEM_SCOPE):
        found: Record | None = repository.session.scalar(
            select(record_class).where(record_class.id == number), execution_options={"with_deleted": True}
        )
    return found


def losses_since(copy: OpenCopy, today: Repository, forms: Collection[str], most: int) -> list[LostRecord]:
    """What of these forms was put away after the back-up was made, or is gone, the newest first."""
    found: list[tuple[datetime, LostRecord]] = []
    for form in forms:
        for record in _gone(copy, today, form, most):
            found.append((record.created_at, LostRecord(form, record.id, Loss.GONE)))
        for deleted in _deleted_since(copy, today, form, most):
            if _is_in(copy, form, deleted):
                found.append((deleted.deleted_at, LostRecord(form, deleted.id, Loss.DELETED, deleted.id)))
    newest = sorted(found, key=lambda each: each[0], reverse=True)
    return [lost for _, lost in newest[:most]]


def _gone(copy: OpenCopy, today: Repository, form: str, most: int) -> Iterator[Any]:
    """The records of the back-up, within the reader's reach, of which the data still have no trace."""
    numbers = copy.gone.get(form, [])[-most:]
    if numbers:
        record_class: Any = copy.repository.record_class(form)
        wanted = select(*_stamps(record_class)).where(record_class.id.in_(numbers))
        for row in copy.repository.session.execute(wanted).all():
            case_id = copy.repository.case_of(form, row.id)
            if record_today(today, form, row) is None and _is_case_reached(copy, today, case_id):
                yield row


def _stamps(record_class: Any) -> list[Any]:
    return [getattr(record_class, name) for name in STAMPS]


def _deleted_since(copy: OpenCopy, today: Repository, form: str, most: int) -> Iterable[Any]:
    record_class: Any = today.record_class(form)
    wanted = select(*_stamps(record_class), record_class.deleted_at)
    wanted = wanted.where(record_class.deleted_at >= copy.moment).order_by(record_class.deleted_at.desc()).limit(most)
    return today.session.execute(wanted, execution_options={"with_deleted": True}).all()


def _is_in(copy: OpenCopy, form: str, row: Any) -> bool:
    record_class: Any = copy.repository.record_class(form)
    wanted = select(*_stamps(record_class)).where(record_class.id == row.id)
    found = copy.repository.session.execute(wanted).one_or_none()
    return found is not None and is_same_record(found, row)


def losses_of_case(copy: OpenCopy, today: Repository, forms: Iterable[Form], case_id: int) -> list[LostRecord]:
    """What became of the case with this number in the back-up and of its sheets, as far as the forms are known."""
    return [
        lost
        for form in forms
        if form.belongs_to or form.key == CASE_FORM
        for record in _of_case(copy.repository, form, case_id)
        if (lost := loss_of(copy, today, form, record)) is not None
    ]


def _of_case(repository: Repository, form: Form, case_id: int) -> list[Record]:
    record_class: Any = repository.record_class(form.key)
    of_case = getattr(record_class, record_class.case_column) == case_id
    return list(repository.session.scalars(select(record_class).where(of_case).order_by(record_class.id)))


def loss_of(copy: OpenCopy, today: Repository, form: Form, record: Record) -> LostRecord | None:
    """What became of this record of the back-up; nothing where its answers, as far as they are known, are the same."""
    found = record_today(today, form.key, record)
    if found is None:
        return LostRecord(form.key, record.id, Loss.GONE)
    if found.deleted_at is not None:
        return LostRecord(form.key, record.id, Loss.DELETED, found.id)
    if (found.version, found.changed_at) == (record.version, record.changed_at) or form.append_only:
        return None
    then, now = answers_of(copy.repository, record), answers_of(today, found)
    is_changed = bool(restorable_questions(copy, today, form, then, now))
    return LostRecord(form.key, record.id, Loss.CHANGED, found.id) if is_changed else None


def restorable_questions(copy: OpenCopy, today: Repository, form: Form, then: Answers, now: Answers) -> list[Question]:
    """The questions that were answered otherwise then and can be answered so again: what follows from others comes by
    itself, and a number that was given out stays."""

    def find(target: str, number: int) -> int | None:
        return number_today(copy, today, target, number)

    names = answer_differences(form, then, now)
    questions = [question for question in form.questions.values() if question.name in names]
    questions = [question for question in questions if not (question.computed or question.issued)]
    numbered = as_numbered_today(copy, today, questions, then, now, find)
    return [question for question in questions if _comparable(question, numbered) != _comparable(question, now)]


def _comparable(question: Question, answers: Answers) -> Any:
    """The answer, whichever numbers its rows have."""
    return question.to_json(question.unnumbered(answers.get(question.name))) or None


def number_today(copy: OpenCopy, today: Repository, form: str, number: int) -> int | None:
    """The number today of the record that has this one in the back-up; none where it is not there."""
    if form not in today.forms:
        return None
    record = _by_number(copy.repository, copy.repository.record_class(form), number)
    found = None if record is None else record_today(today, form, record)
    return None if found is None else int(found.id)


def opened_pair(copy: OpenCopy, today: Repository, form: str, record_id: int) -> tuple[Any, Record | None]:
    """The sheet of the back-up, within the reader's reach, and the record that it is today. Raises
    :class:`~dosar.records.scope.row_scope.OutOfReach`, also where she does not reach what it is today."""
    sheet = open_sheet(copy.repository, form, record_id)
    require_case_today(copy, today, copy.repository.case_of(form, record_id))
    found = record_today(today, form, sheet.record)
    if found is not None:
        found = today.find(form, found.id, with_deleted=True)
    return sheet, found


def require_case_today(copy: OpenCopy, today: Repository, case_id: int | None) -> None:
    """Of a case whose team she has left since, or that was restricted since, she reads nothing in the back-up either.

    Raises :class:`~dosar.records.scope.row_scope.OutOfReach`.
    """
    number = None if case_id is None else number_today(copy, today, CASE_FORM, case_id)
    if number is not None:
        today.find(CASE_FORM, case_merged_into(today, number) or number, with_deleted=True)


def _is_case_reached(copy: OpenCopy, today: Repository, case_id: int | None) -> bool:
    try:
        require_case_today(copy, today, case_id)
    except OutOfReach:
        return False
    return True
