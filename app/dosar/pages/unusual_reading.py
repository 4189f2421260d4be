"""The unusual reading of the last weeks, by the organisation's clock."""

from datetime import timedelta

from dosar.access.organisation.time_zones import local_time
from dosar.access.services import access_services
from dosar.pages.context import PageContext
from dosar.records.reading.opened_cases import opened_by_hour, team_times
from dosar.records.reading.unusual_reading import Opening, UnusualDay, unusual_days

LATE = timedelta(days=30)


def unusual_days_of_late(context: PageContext) -> list[UnusualDay]:
    """The days to be pointed out: two statements."""
    zone = access_services().organisation().zone
    opened = opened_by_hour(context.repository, access_services().clock() - LATE)
    openings = [Opening(worker, case_id, local_time(at, zone)) for worker, case_id, at in opened]
    return unusual_days(openings, team_times(context.repository, (worker for worker, _, _ in opened)))
