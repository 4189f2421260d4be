"""The day it is where the organisation of the tests works, whatever the machine's clock says."""

from datetime import date

from app.access.time_zones import day_of, zone_of
from app.records.system import now


def today_here() -> date:
    """Today in Romania."""
    return day_of(now(), zone_of(None, "RO"))
