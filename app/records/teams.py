"""The team of a case: who works on it, in which role, since when, until when."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, update

from app.records import history
from app.records.cabinet import Cabinet
from app.records.sheets import Clerk
from app.records.system import team
from app.records.tables import Record

CASE_MANAGER = "case_manager"


def join(cabinet: Cabinet, case: Record, user_id: int, role: str, clerk: Clerk, since: date | None = None) -> None:
    """Put a worker on the case; a new case manager takes over from the one before."""
    day = since or clerk.today
    with cabinet.writing():
        if role == CASE_MANAGER:
            cabinet.session.execute(
                update(team).where(team.c.case_id == case.id, team.c.role == role, team.c.until.is_(None))
                .values(until=day)
            )
        cabinet.session.execute(insert(team).values(case_id=case.id, user_id=user_id, role=role, since=day))
        history.note(cabinet, case, "team", clerk.user_id, {"~joined": [user_id, role]})


def leave(cabinet: Cabinet, case: Record, user_ids: Sequence[int], clerk: Clerk) -> None:
    """Let workers leave the case; what they did stays told."""
    with cabinet.writing():
        cabinet.session.execute(
            update(team).where(team.c.case_id == case.id, team.c.user_id.in_(user_ids), team.c.until.is_(None))
            .values(until=clerk.today)
        )
        history.note(cabinet, case, "team", clerk.user_id, {"~left": list(user_ids)})
