"""Each back-up that was tried, and how it went: what the first page tells, and what a second try needs to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from dosar.access.tables import backup_run_table
from dosar.backups.restoring.restore import RESTORED_RUN
from dosar.language.text.message import Message, message_from_json, message_to_json

BUTTON, DAILY, BEFORE_UPDATE, BEFORE_FORMS, COMMAND = "button", "daily", "before_update", "before_forms", "command"
"""What a back-up was made for."""


@dataclass(frozen=True)
class BackupRun:
    """One try."""

    place_id: int | None
    """None for a place that is not kept: a command named it."""
    cause: str
    begun_at: datetime
    ended_at: datetime
    name: str = ""
    """The file; empty where none was made."""
    bytes: int = 0
    verified: bool = False
    """Read back from the place and compared: only such a file is a back-up."""
    trouble: Message | None = None
    """Why there is none, or what somebody should know."""
    rehearsed_at: datetime | None = None
    """When it was last restored on trial."""
    id: int | None = None


def note_run(session: Any, run: BackupRun) -> int:
    """Keep how it went, inside the caller's transaction; its number."""
    values = {
        "place_id": run.place_id,
        "cause": run.cause,
        "begun_at": run.begun_at,
        "ended_at": run.ended_at,
        "name": run.name,
        "bytes": run.bytes,
        "verified": run.verified,
        "rehearsed_at": run.rehearsed_at,
        "trouble": None if run.trouble is None else message_to_json(run.trouble),
    }
    number: int = session.execute(insert(backup_run_table).values(values).returning(backup_run_table.c.id)).scalar_one()
    return number


def note_rehearsal(session: Any, run_id: int, moment: datetime) -> None:
    """This back-up was restored on trial, and everything was there."""
    session.execute(update(backup_run_table).where(backup_run_table.c.id == run_id).values(rehearsed_at=moment))


def last_good(session: Any, place_id: int | None = None) -> BackupRun | None:
    """The newest verified back-up at this place; at any of them, without one."""
    return _newest(session, place_id, backup_run_table.c.verified.is_(True))


def restored_from(session: Any) -> datetime | None:
    """Of when the back-up is that the data came from, as long as none was made of them since."""
    newest = last_good(session)
    return newest.begun_at if newest is not None and newest.cause == RESTORED_RUN else None


def came_out_of_backup(session: Any) -> bool:
    """Whether the data were restored once, whatever was made of them since."""
    return _newest(session, None, backup_run_table.c.cause == RESTORED_RUN) is not None


def last_try(session: Any, place_id: int | None = None) -> BackupRun | None:
    """The newest try, whether or not a back-up came of it."""
    return _newest(session, place_id)


def last_trouble(session: Any, place_id: int | None) -> Message | None:
    """Why no back-up came of the newest try at this place. What failed before the data were restored came along in the
    back-up, and says nothing of what is there now."""
    tried, restored = last_try(session, place_id), _newest(session, None, backup_run_table.c.cause == RESTORED_RUN)
    if tried is None or tried.verified or (restored is not None and (tried.id or 0) < (restored.id or 0)):
        return None
    return tried.trouble


def last_rehearsed(session: Any, place_id: int | None = None) -> BackupRun | None:
    """The back-up that was restored on trial last."""
    ran = backup_run_table.c
    return _newest(session, place_id, ran.rehearsed_at.is_not(None), newest=ran.rehearsed_at)


def recent_runs(session: Any, count: int) -> list[BackupRun]:
    """The last tries, newest first."""
    ran = backup_run_table.c
    rows = session.execute(select(backup_run_table).order_by(ran.id.desc()).limit(count))
    return [_run_of(row) for row in rows]


def days_since(run: BackupRun | None, now: datetime) -> int | None:
    """Whole days since it was begun: the moment that it holds; none where there is none."""
    return None if run is None else max((now - run.begun_at).days, 0)


def _newest(session: Any, place_id: int | None, *conditions: Any, newest: Any = None) -> BackupRun | None:
    ran = backup_run_table.c
    at_place = [] if place_id is None else [ran.place_id == place_id]
    wanted = select(backup_run_table).where(*at_place, *conditions)
    order = [ran.id.desc()] if newest is None else [newest.desc(), ran.id.desc()]
    row = session.execute(wanted.order_by(*order).limit(1)).one_or_none()
    return None if row is None else _run_of(row)


def _run_of(row: Any) -> BackupRun:
    values = dict(row._mapping)
    trouble = values.pop("trouble")
    return BackupRun(**values, trouble=None if trouble is None else message_from_json(trouble))
