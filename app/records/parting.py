"""Two cases that were merged by mistake become two again.

The case that was put away comes back with the sheets it had; answers and colleagues that the kept case
took from it stay there, where the history tells them. Open to who may merge.
"""

from contextlib import nullcontext
from typing import Any

from sqlalchemy import delete, select, update

from app.language.form import CASE
from app.records import history
from app.records.belonging import Belonging
from app.records.cabinet import Cabinet
from app.records.closing import closed_tables, opened
from app.records.merging import MERGED_INTO, MOVED, code_of, may_merge, merged_into
from app.records.scope import OutOfReach, current_scope
from app.records.sheets import Clerk, bring_back
from app.records.system import history as entries
from app.records.system import merged

PARTED = "parted"


def part(cabinet: Cabinet, case_id: int, clerk: Clerk) -> None:
    """Bring a merged case back with its sheets. Raises :class:`OutOfReach`, also for a case that was never merged."""
    if not may_merge(current_scope.get()):
        raise OutOfReach(CASE)
    with cabinet.writing():
        into = merged_into(cabinet, case_id)
        if into is None:
            raise OutOfReach(CASE)
        case = bring_back(cabinet, cabinet.forms[CASE], case_id, clerk)
        moved = _moved(cabinet, case_id)
        _take_back(cabinet, case_id, moved)
        other = cabinet.find(CASE, into, with_deleted=True)
        history.note(cabinet, case, PARTED, clerk.user_id, {MOVED: moved}, code_of(cabinet, other))
        history.note(cabinet, other, PARTED, clerk.user_id, {MOVED: moved}, code_of(cabinet, case))
        cabinet.session.execute(delete(merged).where(merged.c.case_id == case_id))
    cabinet.session.expire_all()


def _moved(cabinet: Cabinet, case_id: int) -> dict[str, list[int]]:
    """The sheets that left the case when it was merged, as its history tells."""
    changes: Any = cabinet.session.scalar(
        select(entries.c.changes).where(
            entries.c.form == CASE, entries.c.record_id == case_id, entries.c.action == MERGED_INTO
        ).order_by(entries.c.id.desc()).limit(1)
    )
    there = {kept.form for kept in cabinet.belongings if kept.is_sheets}
    return {key: ids for key, ids in (changes or {}).get(MOVED, {}).items() if key in there}


def _take_back(cabinet: Cabinet, case_id: int, moved: dict[str, list[int]]) -> None:
    """These sheets, their rows and their history belong to the case again."""
    cabinet.session.flush()
    connection = cabinet.session.connection()
    closed = closed_tables(connection)
    for kept in cabinet.belongings:
        if kept.is_of_case and kept.form in moved:
            with opened(connection, kept.name) if kept.name in closed else nullcontext():
                _return(cabinet, kept, case_id, moved[kept.form])
    for key, ids in moved.items():
        cabinet.session.execute(
            update(entries).where(entries.c.form == key, entries.c.record_id.in_(ids)).values(case_id=case_id)
        )


def _return(cabinet: Cabinet, kept: Belonging, case_id: int, ids: list[int]) -> None:
    cabinet.session.execute(
        update(kept.table).where(kept.table.c[kept.sheet].in_(ids)).values(case_id=case_id)
    )
