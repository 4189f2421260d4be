"""Closing an account: what hangs on it, who can take it over, and handing it over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import User

from app.access.account_history import note_account
from app.access.allowance import Allowance
from app.access.guarded import Guarded
from app.access.people import Person, change_user, set_active, users
from app.access.worker import Worker, allowance_of
from app.language.alphabet import sort_key
from app.language.form import CASE
from app.language.message import Mistake
from app.language.question import Reading
from app.records import drafts
from app.records.cabinet import Cabinet
from app.records.drafts import Draft
from app.records.promises import Due
from app.records.scope import SYSTEM, acting_as
from app.records.sheets import Clerk
from app.records.workload import CasePlace, case_places, hand_over_cases, promised_in


@dataclass(frozen=True)
class Workload:
    """What hangs on an account. Of a case only its code is told: who looks after accounts reads no case."""

    cases: Sequence[CasePlace] = ()
    due: Sequence[Due] = ()
    teams: Sequence[str] = ()
    drafts: Sequence[Draft] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.teams or self.drafts)


def workload(cabinet: Cabinet, user: User, reading: Reading) -> Workload:
    """Everything that hangs on this account."""
    with acting_as(SYSTEM):
        places = case_places(cabinet, user.id, reading)
        return Workload(
            places, promised_in(cabinet, places), sorted((group.name for group in user.groups), key=sort_key),
            [one for one in drafts.of_worker(cabinet, user.id) if _is_shared(cabinet, one)],
        )


def successors(guarded: Guarded, by: Worker, user: User) -> list[User]:
    """Who can take over: everybody who works on cases and has chosen a password, but not the one who decides it."""
    return [
        one for one in users(guarded.session)
        if one.active and one.password and one.id not in (user.id, by.id)
        and "see" in _allowance(guarded, one).rights.get(CASE, ())
    ]


def close_account(
    guarded: Guarded, cabinet: Cabinet, by: Worker, user: User, to_id: int, reading: Reading,
) -> None:
    """Hand over everything that hangs on the account, and close it: both or neither. Raises :class:`Mistake`."""
    to = next((one for one in successors(guarded, by, user) if one.id == to_id), None)
    if to is None:
        raise Mistake("Choose who takes over, or nobody for now.")
    user_id, user_name = user.id, to.username
    with guarded.store.writing():
        load = workload(cabinet, user, reading)
        with acting_as(SYSTEM):
            hand_over_cases(cabinet, load.cases, user_id, to_id, Clerk(by.id, "", reading.today))
        forms = _to_go_on_with(guarded, to, load.drafts)
        drafts.hand_over(cabinet, user_id, to_id, forms)
        _hand_over_teams(guarded, by, user, to)
        note_account(guarded, by, user_id, "handed_over", {
            "to": ("", user_name), "cases": ([place.code for place in load.cases], []),
            "drafts": (sum(one.form in forms for one in load.drafts), 0),
        })
        set_active(guarded, by, user_id, False)


def _to_go_on_with(guarded: Guarded, to: User, begun: Sequence[Draft]) -> set[str]:
    """The forms whose drafts she may go on with."""
    rights = _allowance(guarded, to).rights
    return {one.form for one in begun if {"enter", "correct"} & rights.get(one.form, frozenset())}


def _is_shared(cabinet: Cabinet, begun: Draft) -> bool:
    """What somebody writes for herself alone is not told of, and nobody takes it over."""
    return begun.form in cabinet.forms and not cabinet.forms[begun.form].private_to


def _hand_over_teams(guarded: Guarded, by: Worker, user: User, to: User) -> None:
    hers = {group.name for group in user.groups}
    if hers:
        change_user(guarded, by, to.id, _person(to, hers | {group.name for group in to.groups}))
        change_user(guarded, by, user.id, _person(user, set()))


def _person(user: User, teams: set[str]) -> Person:
    roles = frozenset(role.name for role in user.roles)
    return Person(user.username, user.first_name, user.last_name, roles, frozenset(teams))


def _allowance(guarded: Guarded, user: User) -> Allowance:
    return allowance_of(guarded, frozenset(role.name for role in user.roles))
