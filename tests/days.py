"""The day it is where the organisation of the tests works, whatever the machine's clock says."""

from datetime import date

from dosar.access.organisation.time_zones import local_day, time_zone_of
from dosar.database.system_tables import utc_now


def today_here() -> date:
    """Today in Romania."""
    return local_day(utc_now(), time_zone_of(None, "RO"))
