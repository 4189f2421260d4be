"""Nobody erases a person alone: one asks, another confirms within a fortnight. A number is left, with who and why."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from dosar.database.audit.trail import add_event
from dosar.database.installation.erasure_register import ANONYMISE, ERASE, RegisterDamaged, registering
from dosar.database.installation.owed_rewrite import owe_rewrite, rewrite_or_owe
from dosar.database.system_tables import (
    CLOCK_MAY_GO_BACK,
    anonymous_case_table,
    erasure_request_table,
    tombstone_table,
    utc_now,
)
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake, msgid
from dosar.records.erasure.anonymisation import anonymise_persons
from dosar.records.erasure.erasure import erase_persons
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import cases_of_person, marks_of_cases
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as, current_scope

REQUEST_LIFETIME = timedelta(days=14)
GROUNDS = {
    "asked": msgid("The person asked for it (art. 17)"),
    "consent": msgid("The person took her consent back"),
    "term": msgid("The time for which it is kept is over"),
    "unlawful": msgid("It should never have been kept"),
}
"""Why, as far as it is kept: nothing of the person stands in it."""
Deed = Callable[[Repository, Sequence[int]], int]
DEEDS: dict[str, Deed] = {ERASE: erase_persons, ANONYMISE: anonymise_persons}
"""What may be asked for → what is done with these cases; it says how many sheets it concerned. The stronger one comes
first."""
request = erasure_request_table.c


@dataclass(frozen=True)
class ErasureRequest:
    """Somebody asked to have a case erased."""

    id: int
    case_id: int
    kind: str
    ground: str
    asked_by: int
    asked_at: datetime


@dataclass(frozen=True)
class Tombstone:
    """What is left."""

    number: int
    kind: str
    ground: str
    asked_by: int
    agreed_by: int
    at: datetime
    records: int


def may_ask_for_erasure(scope: Scope) -> bool:
    """Whether this worker may ask to have a case erased that she reaches."""
    return scope.may("delete", CASE_FORM)


def waiting_requests(repository: Repository) -> list[ErasureRequest]:
    """What waits for a second person, the oldest first."""
    now = utc_now()
    in_time = request.asked_at > now - REQUEST_LIFETIME, request.asked_at <= now + CLOCK_MAY_GO_BACK
    asked = select(erasure_request_table).where(*in_time).order_by(request.asked_at)
    return [ErasureRequest(**row._mapping) for row in repository.session.execute(asked)]


def waiting_request(repository: Repository, request_id: int) -> ErasureRequest | None:
    """The request with this number, while it waits."""
    return next((asked for asked in waiting_requests(repository) if asked.id == request_id), None)


def request_of_case(repository: Repository, case_id: int) -> ErasureRequest | None:
    """What is asked for this case, if anything is."""
    return next((found for found in waiting_requests(repository) if found.case_id == case_id), None)


def ask_for_erasure(repository: Repository, case_id: int, kind: str, ground: str, user_id: int) -> None:
    """Ask a second person to confirm. Raises :class:`Mistake` and :class:`OutOfReach`."""
    with repository.writing() as session:
        repository.find(CASE_FORM, case_id, with_deleted=True)
        if not may_ask_for_erasure(current_scope.get()):
            raise OutOfReach(CASE_FORM)
        if kind not in DEEDS or ground not in GROUNDS:
            raise Mistake("Choose what is to be done, and why.")
        if _is_anonymous(repository, case_id):
            raise Mistake("Only what the figures need is left of this case, and nobody knows whose it was.")
        if request_of_case(repository, case_id) is not None:
            raise Mistake("This was asked for already, and waits for a second person to confirm it.")
        _forget_request(repository, case_id)
        session.execute(
            insert(erasure_request_table).values(
                case_id=case_id, kind=kind, ground=ground, asked_by=user_id, asked_at=utc_now()
            )
        )
        add_event(session, f"{kind}.ask", case_id=case_id)


def refuse_erasure(repository: Repository, request_id: int) -> None:
    """Leave the case as it is; whoever asked may do so too. Raises :class:`Mistake`."""
    with repository.writing():
        asked = _waiting(repository, request_id)
        _forget_request(repository, asked.case_id)
        add_event(repository.session, f"{asked.kind}.refuse", case_id=asked.case_id)


def confirm_erasure(
    repository: Repository, request_id: int, user_id: int, seen: Collection[int] | None = None
) -> Tombstone:
    """Do what was asked for, as the second person, and leave nothing of it in the files of the database; ``seen`` are
    the requests of which she was told that they are done together.

    Raises :class:`Mistake`.
    """
    with ExitStack() as registered, repository.writing(), acting_as(SYSTEM_SCOPE):
        asked = _waiting(repository, request_id)
        if asked.asked_by == user_id:
            raise Mistake("A second person confirms it, not the one who asked.")
        together = [asked, *done_together(repository, asked, user_id)]
        if seen is not None and {one.id for one in together} != set(seen):
            raise Mistake("Others ask for the same since you looked at it. Look once more, and confirm then.")
        _register(repository, registered, asked.kind, [one.case_id for one in together])
        records = DEEDS[asked.kind](repository, [one.case_id for one in together])
        for one in together:
            _forget_request(repository, one.case_id)
            add_event(repository.session, one.kind, case_id=one.case_id)
        left = _leave_tombstone(repository, asked, user_id, records)
        owe_rewrite(repository.store.data_folder)
    rewrite_or_owe(repository.store)
    return left


def _register(repository: Repository, registered: ExitStack, deed: str, case_ids: Sequence[int]) -> None:
    """Enter all their cases into the register outside the database: a restored old copy is to be told what went
    since."""
    cases = [case for case_id in case_ids for case in cases_of_person(repository, case_id)]
    marks = sorted(marks_of_cases(repository, deed, cases).values())
    try:
        registered.enter_context(registering(repository.store.data_folder, deed, marks, utc_now()))
    except RegisterDamaged as damaged:
        raise Mistake(damaged.message.text, **damaged.message.values) from None


def _is_anonymous(repository: Repository, case_id: int) -> bool:
    """Whether the person was made anonymous: the case filed then is nobody's, and a mark of it would not be hers."""
    anonymous = anonymous_case_table.c.case_id
    return repository.session.scalar(select(anonymous).where(anonymous == case_id)) is not None


