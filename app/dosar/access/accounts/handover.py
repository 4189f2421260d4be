"""Closing an account: what hangs on it, who can take it over, and handing it over.

The account is closed at once. What it opens to whoever takes over, beyond what she reaches already, waits for a second
person (:mod:`dosar.access.accounts.access_requests`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from dosar.access.accounts.access_requests import (
    CASES,
    Widening,
    ask_for_access,
    needs_second_person,
    take_back,
    waiting_handovers,
)
from dosar.access.accounts.users import UserDetails, all_users, change_user, set_user_active
from dosar.access.audit.account_log import AccountChanges, log_account_change
from dosar.access.framework import User
from dosar.access.identity import find_identity, held_roles
from dosar.access.roles.role_union import Allowance
from dosar.access.services import AccessServices
from dosar.access.worker import Worker, allowance_of, worker_with_identity
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.workload import CasePlace, case_places, due_in, hand_over_cases, hand_over_tasks
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft


@dataclass(frozen=True)
class OpenWork:
    """What hangs on an account. Of a case only its code is told: who looks after accounts reads no case."""

    cases: Sequence[CasePlace] = ()
    due: Sequence[Deadline] = ()
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
            due_in(repository, places),
            sorted((group.name for group in user.groups), key=sort_key),
            [draft for draft in drafts.drafts_of_worker(repository, user.id) if _is_shared_draft(repository, draft)],
        )


def possible_successors(services: AccessServices, by: Worker, user: User) -> list[User]:
    """Who can take over: everybody who works on cases and has chosen a password, but not the one who decides it."""
    return [
        successor
        for successor in all_users(services.session)
        if successor.active and successor.id not in (user.id, by.id) and _works_on_cases(services, successor)
    ]


def close_account(
    services: AccessServices,
    repository: Repository,
    by: Worker,
    user: User,
    to_id: int,
    reading: ReadingContext,
) -> bool:
    """Close the account, and hand over everything that hangs on it: both or neither. Whether that was done at once;
    else it waits for a second person. Raises :class:`Mistake`."""
    to = next((successor for successor in possible_successors(services, by, user) if successor.id == to_id), None)
    if to is None:
        raise Mistake("Choose who takes over, or nobody for now.")
    user_id = user.id
    with services.store.writing():
        load = open_work_of(repository, user, reading)
        opens = _opens_something(services, repository, to, load)
        waits = opens and needs_second_person(services, by, to_id)
        if waits:
            _ask(services, by, user, to, load)
        else:
            hand_over_work(services, repository, by, user_id, to_id, reading)
        if opens and not waits:
            log_account_change(services, by, to_id, "access_alone")
        _hand_over_teams(services, by, user, to)
        set_user_active(services, by, user_id, False)
    return not waits


def hand_over_work(
    services: AccessServices,
    repository: Repository,
    by: Worker | None,
    from_id: int,
    to_id: int,
    reading: ReadingContext,
) -> None:
    """Hand over the cases and drafts, inside the caller's transaction; by nobody, at the computer itself.

    Raises :class:`Mistake` for who works on no cases any more.
    """
    user, to = (services.session.get_one(User, number) for number in (from_id, to_id))
    if not _works_on_cases(services, to):
        raise Mistake("This person does not work on cases any more. Refuse it, and have somebody else take over.")
    load = open_work_of(repository, user, reading)
    with acting_as(SYSTEM_SCOPE):
        actor = Actor(by.id if by else None, "", reading.today)
        hand_over_cases(repository, load.cases, from_id, to_id, actor)
        hand_over_tasks(repository, from_id, to_id, actor)
    forms = _transferable_forms(services, to, load.drafts)
    drafts.hand_over_drafts(repository, from_id, to_id, forms)
    handed_over = _as_changes(to, load, sum(draft.form in forms for draft in load.drafts))
    log_account_change(services, by, from_id, "handed_over", handed_over)


def _ask(services: AccessServices, by: Worker, user: User, to: User, load: OpenWork) -> None:
    for other in waiting_handovers(services, user.id):
        take_back(services, by, other)
    ask_for_access(services, by, to.id, [Widening(CASES, str(user.id))])
    forms = _transferable_forms(services, to, load.drafts)
    asked = _as_changes(to, load, sum(draft.form in forms for draft in load.drafts))
    log_account_change(services, by, user.id, "handover_asked", asked)


def _as_changes(to: User, load: OpenWork, begun: int) -> AccountChanges:
    return {"to": ("", to.username), "cases": ([place.code for place in load.cases], []), "drafts": (begun, 0)}


def _opens_something(services: AccessServices, repository: Repository, to: User, load: OpenWork) -> bool:
    """Whether any of it is about what she does not reach anyhow: for hours, in an emergency, does not count."""
    person = find_identity(services.session, to.id, services.today(), services.clock())
    if person is None:
        return bool(load.cases or load.drafts)
    scope = replace(worker_with_identity(person, services).scope, emergencies=frozenset())
    if scope.reaches_all_cases:
        return False
    begun = [draft.place for draft in load.drafts]
    records = {(place.form, place.record_id) for place in begun if place.record_id}
    cases = {(CASE_FORM, number) for number in (*(place.case_id for place in begun), *_ids(load.cases)) if number}
    with acting_as(scope):
        reached = {(form, number) for form, number in records | cases if _is_reached(repository, form, number)}
    return reached != records | cases or any(not place.record_id and not place.case_id for place in begun)


def _ids(places: Sequence[CasePlace]) -> list[int]:
    return [place.case_id for place in places]


def _is_reached(repository: Repository, form: str, number: int) -> bool:
    kept: Any = repository.record_class(form)
    return repository.session.scalar(select(kept.id).where(kept.id == number)) is not None


def _works_on_cases(services: AccessServices, user: User) -> bool:
    return bool(user.password) and "see" in _user_allowance(services, user).rights.get(CASE_FORM, ())


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
