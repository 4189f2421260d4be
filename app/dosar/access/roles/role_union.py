"""What several roles allow together: the union of their rights, the widest of their scopes.

Rights and pages come from Flask-AppBuilder's tables, scope and clearances from roles.yaml.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dosar.access.roles.permission_cache import Permitted
from dosar.access.roles.permissions import pages_in, rights_in
from dosar.language.organisation.roles import CasesReached, PageName, Role, widest_scope
from dosar.language.question_options import Sensitivity
from dosar.language.restriction import CaseRestriction
from dosar.records.scope.restricted_cases import RestrictedReach

NAMES: Sensitivity = "identity"


@dataclass(frozen=True)
class Allowance:
    """Rights by form, whose cases, which sensitive answers, which administration pages."""

    rights: Mapping[str, frozenset[str]]
    cases: CasesReached
    clearances: frozenset[Sensitivity]
    enters: frozenset[Sensitivity]
    """What may be typed into a new record: all that is seen, and what only ``enters`` names."""
    pages: frozenset[PageName]
    masked: bool = False
    """Whether names are shown case by case only, with a reason: ``clearances`` are without them."""

    breaks_glass: bool = False
    """Whether she may open a case on which she does not work, in an emergency."""
    restrictions: tuple[RestrictedReach, ...] = ()
    """What restricts cases, and whose restricted ones are reached."""

    def may_do(self, action: str, form: str) -> bool:
        """Whether this is allowed with the form's records; whoever sees them may choose them, too."""
        actions = self.rights.get(form, frozenset())
        return action in actions or (action == "choose" and "see" in actions)


def combined_allowance(
    roles: Iterable[Role], permitted: Iterable[Permitted], restrictions: Iterable[CaseRestriction] = ()
) -> Allowance:
    """The allowance of somebody who holds all these roles, and is permitted this."""
    held_roles, rights = list(roles), rights_in(permitted)
    seen = frozenset[Sensitivity]().union(*(role.clearances for role in held_roles))
    masked = NAMES in seen and not any(NAMES in role.clearances and role.names == "open" for role in held_roles)
    clearances = seen - {NAMES} if masked else seen
    return Allowance(
        rights=MappingProxyType({form: frozenset(actions) for form, actions in rights.items()}),
        cases=widest_scope(held_roles),
        clearances=clearances,
        enters=seen.union(*(role.enters for role in held_roles)),
        pages=pages_in(permitted),
        masked=masked,
        breaks_glass=any(role.break_glass for role in held_roles),
        restrictions=tuple(
            RestrictedReach(
                each.for_roles([role.role for role in held_roles]),
                widest_scope(role for role in held_roles if role.role in (each.restriction.seen_by or [role.role])),
            )
            for each in restrictions
        ),
    )
