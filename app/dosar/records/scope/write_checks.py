"""What the acting worker may write: looked at below every page, when the session writes.

Sources: roles.yaml; security.md's measured row scope.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import get_history

from dosar.database.form_tables import Record, StoredEntry, StoredRow
from dosar.database.system_tables import attachment_table
from dosar.language.form import CASE_FORM
from dosar.language.restriction import CaseRestriction
from dosar.records.scope.reliance import select_reliance
from dosar.records.scope.restricted_cases import CASE_NUMBERS, restrictions_among
from dosar.records.scope.row_scope import (
    SYSTEM_SCOPE,
    CaseIsRestricted,
    OutOfReach,
    Scope,
    acting_as,
    current_scope,
    may_withdraw,
    right_to_accept,
)

CaseWrite = tuple[int, str | None]
"""A case, and the form of which something is written in it; none for what is no sheet."""
UNWRITTEN = ("to_check", "position")
"""The columns that change while nobody writes anything on the sheet."""
AttachedFile = tuple[StoredEntry, str, int]
"""What names a file, in which column, and the file's number."""
_FILE_OWNERS = select(
    attachment_table.c.id,
    attachment_table.c.user_id,
    attachment_table.c.form,
    attachment_table.c.rows_of,
    attachment_table.c.question,
    attachment_table.c.record_id,
)


def require_allowed_writes(session: Session, classes: Iterable[type[StoredEntry]]) -> None:
    """What is about to be written: each record by the right it needs, and nothing that points out of reach.

    Raises :class:`OutOfReach`.
    """
    scope = current_scope.get()
    _require_same_case(session)
    if scope.system:
        return
    for entry in _entries(session.new):
        _require_right(scope, "enter" if isinstance(entry, Record) else "write", entry)
    for entry in _entries(session.dirty):
        if session.is_modified(entry):
            _require_change(session, scope, entry, classes)
    for entry in _entries(session.deleted):
        _require_right(scope, "write", entry)
    _require_reachable_links(session, scope)
    _require_unrestricted(session, scope)


def _entries(changed: Iterable[Any]) -> Iterator[StoredEntry]:
    return (entry for entry in changed if isinstance(entry, StoredEntry))


def _require_change(session: Session, scope: Scope, entry: StoredEntry, classes: Iterable[type[StoredEntry]]) -> None:
    action = _kind_of_change(entry)
    _require_right(scope, action, entry)
    if entry.form_key == CASE_FORM and action == "delete" and not scope.may("delete", CASE_FORM):
        _require_unrelied(session, scope, entry, classes)


def _require_unrestricted(session: Session, scope: Scope) -> None:
    """In a restricted case only the forms that its restriction names are written. Accepting what waits writes none, and
    is for whoever writes anything there."""
    changed = [*_entries(session.new), *_entries(session.dirty), *_entries(session.deleted)]
    written: set[CaseWrite] = set()
    for entry in changed if scope.restrictions else ():
        form = entry.form_key if entry not in session.dirty or _is_written(entry) else None
        if form is not None or session.is_modified(entry):
            written |= {(case_id, form) for case_id in _cases_of(entry)}
    with session.no_autoflush:
        _require_written(session, scope, written)


def require_written(session: Any, form: str | None, case_id: int | None) -> None:
    """For what is written on the worker's behalf without her scope, or of what is no sheet (no form) by whoever writes
    anything in the case. Raises :class:`CaseIsRestricted`."""
    if case_id is not None:
        _require_written(session, current_scope.get(), {(case_id, form)})


def _require_written(session: Any, scope: Scope, written: Collection[CaseWrite]) -> None:
    """Asked only where some restriction, if it holds, stands against one of the sheets."""
    standing = [reach.of for reach in scope.restrictions if any(_stands_against(reach.of, form) for _, form in written)]
    held = restrictions_among(session, standing, {case_id for case_id, _ in written})
    for case_id, form in sorted(written, key=lambda each: (each[0], each[1] or "")):
        if any(_stands_against(each, form) for each in held.get(case_id, ())):
            _require_cases(session, {case_id})
            raise CaseIsRestricted(case_id, form or CASE_FORM)


