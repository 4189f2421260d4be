"""How every place stands after the last runs: what pages and commands tell of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dosar.backups.keeping.runs import last_good, last_trouble
from dosar.backups.keeping.warnings import PlaceState, waits_for_its_turn
from dosar.backups.keeping.work import BackupWork, WorkOutcome
from dosar.backups.places.known_folder import is_absence
from dosar.language.text.message import msgid

WAITS = msgid("It is not connected, and waits for its turn: another place has a fresh back-up.")


def states_of(session: Any, work: BackupWork) -> list[PlaceState]:
    """Every place, in the order of the settings."""
    states = []
    for place in work.places():
        good, trouble = last_good(session, place.id), last_trouble(session, place.id)
        states.append(
            PlaceState(
                place.title,
                good.begun_at if good else None,
                trouble,
                work.is_on_this_disk(place),
                trouble is not None and is_absence(trouble),
            )
        )
    return states


def waiting_places(work: BackupWork, outcomes: Sequence[WorkOutcome], moment: datetime) -> set[int | None]:
    """The places of a run that only wait for their turn; none where no place on another disk than the data got one."""
    work.look_at_disks()
    if not any(each.made is not None and not work.is_on_this_disk(each.place) for each in outcomes):
        return set()
    try:
        states = states_of(work.store.session, work)
        places = zip(work.places(), states, strict=True)
        return {place.id for place, state in places if waits_for_its_turn(state, states, moment)}
    finally:
        work.store.session.remove()
