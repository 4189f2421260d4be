"""Who decides that a person is erased or made anonymous, and who only advises.

The data protection officer advises and watches (GDPR art. 39); whoever decides what is done with the data cannot watch
over it as well (art. 38(6)). So a role that ``advises`` in ``roles.yaml`` is neither the first nor the second of the
two, whatever else its holder is; unless there is nobody else, since the right of the person goes before.
"""

from collections.abc import Callable

from dosar.access.accounts.administrators import able_holders
from dosar.access.services import AccessServices
from dosar.access.worker import Worker
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import Role


def may_ask_to_erase(services: AccessServices, worker: Worker) -> bool:
    """Whether she may be the first, as far as her advising is concerned."""
    return not advises(services, worker) or not _deciders(services, lambda role: "delete" in role.actions(CASE_FORM))


def may_confirm_erasure(services: AccessServices, worker: Worker, asked_by: int) -> bool:
    """Whether she may be the second: not who asked, nor who advises while anybody else could confirm."""
    if worker.id == asked_by:
        return False
    return not advises(services, worker) or not _deciders(services, lambda role: True) - {asked_by}


def advises(services: AccessServices, worker: Worker) -> bool:
    """Whether one of her roles advises."""
    return any(role.advises for role in services.every_role() if role.role in worker.roles)


def _deciders(services: AccessServices, fits: Callable[[Role], bool]) -> set[int]:
    """Who answers for the rights of the persons, can sign in and does not advise."""
    roles = services.every_role()
    deciding = {role.role for role in roles if "rights" in role.pages and not role.advises and fits(role)}
    return able_holders(services, deciding) - able_holders(services, {role.role for role in roles if role.advises})
