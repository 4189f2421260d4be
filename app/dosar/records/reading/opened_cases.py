"""Which cases were opened by whom in the last weeks, from the audit log, and who was in their teams."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from dosar.database.audit.chain import audit_event_table
from dosar.database.audit.reading import moment_of, stamp_of
from dosar.database.system_tables import team_table
from dosar.records.reading.unusual_reading import TeamTime
from dosar.records.repository import Repository

MILLISECONDS_IN_HOUR = 3_600_000


def opened_by_hour(repository: Repository, since: datetime) -> list[tuple[int, int, datetime]]:
    """Worker, case, and the hour (UTC) in which she opened something of it."""
    told = audit_event_table.c
    hour = told.ts // MILLISECONDS_IN_HOUR
    opened = told.action == "open", told.actor.is_not(None), told.case_id.is_not(None), told.ts >= stamp_of(since)
    query = select(told.actor, told.case_id, hour).where(*opened).distinct()
    return [
        (worker, case_id, moment_of(number * MILLISECONDS_IN_HOUR))
        for worker, case_id, number in repository.session.execute(query)
    ]


def team_times(repository: Repository, workers: Iterable[int]) -> dict[tuple[int, int], list[TeamTime]]:
    """(worker, case) → from when until when she is in its team."""
    found: dict[tuple[int, int], list[TeamTime]] = defaultdict(list)
    columns = team_table.c.user_id, team_table.c.case_id, team_table.c.since, team_table.c.until
    query = select(*columns).where(team_table.c.user_id.in_(sorted(set(workers))))
    for worker, case_id, since, until in repository.session.execute(query):
        found[worker, case_id].append((since, until))
    return found
