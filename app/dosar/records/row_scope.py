"""Who may reach which records: enforced in the session, below every page.

A :class:`Scope` says what the acting worker may do with each form and whose cases she works on. The
edge (:mod:`dosar.access.authorization`, the command line) sets it once; until then nothing can be seen or
written. Sources: roles.yaml; security.md's measured row scope.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Alias, ColumnElement, Table, bindparam, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, object_session, with_loader_criteria
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from dosar.database.form_tables import Record, StoredEntry, StoredRow
from dosar.database.system_tables import attachment_table, team_table, utc_now
from dosar.language.form import CASE_FORM, Form
from dosar.language.roles import CasesReached, RecordAction
from dosar.records.reliance import select_reliance

WITHDRAWAL_TIME = timedelta(hours=24)


class OutOfReach(Exception):
    """The acting worker may not do this, or the record does not exist: both look alike."""


@dataclass(frozen=True, eq=False)
class Scope:
    """What the acting worker may do.

    ``colleagues`` are the workers whose cases count: herself for *own*, her groups' members for
    *team*. ``rights`` maps a form's key to the actions allowed on its records.
    """

    worker_id: int | None = None
    cases: CasesReached = "none"
    colleagues: frozenset[int] = frozenset()
    rights: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    system: bool = False

    def may(self, action: str, form: str) -> bool:
        """Whether the rights of the worker's roles hold ``action`` on the form."""
        return self.system or action in self.rights.get(form, ())

    @property
    def reaches_all_cases(self) -> bool:
        """Whether every case is one of hers."""
        return self.system or self.cases == "all"

    def reaches(self, case_id: Any) -> ColumnElement[bool]:
        """The condition under which a case (a column of case ids) is one of hers."""
        if self.reaches_all_cases:
            return true()
        if self.cases == "none" or not self.colleagues:
            return false()
        hers: ColumnElement[bool] = case_id.in_(self._case_ids)
        return hers

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
            _is_one_of(team_table.c.user_id, self.colleagues), team_table.c.until.is_(None)
        )
        return select(hers.cte("hers").c.case_id)

    def _only_chooses(self, entry_class: type[StoredEntry]) -> bool:
        """Whether records are within reach only to be named where others point to them; their rows are not."""
        return issubclass(entry_class, Record) and self.may("choose", entry_class.form_key)

    def criterion(self, entry_class: type[StoredEntry], with_deleted: bool) -> ColumnElement[bool]:
        """The rows of one record class this scope sees."""
        if not self.may("see", entry_class.form_key) and not self._only_chooses(entry_class):
            return false()
        seen: ColumnElement[bool] = (
            true() if entry_class.case_column is None else self.reaches(getattr(entry_class, entry_class.case_column))
        )
        seen &= self._named_in(entry_class)
        if with_deleted or issubclass(entry_class, StoredRow):
            return seen
        not_deleted: ColumnElement[bool] = seen & entry_class.deleted_at.is_(None)  # type: ignore[attr-defined]
        return not_deleted


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


def enforce_scope(session: Any, classes: Mapping[Table, type[StoredEntry]]) -> None:
    """Put the scope between this session (factory) and the record tables.

    Reading leaves out what :data:`current_scope` does not see; writing beyond it raises :class:`OutOfReach`.
    """
    made: WeakKeyDictionary[Scope, dict[tuple[type[StoredEntry], bool], Any]] = WeakKeyDictionary()
    read_from: WeakKeyDictionary[Any, frozenset[type[StoredEntry]]] = WeakKeyDictionary()
    narrowed: WeakKeyDictionary[Any, WeakKeyDictionary[Scope, dict[bool, Any]]] = WeakKeyDictionary()

    def classes_in(statement: Any) -> frozenset[type[StoredEntry]]:
        """The record classes a statement reads; looked for once in a statement that is used again."""
        found = read_from.get(statement)
        if found is None:
            found = frozenset(classes[table] for table in _tables_in(statement, classes) if table in classes)
            read_from[statement] = found
        return found

    def criteria(scope: Scope, entry_class: type[StoredEntry], with_deleted: bool) -> Any:
        """The same criteria for every statement of a worker: making them anew takes longer than reading."""
        of_scope = made.setdefault(scope, {})
        key = entry_class, with_deleted
        if key not in of_scope:
            of_scope[key] = with_loader_criteria(entry_class, scope.criterion(entry_class, with_deleted))
        return of_scope[key]

    @event.listens_for(session, "do_orm_execute")
    def narrow(state: ORMExecuteState) -> None:
        touched = classes_in(state.statement)
        if not touched:
            return
        scope = current_scope.get()
        if not state.is_orm_statement or not state.is_select:
            if not scope.system:
                raise OutOfReach("records are read through their classes and written one by one")
            return
        with_deleted = bool(state.execution_options.get("with_deleted"))
        known = narrowed.setdefault(state.statement, WeakKeyDictionary()).setdefault(scope, {})
        if with_deleted not in known:
            known[with_deleted] = state.statement.options(
                *[criteria(scope, entry_class, with_deleted) for entry_class in touched]
            )
        state.statement = known[with_deleted]

    @event.listens_for(session, "before_flush")
    def refuse(flushing: Session, context: UOWTransaction, instances: Any) -> None:
        scope = current_scope.get()
        _require_same_case(flushing)
        if scope.system:
            return
        for entry in flushing.new:
            if isinstance(entry, StoredEntry):
                _require_right(scope, "enter" if isinstance(entry, Record) else "write", entry)
        for entry in flushing.dirty:
            if isinstance(entry, StoredEntry) and flushing.is_modified(entry):
                _require_right(scope, _kind_of_change(entry), entry)
                if (
                    entry.form_key == CASE_FORM
                    and not scope.may("delete", CASE_FORM)
                    and _kind_of_change(entry) == "delete"
                ):
                    _require_unrelied(flushing, scope, entry, classes.values())
        for entry in flushing.deleted:
            if isinstance(entry, StoredEntry):
                _require_right(scope, "write", entry)
        _require_reachable_links(flushing, scope)


