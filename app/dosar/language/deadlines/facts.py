"""What a case holds, as far as time rules ask for it: plain answers, no database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

NO_ROWS: Mapping[str, Sequence["RowFacts"]] = MappingProxyType({})


@dataclass(frozen=True)
class RowFacts:
    """A row on a sheet."""

    id: int
    answers: Mapping[str, Any]
    """Column → its answer as expressions see it."""


@dataclass(frozen=True)
class SheetFacts:
    """A sheet that is there: neither deleted nor taken back."""

    id: int
    answers: Mapping[str, Any]
    """Question → its answer as expressions see it."""
    waits: bool = False
    """Whether it waits for acceptance: it binds nobody yet."""
    rows: Mapping[str, Sequence[RowFacts]] = field(default_factory=lambda: NO_ROWS)
    returned: bool = False
    """Whether, of what waits, who filed it has it back to mend it: nobody is asked to accept it now."""
    change: "SheetFacts | None" = None
    """The sheet as a change of it says that waits; until it is accepted, what was accepted before holds."""

    @property
    def awaits(self) -> bool:
        """Whether somebody is asked to accept it, or a change of it."""
        return (self.waits and not self.returned) or (self.change is not None and self.change.awaits)


@dataclass(frozen=True)
class Move:
    """That somebody put a day off, or waived it."""

    of_day: date
    day: date | None
    """The new day; ``None`` if it was waived, the same one if that was taken back."""


DeadlinePlace = tuple[str, int, int]
"""By which a deadline is known again: the key of its rule, the sheet and the row it is counted from (0 for none)."""


@dataclass(frozen=True)
class CaseFacts:
    """Everything the rules ask about a case, or about the records that belong to none."""

    sheets: Mapping[str, Sequence[SheetFacts]] = field(default_factory=dict)
    """Form → its sheets, the oldest first (by the number under which they were kept)."""
    team: Sequence[tuple[int, str, bool]] = ()
    """Who works on the case: the worker, her role, whether she leads it."""
    written: frozenset[str] | None = None
    """Where something restricts the case: the forms that are still written in it."""
    passed_over: frozenset[int] = frozenset()
    """Users who cannot work on the case today: nothing is theirs."""
    moves: Mapping[DeadlinePlace, Sequence[Move]] = field(default_factory=dict)
    passed_over_by_form: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Of records that belong to no case: form → users who cannot work on its records."""

    def of(self, form: str) -> Iterator[SheetFacts]:
        """The sheets of a form that bind."""
        return (sheet for sheet in self.sheets.get(form, ()) if not sheet.waits)

    def versions_of(self, form: str) -> Iterator[SheetFacts]:
        """Every sheet of a form as it binds, and as it waits."""
        for sheet in self.sheets.get(form, ()):
            yield sheet
            if sheet.change is not None:
                yield sheet.change

    def is_passed_over(self, user: int, form: str) -> bool:
        """Whether nothing that stands on a sheet of this form is hers to do."""
        return user in self.passed_over or user in self.passed_over_by_form.get(form, ())

    def moved(self, place: DeadlinePlace) -> dict[date, date | None]:
        """Day → what somebody made of it last: another day, ``None`` if it is waived, itself if that was taken back."""
        return {move.of_day: move.day for move in self.moves.get(place, ())}


def day_of(answer: Any) -> date | None:
    """The day that a plain answer says; of a month its first one. ``None`` for anything else."""
    try:
        text = answer[:10]
        return date.fromisoformat(text if len(text) == len("2026-01-31") else f"{text}-01")
    except (TypeError, ValueError):
        return None
