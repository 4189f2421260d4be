"""Who may reach which records: what :mod:`dosar.records.scope.scope_enforcement` holds below every page.

A :class:`Scope` says what the acting worker may do with each form and whose cases she works on. The
edge (:mod:`dosar.access.authorization`, the command line) sets it once; until then nothing can be seen or
written. Sources: roles.yaml; security.md's measured row scope.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from dosar.database.form_tables import Record, StoredEntry, StoredRow
from dosar.database.system_tables import team_table, utc_now
from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.roles import CASES_REACHED, CasesReached, RecordAction
from dosar.language.question_options import Sensitivity
from dosar.records.scope.restricted_cases import CASE_NUMBERS, RestrictedReach, is_restricted, is_restricted_here

WITHDRAWAL_TIME = timedelta(hours=24)


class OutOfReach(Exception):
    """The acting worker may not do this, or the record does not exist: both look alike."""


class RefusedInCase(OutOfReach):
    """The worker sees the case, and such a sheet is not written in it now: she reads why."""


class CaseIsRestricted(RefusedInCase):
    """The worker sees the case, and its sheets of this form are not written while it is restricted."""

    def __init__(self, case_id: int, form: str) -> None:
        self.case_id, self.form = case_id, form
        super().__init__(form)


@dataclass(frozen=True, eq=False)
class Scope:
    """What the acting worker may do.

    ``colleagues`` are the workers whose cases count: herself for *own*, her groups' members for
    *team*; ``teammates`` are her groups' members, whosever cases she works on. ``rights`` maps a form's key to the
    actions allowed on its records. ``clearances`` are the sensitive answers she sees, ``enters`` those she may type
    into a new record.
    """

    worker_id: int | None = None
    cases: CasesReached = "none"
    colleagues: frozenset[int] = frozenset()
    rights: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    clearances: frozenset[Sensitivity] = frozenset()
    enters: frozenset[Sensitivity] = frozenset()
    system: bool = False
    teammates: frozenset[int] = frozenset()
    only_case: int | None = None
    """Of the cases she reaches, the one that this request is about, if it may read of no other one."""
    emergencies: frozenset[int] = frozenset()
    """Cases on which she does not work and that are open to her for a few hours."""
    today: date | None = None
    """The day on which it holds, by the organisation's clock; a place in a team may begin later or be over."""
    restrictions: tuple[RestrictedReach, ...] = ()
    """What restricts cases, and whose restricted ones she goes on reaching."""

    def may(self, action: str, form: str) -> bool:
        """Whether the rights of the worker's roles hold ``action`` on the form."""
        return self.system or action in self.rights.get(form, ())

    @property
    def reaches_all_cases(self) -> bool:
        """Whether every case is one of hers, the restricted ones too."""
        return self.system or (self.cases == "all" and self.only_case is None and not self._narrowing)

    @cached_property
    def _narrowing(self) -> tuple[RestrictedReach, ...]:
        """The restrictions by which cases are kept from her that would be hers."""
        width = CASES_REACHED.index(self.cases)
        return tuple(reach for reach in self.restrictions if CASES_REACHED.index(reach.cases) < width)

    def reaches(self, case_id: Any) -> ColumnElement[bool]:
        """The condition under which a case (a column of case ids) is one of hers."""
        if self.only_case is not None:
            about: ColumnElement[bool] = case_id == self.only_case
            return about & self._anywhere.reaches(case_id)
        if self.reaches_all_cases:
            return true()
        if self.cases == "none" or not self.colleagues:
            return false()
        hers: ColumnElement[bool] = (
            and_(*[~is_restricted(reach.of, case_id) | self._works_on(reach, case_id) for reach in self._narrowing])
            if self.cases == "all"
            else case_id.in_(self._case_ids)
        )
        return hers | case_id.in_(sorted(self.emergencies)) if self.emergencies else hers

    def only_reads(self, case_id: Any) -> ColumnElement[bool]:
        """The condition under which she writes nothing in the case (a column of case ids of a plain table), since
        others alone do while it is restricted."""
        restricts = is_restricted if self.cases == "all" else is_restricted_here
        return or_(false(), *[restricts(reach.of, case_id) for reach in self.restrictions if reach.of.read_only])

    @property
    def corrects_every_case(self) -> bool:
        """Whether she coordinates: every case is hers to correct, and so whatever nobody else decides about it."""
        return self.system or (self.cases == "all" and self.may("correct", CASE_FORM))

    def reaches_case(self, case_id: Any) -> ColumnElement[bool]:
        """The condition under which she finds the case (a column of case ids) of which a table of Dosar's own tells."""
        if not self.may("see", CASE_FORM) and not self.may("choose", CASE_FORM):
            return false()
        gone = select(CASE_NUMBERS.c.id).where(CASE_NUMBERS.c.deleted_at.is_not(None))
        return and_(self.reaches(case_id), case_id.not_in(gone))

    @cached_property
    def _anywhere(self) -> "Scope":
        """The same without the case that a request is about: one for every table, or its cases get several names."""
        return replace(self, only_case=None)

    def _works_on(self, reach: RestrictedReach, case_id: Any) -> ColumnElement[bool]:
        """Whether a restricted case (a column of case ids) is one of those that she goes on reaching."""
        workers = self._workers_of(reach)
        if not workers:
            return false()
        places = _is_one_of(team_table.c.user_id, workers), works_on_case(self.today)
        found: ColumnElement[bool] = case_id.in_(select(team_table.c.case_id).where(*places))
        return found

    def _workers_of(self, reach: RestrictedReach) -> frozenset[int]:
        """The workers by whose cases she goes on reaching what is restricted."""
        if reach.cases == "none" or self.worker_id is None:
            return frozenset()
        return frozenset({self.worker_id}) if reach.cases == "own" else self.teammates | {self.worker_id}

    def _named_in(self, entry_class: type[StoredEntry]) -> ColumnElement[bool]:
        """A private record is reached by the users it names, whatever their rights."""
        if self.system or (issubclass(entry_class, Record) and not entry_class.private_to):
            return true()
        if issubclass(entry_class, StoredRow):
            private = entry_class.of.private_to
            return (
                true()
                if not private
                else entry_class.record_id.in_(select(entry_class.of.id).where(self._named_in(entry_class.of)))
            )
        return or_(*[getattr(entry_class, column) == self.worker_id for column in entry_class.private_to])

    @cached_property
    def _case_ids(self) -> Any:
        """Named once for all the tables a statement reads: a page about a case reads dozens."""
        hers = select(team_table.c.case_id).where(
            _is_one_of(team_table.c.user_id, self.colleagues),
            works_on_case(self.today),
            *[self._unless_restricted(reach) for reach in self._narrowing],
        )
        return select(hers.cte("hers").c.case_id)

    def _unless_restricted(self, reach: RestrictedReach) -> ColumnElement[bool]:
        """Whether a place in a team opens the case although something may restrict it."""
        open_to_all = ~is_restricted_here(reach.of, team_table.c.case_id)
        workers = self._workers_of(reach)
        return open_to_all | _is_one_of(team_table.c.user_id, workers) if workers else open_to_all

    def _only_chooses(self, entry_class: type[StoredEntry]) -> bool:
        """Whether records are within reach only to be named where others point to them; their rows are not."""
        return issubclass(entry_class, Record) and self.may("choose", entry_class.form_key)

    def _case_is_there(self, entry_class: type[StoredEntry]) -> ColumnElement[bool]:
        """What was deleted with a case, or before it, is within reach only of who may bring the case back: her rights
        on the sheets alone would go on telling her of a person whom she no longer finds."""
        if entry_class.case_column is None or self.may("delete", CASE_FORM):
            return true()
        if entry_class.case_column == "id":
            there: ColumnElement[bool] = entry_class.deleted_at.is_(None)  # type: ignore[attr-defined]
            return there
        case_id = getattr(entry_class, entry_class.case_column)
        cases = next(iter(entry_class.__table__.c[entry_class.case_column].foreign_keys)).column.table  # type: ignore[attr-defined]
        not_gone: ColumnElement[bool] = case_id.not_in(select(cases.c.id).where(cases.c.deleted_at.is_not(None)))
        return not_gone

    def criterion(self, entry_class: type[StoredEntry], with_deleted: bool) -> ColumnElement[bool]:
        """The rows of one record class this scope sees."""
        if not self.may("see", entry_class.form_key) and not self._only_chooses(entry_class):
            return false()
        seen: ColumnElement[bool] = (
            true() if entry_class.case_column is None else self.reaches(getattr(entry_class, entry_class.case_column))
        )
        seen &= self._named_in(entry_class)
        if with_deleted:
            return seen & self._case_is_there(entry_class)
        if issubclass(entry_class, StoredRow):
            return seen
        not_deleted: ColumnElement[bool] = seen & entry_class.deleted_at.is_(None)  # type: ignore[attr-defined]
        return not_deleted