def _tables_in(statement: Any, classes: Mapping[Table, type[StoredEntry]]) -> set[Table]:
    """The tables a statement reads. An alias would slip past the criteria of its table's class: joining a
    table twice is done through a sub-query of the class, which the criteria reach."""
    found: set[Table] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Alias) and element.element in classes:
            raise OutOfReach("an alias of a record table; use a sub-query of its class")
        if isinstance(element, Table):
            found.add(element)
        elif isinstance(element, Column) and isinstance(element.table, Table):
            found.add(element.table)
    return found


def _kind_of_change(entry: StoredEntry) -> str:
    if isinstance(entry, StoredRow):
        return "write"
    if isinstance(entry, Record) and not any(
        get_history(entry, name).has_changes() for name in _changed_columns(entry)
    ):
        return right_to_accept(type(entry))
    return "delete" if get_history(entry, "deleted_at").has_changes() else "correct"


def _changed_columns(record: Record) -> Iterator[str]:
    """Everything about a record but whether it waits for acceptance."""
    return (name for name in record.column_keys if name != "to_check")


def right_to_accept(record_class: type[Record] | Form) -> RecordAction:
    """The right without which a record of this class or form is not accepted; entries of a ledger nobody corrects."""
    return "enter" if record_class.append_only else "correct"


def _require_right(scope: Scope, action: str, entry: StoredEntry) -> None:
    allowed = (
        scope.may("enter", entry.form_key) or scope.may("correct", entry.form_key)
        if action == "write"
        else scope.may(action, entry.form_key)
    )
    if action == "delete" and isinstance(entry, Record):
        allowed = allowed or may_withdraw(scope, entry)
    if not allowed:
        raise OutOfReach(f"{action} {entry.form_key}")


def may_withdraw(scope: Scope, record: Record) -> bool:
    """Whether the worker may take back what she entered herself: within a day, and as long as it may still
    be a slip that nobody relied on. A case may hold what others rely on: :func:`_require_unrelied`."""
    fresh = record.created_at is not None and record.created_at > utc_now() - WITHDRAWAL_TIME
    hers = scope.worker_id is not None and record.created_by == scope.worker_id == record.changed_by
    return fresh and hers and scope.may("enter", record.form_key)


def _require_unrelied(session: Session, scope: Scope, case: StoredEntry, classes: Iterable[type[StoredEntry]]) -> None:
    """A case goes with its sheets, so it is taken back only while they are the worker's own."""
    records = [entry_class for entry_class in classes if issubclass(entry_class, Record)]
    with session.no_autoflush, acting_as(SYSTEM_SCOPE):
        if session.scalar(select_reliance(records, case.id, scope.worker_id)):
            raise OutOfReach("a case that others rely on")


