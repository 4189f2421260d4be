"""What several roles allow together: the union of their rights, the widest of their scopes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.language.question import Sensitivity
from app.language.roles import Cases, PageName, Role

WIDTH: dict[Cases, int] = {"none": 0, "own": 1, "team": 2, "all": 3}


@dataclass(frozen=True)
class Allowance:
    """Rights by form, whose cases, which sensitive answers, which administration pages."""

    rights: Mapping[str, frozenset[str]]
    cases: Cases
    clearances: frozenset[Sensitivity]
    enters: frozenset[Sensitivity]
    """What may be typed into a new record: all that is seen, and what only ``enters`` names."""
    pages: frozenset[PageName]


def together(roles: Iterable[Role], forms: Iterable[str]) -> Allowance:
    """The allowance of somebody who holds all these roles."""
    held = list(roles)
    clearances = frozenset[Sensitivity]().union(*(role.clearances for role in held))
    rights = {form: frozenset[str]().union(*(role.actions(form) for role in held)) for form in forms}
    return Allowance(
        rights=MappingProxyType({form: actions for form, actions in rights.items() if actions}),
        cases=max((role.scope for role in held), key=WIDTH.__getitem__, default="none"),
        clearances=clearances,
        enters=clearances.union(*(role.enters for role in held)),
        pages=frozenset[PageName]().union(*(role.pages for role in held)),
    )
