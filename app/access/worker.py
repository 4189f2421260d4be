"""The person on whose behalf something is done, as the gate lets her in: with a session, or without one."""

from dataclasses import dataclass
from functools import lru_cache

from app.access.allowance import Allowance, together
from app.access.guarded import Guarded
from app.access.identity import Identity, find_identity
from app.language.folder import Definition
from app.language.message import Mistake
from app.language.question import Sensitivity
from app.language.roles import ADMINISTRATOR, PageName
from app.language.same import Same
from app.records.scope import Scope


@dataclass(frozen=True)
class Worker:
    """Somebody who works here: who she is, what she reads, what she may do."""

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


def worker_for(guarded: Guarded, user_id: int) -> Worker:
    """The worker a command, a token or a reminder acts for: she sees and may do there what she sees and may do in her
    own session. Enter her scope with ``acting_as(worker.scope)``.

    Raises :class:`Mistake` for an account that is closed, or that is not there.
    """
    person = find_identity(guarded.session, user_id)
    if person is None:
        raise Mistake("The account with the number %(number)s is closed or missing; name an open one.", number=user_id)
    return worker_of(person, guarded.definition)


def worker_of(person: Identity, definition: Definition) -> Worker:
    """The worker this person is under the organisation's roles: of her session, and of :func:`worker_for`."""
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