def _stands_against(restriction: CaseRestriction, form: str | None) -> bool:
    return restriction.read_only if form is None else form not in restriction.restriction.written


def _is_written(entry: StoredEntry) -> bool:
    """Whether more changed than that it waits no more, or its place among the rows."""
    return any(get_history(entry, name).has_changes() for name in entry.column_keys if name not in UNWRITTEN)


def _cases_of(entry: StoredEntry) -> set[int]:
    """The case it belongs to; of what belongs to none, those that it names, or named until now."""
    if entry.case_column is not None:
        return {getattr(entry, entry.case_column)} - {None}
    named = [name for name, target in entry.links.items() if target.form_key == CASE_FORM]
    histories = [get_history(entry, name) for name in named]
    is_row = isinstance(entry, StoredRow)
    return {
        case_id
        for history in histories
        for case_id in (*history.added, *history.deleted, *(history.unchanged if is_row else ()))
        if case_id is not None
    }


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


def _require_unrelied(session: Session, scope: Scope, case: StoredEntry, classes: Iterable[type[StoredEntry]]) -> None:
    """A case goes with its sheets, so it is taken back only while they are the worker's own."""
    records = [entry_class for entry_class in classes if issubclass(entry_class, Record)]
    with session.no_autoflush, acting_as(SYSTEM_SCOPE):
        if session.scalar(select_reliance(records, case.id, scope.worker_id)):
            raise OutOfReach("a case that others rely on")


def _require_reachable_links(session: Session, scope: Scope) -> None:
    """Every record a changed one points to must itself be within reach, its case included."""
    changed = list(_entries([*session.new, *session.dirty]))
    cases = {entry.case_id for entry in changed if _gets_case(session, entry)}
    with session.no_autoflush:
        _require_cases(session, cases)
        _require_own_files(session, scope, _added_files(changed))
        for target, ids in _added_links(changed).items():
            found = session.scalars(select(target.id).where(target.id.in_(ids)))
            if set(found) != ids:
                raise OutOfReach(f"link to {target.form_key}")


def _gets_case(session: Session, entry: StoredEntry) -> bool:
    """Whether it is put into a case; one that is there already never changes it."""
    if entry.case_column != "case_id" or not get_history(entry, "case_id").has_changes():
        return False
    if entry.id is not None and object_session(entry) and entry not in session.new:
        raise OutOfReach("a record never changes its case")
    return True


def _added_files(changed: Iterable[StoredEntry]) -> list[AttachedFile]:
    return [
        (entry, column, number)
        for entry in changed
        for column in entry.attached_in
        for number in _added_numbers(entry, column)
    ]


def _added_links(changed: Iterable[StoredEntry]) -> dict[type[StoredEntry], set[int]]:
    """What the records newly point to, apart from their cases."""
    numbers: dict[type[StoredEntry], set[int]] = {}
    for entry in changed:
        for column, target in entry.links.items():
            added = _added_numbers(entry, column) if column != "case_id" else ()
            if added:
                numbers.setdefault(target, set()).update(added)
    return numbers


def _added_numbers(entry: StoredEntry, column: str) -> set[int]:
    """The number newly put into the column, if any."""
    added = get_history(entry, column).added
    return {added[0]} if added and added[0] is not None else set()


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


def _may_name_file(scope: Scope, entry: StoredEntry, column: str, file: Any) -> bool:
    if file is None or file.record_id is None:
        return file is not None and file.user_id == scope.worker_id
    rows_of, record_id = (entry.question_name, entry.record_id) if isinstance(entry, StoredRow) else ("", entry.id)
    owner = file.form, file.rows_of, file.question, file.record_id
    return bool(owner == (entry.form_key, rows_of, column, record_id))


def _require_cases(session: Any, cases: set[int]) -> None:
    if not cases <= cases_in_reach(session, cases):
        raise OutOfReach("case")


def cases_in_reach(session: Any, cases: set[int]) -> set[int]:
    """Those of the cases that the worker reaches: one statement, or none where she reaches every one."""
    scope = current_scope.get()
    if not cases or scope.reaches_all_cases:
        return cases
    number = CASE_NUMBERS.c.id
    return {*session.scalars(select(number).where(number.in_(sorted(cases)), scope.reaches(number)))}


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
