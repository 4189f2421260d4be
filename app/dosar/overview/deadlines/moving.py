"""Putting a deadline off, waiving it, and taking that back: by who leads the case or coordinates all cases, with a
reason that is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert

from dosar.database.form_tables import Record
from dosar.database.system_tables import deadline_move_table, utc_now
from dosar.language.deadlines.moves import MoveRefusal, move_refusals
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.history.deadline_changes import DUE_AGAIN_ACTION, MOVED_ACTION, WAIVED_ACTION, DeadlineChange
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope
from dosar.records.scope.write_checks import require_written
from dosar.records.teams import teams_she_may_change


class MoveRefused(Exception):
    """What was asked for is not done, for these reasons."""

    def __init__(self, refusals: Sequence[MoveRefusal]) -> None:
        self.refusals = refusals
        super().__init__(*refusals)


@dataclass(frozen=True)
class Move:
    """What somebody makes of a deadline: another day, or none where it is waived this one time; and why."""

    day: date | None
    reason: str


def deadline_with(repository: Repository, deadline_id: int) -> Deadline:
    """The deadline with this number. Raises :class:`OutOfReach` for one out of reach, or that is due no more."""
    found = find_deadlines(repository, DeadlineFilter(ids=(deadline_id,)))
    if not found:
        raise OutOfReach("deadline")
    return found[0]


def is_due_still(repository: Repository, deadline: Deadline) -> bool:
    """Whether it is due on the same day as before: of what comes again, a day too early for it was filed."""
    cases = None if deadline.case_id is None else (deadline.case_id,)
    found = find_deadlines(repository, DeadlineFilter(cases=cases, rules=(deadline.rule.key,), since=deadline.day))
    place = deadline.record_id, deadline.row_id, deadline.day
    return any((each.record_id, each.row_id, each.day) == place for each in found)


def may_move(repository: Repository, deadline: Deadline, actor: Actor) -> bool:
    """Who leads the case, or corrects every case. Of what is of no case: who corrects the sheet it is counted from, if
    it is hers or nobody's, or she corrects every case. Never whose sheets wait for acceptance: a move does not."""
    return deadline.id in may_be_moved(repository, [deadline], actor)


def may_be_moved(repository: Repository, found: Iterable[Deadline], actor: Actor) -> set[int]:
    """The numbers of those of these deadlines that the acting worker may move, as :func:`may_move` says: one statement
    at most."""
    if actor.checked:
        return set()
    deadlines = [each for each in found if not each.only_read]
    cases = teams_she_may_change(repository, {each.case_id for each in deadlines if each.case_id is not None})
    return {each.id for each in deadlines if (_is_hers(each) if each.case_id is None else each.case_id in cases)}


def _is_hers(deadline: Deadline) -> bool:
    """Of what is of no case: whether the acting worker decides about it."""
    scope = current_scope.get()
    return scope.may("correct", deadline.rule.source.form) and (
        scope.corrects_every_case or deadline.user_id in (None, scope.worker_id)
    )


def require_movable(repository: Repository, deadline: Deadline, move: Move, actor: Actor) -> None:
    """Raises :class:`MoveRefused` without a reason, for a day that is over, the same one or years away, and
    :class:`OutOfReach`, also in a case that she only reads."""
    refusals = list(move_refusals(move.day, move.reason, deadline.day, deadline.rule_day, actor.today))
    if refusals:
        raise MoveRefused(refusals)
    require_written(repository.session, None, deadline.case_id)
    if not may_move(repository, deadline, actor):
        raise OutOfReach("deadline")


def move_deadline(repository: Repository, deadline: Deadline, move: Move, actor: Actor) -> None:
    """Put it off to another day, or waive it: this one time, as what comes again comes again. The history of the case
    tells it. Raises as :func:`require_movable`."""
    require_movable(repository, deadline, move, actor)
    action = WAIVED_ACTION if move.day is None else MOVED_ACTION
    _keep(repository, deadline, action, (deadline.day, move.day), move.reason, actor)


def take_back_move(repository: Repository, deadline: Deadline, is_waived: bool, reason: str, actor: Actor) -> None:
    """Let it be due again on its own day, which may be over by now; with or without a reason.

    ``is_waived`` for what :func:`waived_deadline` found. Raises :class:`OutOfReach` for what nobody moved, or is not
    hers to decide, also in a case that she only reads.
    """
    require_written(repository.session, None, deadline.case_id)
    if not may_take_back(repository, deadline, is_waived, actor):
        raise OutOfReach("deadline")
    days = (None if is_waived else deadline.day, deadline.own_day)
    _keep(repository, deadline, DUE_AGAIN_ACTION, days, reason, actor)


def may_take_back(repository: Repository, deadline: Deadline, is_waived: bool, actor: Actor) -> bool:
    """Whether somebody moved it, and the acting worker may decide about it."""
    return (is_waived or deadline.of_day is not None) and may_move(repository, deadline, actor)


def _keep(
    repository: Repository,
    deadline: Deadline,
    action: str,
    days: tuple[date | None, date | None],
    reason: str,
    actor: Actor,
) -> None:
    """Keep on which day it is due now, and let the history tell both days."""
    place = deadline.rule.source.form, deadline.record_id, deadline.row_id
    with repository.writing():
        record = _record(repository, deadline)
        repository.session.execute(
            insert(deadline_move_table).values(
                rule=deadline.rule.key,
                case_id=deadline.case_id,
                record_id=deadline.record_id,
                row_id=deadline.row_id,
                of_day=deadline.own_day,
                day=days[1],
                user_id=actor.user_id,
                at=utc_now(),
            )
        )
        change = DeadlineChange(deadline.rule.key, *place, *days)
        audit_log.note_deadline(repository, record, action, actor.user_id, change, reason.strip())


def _record(repository: Repository, deadline: Deadline) -> Record:
    """In whose history it stands: that of the case, or of the record of no case."""
    if deadline.case_id is not None:
        return repository.case(deadline.case_id)
    return repository.find(deadline.rule.source.form, deadline.record_id)
