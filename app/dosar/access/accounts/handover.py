"""Closing an account: what hangs on it, who can take it over, and handing it over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import User

from dosar.access.account_log import log_account_change
from dosar.access.accounts.users import UserDetails, all_users, change_user, set_user_active
from dosar.access.identity import held_roles
from dosar.access.roles.role_union import Allowance
from dosar.access.services import AccessServices
from dosar.access.worker import Worker, allowance_of
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake
from dosar.overview.due_dates import DueDay
from dosar.overview.workload import CasePlace, case_places, hand_over_cases, promised_in
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft


@dataclass(frozen=True)
class OpenWork:
    """What hangs on an account. Of a case only its code is told: who looks after accounts reads no case."""

    cases: Sequence[CasePlace] = ()
    due: Sequence[DueDay] = ()
    teams: Sequence[str] = ()
    drafts: Sequence[Draft] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.teams or self.drafts)


def open_work_of(repository: Repository, user: User, reading: ReadingContext) -> OpenWork:
    """Everything that hangs on this account."""
    with acting_as(SYSTEM_SCOPE):
        places = case_places(repository, user.id, reading)
        return OpenWork(
            places,
            promised_in(repository, places),
            sorted((group.name for group in user.groups), key=sort_key),
            [draft for draft in drafts.drafts_of_worker(repository, user.id) if _is_shared_draft(repository, draft)],
        )


def possible_successors(services: AccessServices, by: Worker, user: User) -> list[User]:
    """Who can take over: everybody who works on cases and has chosen a password, but not the one who decides it."""
    return [
        successor
        for successor in all_users(services.session)
        if successor.active
        and successor.password
        and successor.id not in (user.id, by.id)
        and "see" in _user_allowance(services, successor).rights.get(CASE_FORM, ())
    ]


def close_account(
    services: AccessServices,
    repository: Repository,
    by: Worker,
    user: User,
    to_id: int,
    reading: ReadingContext,
) -> None:
    """Hand over everything that hangs on the account, and close it: both or neither. Raises :class:`Mistake`."""
    to = next((successor for successor in possible_successors(services, by, user) if successor.id == to_id), None)
    if to is None:
        raise Mistake("Choose who takes over, or nobody for now.")
    user_id, user_name = user.id, to.username
    with services.store.writing():
        load = open_work_of(repository, user, reading)
        with acting_as(SYSTEM_SCOPE):
            hand_over_cases(repository, load.cases, user_id, to_id, Actor(by.id, "", reading.today))
        forms = _transferable_forms(services, to, load.drafts)
        drafts.hand_over_drafts(repository, user_id, to_id, forms)
        _hand_over_teams(services, by, user, to)
        log_account_change(
            services,
            by,
            user_id,
            "handed_over",
            {
                "to": ("", user_name),
                "cases": ([case_place.code for case_place in load.cases], []),
                "drafts": (sum(draft.form in forms for draft in load.drafts), 0),
            },
        )
        set_user_active(services, by, user_id, False)


def _transferable_forms(services: AccessServices, to: User, begun: Sequence[Draft]) -> set[str]:
    """The forms whose drafts she may go on with."""
    rights = _user_allowance(services, to).rights
    return {draft.form for draft in begun if {"enter", "correct"} & rights.get(draft.form, frozenset())}


def _is_shared_draft(repository: Repository, begun: Draft) -> bool:
    """What somebody writes for herself alone is not told of, and nobody takes it over."""
    return begun.form in repository.forms and not repository.forms[begun.form].private_to


def _hand_over_teams(services: AccessServices, by: Worker, user: User, to: User) -> None:
    hers = {group.name for group in user.groups}
    if hers:
        change_user(services, by, user.id, _as_person(user, set()))
        change_user(services, by, to.id, _as_person(to, hers | {group.name for group in to.groups}))


def _as_person(user: User, teams: set[str]) -> UserDetails:
    roles = frozenset(role.name for role in user.roles)
    return UserDetails(user.username, user.first_name, user.last_name, roles, frozenset(teams))


def _user_allowance(services: AccessServices, user: User) -> Allowance:
    return allowance_of(services, held_roles(user))
