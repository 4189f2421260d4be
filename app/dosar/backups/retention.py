"""Which back-ups may go: the last days, weeks and months stay."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Retention:
    """How many of each are kept."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def names_to_remove(names: Iterable[str], kept: Retention = Retention()) -> list[str]:
    """Those of the names that nobody needs any more."""
    raise NotImplementedError
