"""Break-glass: a worker outside a case opens it with a reason, for a few hours; whoever watches over all cases is told.

Which cases are open to whom stands in the statement that says who somebody is (:mod:`dosar.access.identity`): when the
hours are over, the next page is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from dosar.access.services import AccessServices
from dosar.access.tables import emergency_access_table
from dosar.access.worker import Worker
from dosar.database.form_tables import Record
from dosar.database.joint_reads import DeferredRead
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.database.union_reads import UnionPart
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.repository import LARGEST_NUMBER, Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

OPEN_FOR = timedelta(hours=4)
TOLD_FOR = timedelta(days=30)
EMERGENCY_ACTION = "emergency"
access = emergency_access_table.c


@dataclass(frozen=True)
class EmergencyAccess:
    """Somebody opened a case that she does not work on."""

    id: int
    user_id: int
    case_id: int
    opened: datetime
    until: datetime
    seen_by: int | None


class WorksThereAlready(Mistake):
    """She reaches the case without any emergency."""

    def __init__(self, case_id: int) -> None:
        super().__init__("This case is open to you already.")
        self.case_id = case_id


def watches_over_cases(worker: Worker) -> bool:
    """Whether she is told: who reaches every case and may correct it."""
    return worker.scope.reaches_all_cases and worker.may("correct", CASE_FORM)


def open_in_emergency(
    services: AccessServices, repository: Repository, by: Worker, code: str, reason: str
) -> tuple[int, datetime]:
    """Open the case with this code to the worker; gives its number, and until when it is open. Where she opened it
    before, its hours go on as they are. Raises :class:`Mistake`."""
    if (hers := _own_case(repository, by, code.strip())) is not None:
        raise WorksThereAlready(hers.id)
    if not reason.strip():
        raise Mistake("Write why you have to open this case now.")
    if not repository.emergency_codes.allows(by.id, code.strip().casefold()):
        raise Mistake("You have tried many case numbers today. Ask the coordinator.")
    with repository.writing() as session, acting_as(SYSTEM_SCOPE):
        case = _case_with_code(repository, code.strip())
        if case is None:
            raise Mistake("There is no case with this number.")
        number, now = case.id, services.clock()
        open_until = _open_until(services, by, number)
        if open_until is not None:
            return number, open_until
        session.execute(
            insert(emergency_access_table).values(user_id=by.id, case_id=number, opened=now, until=now + OPEN_FOR)
        )
        audit_log.note_change(repository, case, EMERGENCY_ACTION, by.id, {}, reason.strip())
    return number, now + OPEN_FOR


def _open_until(services: AccessServices, by: Worker, case_id: int) -> datetime | None:
    """Until when she has opened the case already."""
    now = services.clock()
    found: datetime | None = services.session.scalar(
        select(func.max(access.until)).where(
            access.user_id == by.id,
            access.case_id == case_id,
            access.until > now,
            access.opened <= now + CLOCK_MAY_GO_BACK,
        )
    )
    return found


def emergencies(services: AccessServices, unseen: bool = False) -> Sequence[EmergencyAccess]:
    """What was opened in the last weeks, the latest first; of it what nobody has looked at yet."""
    return query_emergencies(services, unseen).read(services.session)


def query_emergencies(services: AccessServices, unseen: bool = False) -> DeferredRead[Sequence[EmergencyAccess]]:
    """The same, to be asked for together with others."""
    columns = [access[name] for name in ("id", "user_id", "case_id", "opened", "until", "seen_by")]
    conditions = [access.opened > bindparam("opened_after"), *([access.seen_by.is_(None)] if unseen else [])]
    part = UnionPart(emergency_access_table, columns, conditions)
    return DeferredRead.of_part(
        ("emergencies", unseen),
        lambda: part,
        lambda rows: sorted((EmergencyAccess(**row) for row in rows), key=lambda each: -each.id),
        {"opened_after": services.clock() - TOLD_FOR},
    )


def mark_seen(services: AccessServices, by: Worker, emergency_id: int) -> None:
    """Write down who looked at it: not whoever opened it herself."""
    if emergency_id > LARGEST_NUMBER:
        return
    with services.store.writing() as session:
        session.execute(
            update(emergency_access_table)
            .where(access.id == emergency_id, access.user_id != by.id, access.seen_by.is_(None))
            .values(seen_by=by.id)
        )


def end_emergency(services: AccessServices, by: Worker, emergency_id: int) -> None:
    """Close the case to this worker again before her hours are over; whoever looked at it has seen it."""
    mark_seen(services, by, emergency_id)
    if emergency_id > LARGEST_NUMBER:
        return
    with services.store.writing() as session:
        ended = session.execute(select(access.user_id, access.case_id).where(access.id == emergency_id)).one_or_none()
        if ended is not None:
            session.execute(
                update(emergency_access_table)
                .where(access.user_id == ended.user_id, access.case_id == ended.case_id)
                .where(access.until > services.clock())
                .values(until=services.clock())
            )


def _own_case(repository: Repository, by: Worker, code: str) -> Record | None:
    """The case with this code, if she reaches it without any emergency."""
    with acting_as(replace(by.scope, emergencies=frozenset())):
        return _case_with_code(repository, code)


def _case_with_code(repository: Repository, code: str) -> Record | None:
    question = repository.forms[CASE_FORM].code_question
    record_class: Any = repository.record_class(CASE_FORM)
    if question is None or not code:
        return None
    found: Record | None = repository.session.scalars(
        select(record_class).where(getattr(record_class, question.name) == code.upper())
    ).first()
    return found
