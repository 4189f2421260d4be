"""The person on whose behalf something is done, with the access she has: with a session, or without one."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from dosar.access.identity import Identity, find_identity
from dosar.access.roles.permission_cache import Permitted
from dosar.access.roles.role_union import NAMES, Allowance, combined_allowance
from dosar.access.services import AccessServices
from dosar.language.identity_cache import IdentityKey
from dosar.language.load.definition import Definition
from dosar.language.organisation.roles import ADMINISTRATOR, PageName
from dosar.language.question_options import Sensitivity
from dosar.language.text.message import Mistake
from dosar.records.scope.row_scope import Scope


@dataclass(frozen=True)
class Worker:
    """Somebody who works here: who she is, what she reads, what she may do."""

    id: int
    name: str
    user_name: str
    roles: frozenset[str]
    language: str | None
    """The language she chose; none until she chooses."""
    allowance: Allowance
    """What her roles allow together; the same object for all who hold the same roles."""
    scope: Scope

    @property
    def clearances(self) -> frozenset[Sensitivity]:
        """The sensitive answers she sees."""
        return self.allowance.clearances

    @property
    def enters(self) -> frozenset[Sensitivity]:
        """The sensitive answers she may type into a new record."""
        return self.allowance.enters

    @property
    def pages(self) -> frozenset[PageName]:
        """The administration pages she opens."""
        return self.allowance.pages

    def may(self, action: str, form: str) -> bool:
        """Whether her roles hold this action on the form's records."""
        return self.scope.may(action, form)

    @property
    def is_administrator(self) -> bool:
        return ADMINISTRATOR in self.roles


def worker_for(services: AccessServices, user_id: int) -> Worker:
    """The worker a command, a token or a reminder acts for: she sees and may do there what she sees and may do in her
    own session. Enter her scope with ``acting_as(worker.scope)``: filing knows by it which questions are hidden
    from her.

    Raises :class:`Mistake` for an account that is closed, or that is not there.
    """
    person = find_identity(services.session, user_id, services.today(), services.clock())
    if person is None:
        raise Mistake("The account with the number %(number)s is closed or missing; name an open one.", number=user_id)
    return worker_with_identity(person, services)


def worker_with_identity(person: Identity, services: AccessServices) -> Worker:
    """The worker this person is under the organisation's roles: of her session, and of :func:`worker_for`."""
    allowance = allowance_of(services, person.roles)
    return Worker(
        id=person.user_id,
        name=person.name,
        user_name=person.user_name,
        roles=person.roles,
        language=person.language,
        allowance=allowance,
        scope=_scope_of_worker(
            IdentityKey(allowance), person.user_id, person.colleagues, services.today(), person.emergencies
        ),
    )


def with_names_of(worker: Worker, case_id: int) -> Worker:
    """The same worker with the names of one case shown; she reaches no other one meanwhile."""
    allowance = _with_names(IdentityKey(worker.allowance))
    scope = replace(worker.scope, clearances=allowance.clearances, only_case=case_id)
    return replace(worker, allowance=allowance, scope=scope)


@lru_cache(maxsize=256)
def _with_names(key: IdentityKey[Allowance]) -> Allowance:
    return replace(key.thing, clearances=key.thing.clearances | {NAMES})


def allowance_of(services: AccessServices, roles: frozenset[str]) -> Allowance:
    """What these roles allow together."""
    return _allowance(IdentityKey(services.definition), roles, services.permissions.permitted_to(roles))


@lru_cache(maxsize=64)  # with each of them statements are kept, 2 MB: those of yesterday go soon
def _scope_of_worker(
    allowance_key: IdentityKey[Allowance],
    user_id: int,
    colleagues: frozenset[int],
    today: date,
    emergencies: frozenset[int],
) -> Scope:
    """One scope for all requests of a worker in a day, until her roles, their permissions or her colleagues change.

    Whose cases count: her own; for a team's scope those of her groups' members too.
    """
    cases = allowance_key.thing.cases
    hers = colleagues | {user_id} if cases == "team" else frozenset({user_id})
    return Scope(
        worker_id=user_id,
        cases=cases,
        colleagues=hers,
        teammates=colleagues,
        rights=allowance_key.thing.rights,
        clearances=allowance_key.thing.clearances,
        enters=allowance_key.thing.enters,
        today=today,
        emergencies=emergencies if allowance_key.thing.breaks_glass else frozenset(),
        restrictions=allowance_key.thing.restrictions,
    )


@lru_cache(maxsize=256)
def _allowance(known: IdentityKey[Definition], roles: frozenset[str], permitted: frozenset[Permitted]) -> Allowance:
    """Worked out once for each set of roles."""
    return combined_allowance(known.thing.roles.with_keys(roles), permitted, known.thing.restrictions)
