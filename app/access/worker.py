"""The person at the other end of a request, as the gate lets her in."""

from dataclasses import dataclass
from functools import lru_cache

from app.access.allowance import Allowance, together
from app.access.sessions import SignedIn
from app.language.folder import Definition
from app.language.question import Sensitivity
from app.language.roles import ADMINISTRATOR, PageName
from app.records.scope import Scope


@dataclass(frozen=True)
class Worker:
    """Somebody signed in: who she is, what she reads, what she may do."""

    id: int
    name: str
    user_name: str
    roles: frozenset[str]
    language: str | None
    """The language she chose; none until she chooses."""
    clearances: frozenset[Sensitivity]
    enters: frozenset[Sensitivity]
    pages: frozenset[PageName]
    scope: Scope

    def may(self, action: str, form: str) -> bool:
        """Whether her roles hold this action on the form's records."""
        return self.scope.may(action, form)

    @property
    def is_administrator(self) -> bool:
        return ADMINISTRATOR in self.roles


def worker_of(person: SignedIn, definition: Definition) -> Worker:
    """The worker this signed-in person is under the organisation's roles."""
    allowance = _allowance(_Known(definition), person.roles)
    return Worker(
        id=person.user_id,
        name=person.name,
        user_name=person.user_name,
        roles=person.roles,
        language=person.language,
        clearances=allowance.clearances,
        enters=allowance.enters,
        pages=allowance.pages,
        scope=Scope(
            worker_id=person.user_id,
            cases=allowance.cases,
            colleagues=_colleagues(person, allowance),
            rights=allowance.rights,
        ),
    )


def _colleagues(person: SignedIn, allowance: Allowance) -> frozenset[int]:
    """Whose cases count as hers: her own; for a team's scope those of her groups' members too."""
    return person.colleagues | {person.user_id} if allowance.cases == "team" else frozenset({person.user_id})


class _Known:
    """A definition that compares by identity, so that allowances can be remembered by it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.definition is self.definition


@lru_cache(maxsize=256)
def _allowance(known: _Known, roles: frozenset[str]) -> Allowance:
    definition = known.definition
    return together(definition.roles.held(roles), definition.forms)