def works_on_case(day: date | None) -> ColumnElement[bool]:
    """Whether a place in the team of a case opens it on that day; with no day, whether it was not left."""
    not_left: ColumnElement[bool] = team_table.c.until.is_(None)
    if day is None:
        return not_left
    begun = team_table.c.since <= day
    return not_left & begun & or_(team_table.c.planned_end.is_(None), team_table.c.planned_end >= day)


def _is_one_of(user_id: Any, users: frozenset[int]) -> ColumnElement[bool]:
    """A list in a statement is written anew for every execution, in every place where it stands."""
    matched: ColumnElement[bool] = user_id == next(iter(users)) if len(users) == 1 else user_id.in_(sorted(users))
    return matched


NOBODY_SCOPE = Scope()
SYSTEM_SCOPE = Scope(system=True)
current_scope: ContextVar[Scope] = ContextVar("current_scope", default=NOBODY_SCOPE)


@contextmanager
def acting_as(scope: Scope) -> Iterator[None]:
    """Everything inside happens with this scope."""
    token = current_scope.set(scope)
    try:
        yield
    finally:
        current_scope.reset(token)


def right_to_accept(record_class: type[Record] | Form) -> RecordAction:
    """The right without which a record of this class or form is not accepted; entries of a ledger nobody corrects."""
    return "enter" if record_class.append_only else "correct"


def may_withdraw(scope: Scope, record: Record) -> bool:
    """Whether the worker may take back what she entered herself: within a day, and as long as it may still
    be a slip that nobody relied on. A case may hold what others rely on: :func:`_require_unrelied`."""
    fresh = record.created_at is not None and record.created_at > utc_now() - WITHDRAWAL_TIME
    hers = scope.worker_id is not None and record.created_by == scope.worker_id == record.changed_by
    return fresh and hers and scope.may("enter", record.form_key)