def _require_reachable_links(session: Session, scope: Scope) -> None:
    """Every record a changed one points to must itself be within reach, its case included."""
    numbers_by_class: dict[type[StoredEntry], set[int]] = {}
    cases: set[int] = set()
    files: list[AttachedFile] = []
    for entry in [*session.new, *session.dirty]:
        if not isinstance(entry, StoredEntry):
            continue
        if entry.case_column == "case_id" and get_history(entry, "case_id").has_changes():
            if entry.id is not None and object_session(entry) and entry not in session.new:
                raise OutOfReach("a record never changes its case")
            cases.add(entry.case_id)
        for column, target in entry.links.items():
            if column != "case_id":
                numbers_by_class.setdefault(target, set()).update(_added_numbers(entry, column))
        for column in entry.attached_in:
            files.extend((entry, column, number) for number in _added_numbers(entry, column))
    with session.no_autoflush:
        _require_cases(session, scope, cases)
        _require_own_files(session, scope, files)
        for target, ids in numbers_by_class.items():
            if not ids:
                continue
            found = session.scalars(select(target.id).where(target.id.in_(ids)))
            if set(found) != ids:
                raise OutOfReach(f"link to {target.form_key}")


def _require_same_case(session: Session) -> None:
    """What a sheet of a case points to is of the same case, whoever writes it, unless its form says otherwise."""
    cases_by_class: dict[type[StoredEntry], dict[int, set[int | None]]] = {}
    for entry in [*session.new, *session.dirty]:
        if not isinstance(entry, StoredEntry) or not entry.case_links or _is_reversal(session, entry):
            continue
        case = getattr(entry, str(entry.case_column))
        for column in entry.case_links:
            for number in _added_numbers(entry, column):
                cases_by_class.setdefault(entry.links[column], {}).setdefault(number, set()).add(case)
    for target, numbers in cases_by_class.items():
        found = cases_of_sheets(session, target, numbers)
        if any(cases != {found.get(number)} for number, cases in numbers.items()):
            raise OutOfReach(f"link to {target.form_key} of another case")


def _is_reversal(session: Session, entry: StoredEntry) -> bool:
    """Whether it is an entry that takes another one back, or a row of one: it says what that one said."""
    record = entry if isinstance(entry, Record) else session.get(entry.of, entry.record_id)  # type: ignore[attr-defined]
    return isinstance(record, Record) and record.append_only and record.columns()["reverses"] is not None


def cases_of_sheets(session: Any, target: type[StoredEntry], numbers: Iterable[int]) -> dict[int, int]:
    """Record → case, of the sheets with these numbers, deleted ones and those out of reach too."""
    sheet_class: Any = target
    with session.no_autoflush, acting_as(SYSTEM_SCOPE):
        rows = session.execute(
            select(sheet_class.id, sheet_class.case_id).where(sheet_class.id.in_(sorted(numbers))),
            execution_options={"with_deleted": True},
        )
        return {row[0]: row[1] for row in rows}


def _added_numbers(entry: StoredEntry, column: str) -> set[int]:
    """The number newly put into the column, if any."""
    added = get_history(entry, column).added
    return {added[0]} if added and added[0] is not None else set()


AttachedFile = tuple[StoredEntry, str, int]
"""What names a file, in which column, and the file's number."""


def _require_own_files(session: Session, scope: Scope, files: Sequence[AttachedFile]) -> None:
    """Whoever puts a file into a sheet has attached it herself, or it was this question's before: its number
    alone opens no file."""
    if not files:
        return
    numbers = {number for _, _, number in files}
    found = {row.id: row for row in session.execute(_FILE_OWNERS.where(attachment_table.c.id.in_(numbers)))}
    for entry, column, number in files:
        if not _may_name_file(scope, entry, column, found.get(number)):
            raise OutOfReach("file")


_FILE_OWNERS = select(
    attachment_table.c.id,
    attachment_table.c.user_id,
    attachment_table.c.form,
    attachment_table.c.rows_of,
    attachment_table.c.question,
    attachment_table.c.record_id,
)


def _may_name_file(scope: Scope, entry: StoredEntry, column: str, file: Any) -> bool:
    if file is None or file.record_id is None:
        return file is not None and file.user_id == scope.worker_id
    rows_of, record_id = (entry.question_name, entry.record_id) if isinstance(entry, StoredRow) else ("", entry.id)
    owner = file.form, file.rows_of, file.question, file.record_id
    return bool(owner == (entry.form_key, rows_of, column, record_id))


_CASES_WORKED_ON = select(team_table.c.case_id).where(
    team_table.c.case_id.in_(bindparam("cases", expanding=True)),
    team_table.c.user_id.in_(bindparam("workers", expanding=True)),
    team_table.c.until.is_(None),
)


def _require_cases(session: Session, scope: Scope, cases: set[int]) -> None:
    if not cases or scope.cases == "all":
        return
    own_cases = session.scalars(_CASES_WORKED_ON, {"cases": sorted(cases), "workers": sorted(scope.colleagues)})
    if set(own_cases) != cases:
        raise OutOfReach("case")
