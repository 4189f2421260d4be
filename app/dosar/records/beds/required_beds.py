"""No stay without its bed: asked wherever one begins to count, or a place loses beds.

That is when a sheet is filed or corrected, when a place is deleted, and when a sheet comes back from the deleted ones
or out of a back-up, by itself or with its case.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from dosar.language.organisation.programme import Programme
from dosar.records.actor import Actor
from dosar.records.beds.free_beds import (
    NO_TROUBLES,
    BedTroubles,
    ChangedSheet,
    bed_troubles,
    programme_of_beds,
    reaches_every_stay_at,
)
from dosar.records.repository import Repository


@dataclass(frozen=True)
class LackingBed:
    """A stay that has no bed, or a place that has too few."""

    place_id: int | None
    troubles: BedTroubles
    """Without a day where it would be that of somebody out of reach."""
    is_place: bool = False
    hides_stays: bool = False
    """Of a place: whether somebody stays there, or is to, whose stay the worker does not reach."""


class NoBed(Exception):
    """Somebody else has the bed, or the person is elsewhere on these days."""

    def __init__(self, lacking: Sequence[LackingBed], may_confirm: bool) -> None:
        self.lacking = lacking
        self.may_confirm = may_confirm
        """Whether it is done all the same once this worker says why."""
        super().__init__()


def may_overbook(declared: Programme, roles: Collection[str] | None) -> bool:
    """Whether somebody in these roles may place one person more than there are beds, and say why."""
    return not {*(roles or ())}.isdisjoint(declared.overbooked_by)


def require_beds(
    repository: Repository,
    sheets: Iterable[ChangedSheet],
    actor: Actor,
    overbooks: bool,
    with_case: Collection[int] | None = None,
) -> None:
    """Raises :class:`NoBed` unless each of the sheets has its bed, in a place of its phase; one bed too few is no
    hindrance where somebody who may has said why (``overbooks``).

    ``with_case`` are the numbers of stays that come back together with their case. They were together before: of them
    is not asked whether the person is in two places. The case is more than a bed: whoever may bring it back may do so.
    """
    lacking, may_confirm = [], True
    for sheet in sheets:
        declared = programme_of_beds(repository, sheet.form)
        troubles = bed_troubles(repository, sheet, actor.today, with_case or ())
        if declared is None or troubles == NO_TROUBLES:
            continue
        is_place = sheet.form.key == declared.places.form
        lacking.append(
            _lacking_in_place(repository, declared, sheet, troubles, actor)
            if is_place
            else LackingBed(sheet.answers.get(declared.stays.place), troubles)
        )
        may = with_case is not None or (may_overbook(declared, actor.roles) and troubles.phase_there is None)
        may_confirm = may_confirm and may and troubles.elsewhere is None
    if lacking and not (may_confirm and overbooks):
        raise NoBed(lacking, may_confirm)


def _lacking_in_place(
    repository: Repository, declared: Programme, sheet: ChangedSheet, troubles: BedTroubles, actor: Actor
) -> LackingBed:
    place_id = sheet.record_id
    hides = place_id is not None and not reaches_every_stay_at(repository, declared, place_id, actor.today)
    return LackingBed(place_id, NO_TROUBLES if hides else troubles, True, hides)
