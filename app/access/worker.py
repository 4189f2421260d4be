"""The person at the other end of a request, as the gate lets her in."""

from dataclasses import dataclass
from functools import lru_cache

from app.access.allowance import Allowance, together
from app.access.sessions import SignedIn
from app.language.folder import Definition
from app.language.question import Sensitivity
from app.language.roles import ADMINISTRATOR, PageName
from app.language.same import Same
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
    known = Same(definition)
    held = allowance(known, person.roles)
    return Worker(
        id=person.user_id,
        name=person.name,
        user_name=person.user_name,
        roles=person.roles,
        language=person.language,
        clearances=held.clearances,
        enters=held.enters,
        pages=held.pages,
        scope=_scope(known, person.roles, person.user_id, person.colleagues),
    )


@lru_cache(maxsize=1024)
def _scope(known: Same[Definition], roles: frozenset[str], user_id: int, colleagues: frozenset[int]) -> Scope:
    """One scope for all requests of a worker, until her roles or colleagues change.

    Whose cases count: her own; for a team's scope those of her groups' members too.
    """
    held = allowance(known, roles)
    hers = colleagues | {user_id} if held.cases == "team" else frozenset({user_id})
    return Scope(worker_id=user_id, cases=held.cases, colleagues=hers, rights=held.rights)


@lru_cache(maxsize=256)
def allowance(known: Same[Definition], roles: frozenset[str]) -> Allowance:
    """What these roles allow together; worked out once for each set of roles."""
    definition = known.thing
    return together(definition.roles.held(roles), definition.forms)
