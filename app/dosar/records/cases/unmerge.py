"""Two cases that were merged by mistake become two again.

The case that was put away comes back with the sheets it had; answers and colleagues that the kept case
took from it stay there, where the history tells them. Open to who may merge.
"""

from contextlib import nullcontext
from typing import Any

from sqlalchemy import delete, select, update

from dosar.database.system_tables import deadline_move_table, merged_case_table
from dosar.database.system_tables import history_table as entries
from dosar.database.writing.append_only import closed_tables, table_opened
from dosar.language.form import CASE_FORM
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.audit_log import MERGED_INTO_ACTION, PARTED_ACTION
from dosar.records.case_members import CaseTable
from dosar.records.cases.merge import MOVED_KEY, case_merged_into, code_of_case, may_merge
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope
from dosar.records.sheets.deletion import restore_sheet


def unmerge_case(repository: Repository, case_id: int, actor: Actor) -> None:
    """Bring a merged case back with its sheets. Raises :class:`OutOfReach`, also for a case that was never merged."""
    if not may_merge(current_scope.get()):
        raise OutOfReach(CASE_FORM)
    with repository.writing():
        into = case_merged_into(repository, case_id)
        if into is None:
            raise OutOfReach(CASE_FORM)
        case = restore_sheet(repository, repository.forms[CASE_FORM], case_id, actor)
        moved = _sheets_moved(repository, case_id)
        _return_sheets(repository, case_id, moved)
        _return_moves(repository, {**moved, CASE_FORM: [case_id]})
        other = repository.find(CASE_FORM, into, with_deleted=True)
        audit_log.note_change(
            repository, case, PARTED_ACTION, actor.user_id, {MOVED_KEY: moved}, code_of_case(repository, other)
        )
        audit_log.note_change(
            repository, other, PARTED_ACTION, actor.user_id, {MOVED_KEY: moved}, code_of_case(repository, case)
        )
        repository.session.execute(delete(merged_case_table).where(merged_case_table.c.case_id == case_id))
    repository.session.expire_all()


def _sheets_moved(repository: Repository, case_id: int) -> dict[str, list[int]]:
    """The sheets that left the case when it was merged, as its history tells."""
    changes: Any = repository.session.scalar(
        select(entries.c.changes)
        .where(entries.c.form == CASE_FORM, entries.c.record_id == case_id, entries.c.action == MERGED_INTO_ACTION)
        .order_by(entries.c.id.desc())
        .limit(1)
    )
    sheet_forms = {case_table.form for case_table in repository.belongings if case_table.goes_with_case}
    return {key: ids for key, ids in (changes or {}).get(MOVED_KEY, {}).items() if key in sheet_forms}


def _return_sheets(repository: Repository, case_id: int, moved: dict[str, list[int]]) -> None:
    """These sheets, their rows and their history belong to the case again."""
    repository.session.flush()
    connection = repository.session.connection()
    closed = closed_tables(connection)
    for case_table in repository.belongings:
        if case_table.is_of_case and case_table.form in moved:
            with table_opened(connection, case_table.name) if case_table.name in closed else nullcontext():
                _return_table(repository, case_table, case_id, moved[case_table.form])
    for key, ids in moved.items():
        repository.session.execute(
            update(entries).where(entries.c.form == key, entries.c.record_id.in_(ids)).values(case_id=case_id)
        )


def _return_moves(repository: Repository, sheets: dict[str, list[int]]) -> None:
    """What was put off or waived goes with the sheets that it was counted from."""
    (case_id,), moves = sheets[CASE_FORM], deadline_move_table
    for rule in repository.definition.deadlines:
        if ids := sheets.get(rule.source.form):
            theirs = moves.c.rule == rule.key, moves.c.record_id.in_(ids)
            repository.session.execute(update(moves).where(*theirs).values(case_id=case_id))


def _return_table(repository: Repository, case_table: CaseTable, case_id: int, ids: list[int]) -> None:
    repository.session.execute(
        update(case_table.table).where(case_table.table.c[case_table.sheet].in_(ids)).values(case_id=case_id)
    )