def done_together(repository: Repository, asked: ErasureRequest, user_id: int) -> list[ErasureRequest]:
    """Whatever else waits to be made anonymous and she may confirm: of several at once more is left."""
    others = [one for one in waiting_requests(repository) if one.id != asked.id and one.asked_by != user_id]
    return [one for one in others if asked.kind == one.kind == ANONYMISE]


def _waiting(repository: Repository, request_id: int) -> ErasureRequest:
    found = waiting_request(repository, request_id)
    if found is None:
        raise Mistake("Nobody asks for this any more.")
    return found


def _forget_request(repository: Repository, case_id: int) -> None:
    repository.session.execute(delete(erasure_request_table).where(request.case_id == case_id))


def _leave_tombstone(repository: Repository, asked: ErasureRequest, user_id: int, records: int) -> Tombstone:
    last = repository.session.scalar(select(func.max(tombstone_table.c.number))) or 0
    left = Tombstone(last + 1, asked.kind, asked.ground, asked.asked_by, user_id, utc_now(), records)
    repository.session.execute(insert(tombstone_table).values(**vars(left)))
    return left


def tombstones(repository: Repository, most: int = 50) -> Sequence[Tombstone]:
    """What was erased, the latest first."""
    rows = select(tombstone_table).order_by(tombstone_table.c.number.desc()).limit(most)
    return [Tombstone(**row._mapping) for row in repository.session.execute(rows)]
