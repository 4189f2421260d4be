"""What a change of an account or of a team would leave to nobody: cases, and what takes a second person.

It is looked at today, and on the day after each last day that is written down.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select

from dosar.access.accounts.access_requests import WATCHING_PAGES
from dosar.access.accounts.administrators import able_holders
from dosar.access.audit.account_log import AccountChanges, log_account_change
from dosar.access.identity import Identity, open_identities
from dosar.access.services import AccessServices
from dosar.access.tables import user_group_table
from dosar.access.worker import Worker, allowance_of
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import PageName
from dosar.language.question import ReadingContext
from dosar.overview.workload import CasePlace, case_places, codes_of_cases
from dosar.records.repository import Repository
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import people_by_case

TaskName = Literal["access", "erasures", "restrictions"]
"""What takes a second person, or somebody at all: roles and teams, erasing a person, opening a restricted case."""


@dataclass(frozen=True)
class Unattended:
    """What nobody attends to; cases by their codes."""

    cases: frozenset[str] = frozenset()
    """Those whose manager cannot manage them."""
    unreached: frozenset[str] = frozenset()
    """Those that nobody on their teams, and no colleague of theirs, opens any more; who reaches every case does."""
    tasks: frozenset[TaskName] = frozenset()

    def beyond(self, before: "Unattended") -> "Unattended":
        """What is new of it."""
        return Unattended(
            self.cases - before.cases, self.unreached - before.unreached - self.cases, self.tasks - before.tasks
        )

    def __or__(self, other: "Unattended") -> "Unattended":
        return Unattended(self.cases | other.cases, self.unreached | other.unreached, self.tasks | other.tasks)

    def __bool__(self) -> bool:
        return bool(self.cases or self.unreached or self.tasks)


class LeavesUnattended(Exception):
    """The change of an account or a team would leave this to nobody, and whoever makes it was not told yet."""

    def __init__(self, left: Unattended) -> None:
        self.left = left
        super().__init__()


@dataclass(frozen=True)
class Watched:
    """Whose cases are looked at, on which days."""

    users: frozenset[int]
    days: tuple[date, ...]


def watched(services: AccessServices, users: Collection[int], last_days: Collection[date | None] = ()) -> Watched:
    """These users and all in their teams, today and after these last days."""
    mine, theirs = user_group_table.alias("mine"), user_group_table.alias("theirs")
    query = select(theirs.c.user_id).join(mine, mine.c.group_id == theirs.c.group_id)
    teammates = services.session.scalars(query.where(mine.c.user_id.in_(sorted(users))))
    after = {last + timedelta(days=1) for last in last_days if last is not None and last < date.max}
    today = services.today()
    return Watched(frozenset({*users, *teammates}), tuple(sorted({today, *(day for day in after if day > today)})))


@contextmanager
def nothing_unattended(
    services: AccessServices,
    repository: Repository | None,
    by: Worker,
    watch: Watched,
    reading: ReadingContext,
    sure: bool,
    user_id: int | None = None,
) -> Iterator[None]:
    """The transaction in which an account or a team is changed: nothing of it is kept where it would leave cases or
    tasks to nobody, unless whoever makes it is ``sure``; then the account history, of the user if it is one, says what
    was left. Raises :class:`LeavesUnattended`."""
    with services.store.writing():
        before = unattended(services, repository, watch, reading)
        yield
        services.session.flush()
        left = unattended(services, repository, watch, reading).beyond(before)
        if left and not sure:
            raise LeavesUnattended(left)
        if left:
            cases, tasks = sorted(left.cases | left.unreached), sorted(left.tasks)
            changes: AccountChanges = {"cases": (cases, []), "tasks": (tasks, [])}
            log_account_change(services, by, user_id, "left_unattended", changes)


def unattended(
    services: AccessServices,
    repository: Repository | None,
    watch: Watched,
    reading: ReadingContext,
    closed: int | None = None,
) -> Unattended:
    """What nobody attends to on one of the days, of the cases of those watched and of all tasks; or would, if this
    account were ``closed``."""
    found = Unattended()
    for day in watch.days:
        able = open_identities(services.session, day, services.clock())
        able.pop(closed or 0, None)
        tasks = frozenset(_tasks_left(services, day, closed))
        found |= Unattended(tasks=tasks)
        if repository is not None:
            found |= _cases_left(services, repository, watch.users, able, day, reading)
    return found


def _cases_left(
    services: AccessServices,
    repository: Repository,
    users: Collection[int],
    able: Mapping[int, Identity],
    day: date,
    reading: ReadingContext,
) -> Unattended:
    with acting_as(SYSTEM_SCOPE):
        idle = [user_id for user_id in users if user_id not in able or not _manages(services, able[user_id])]
        places: list[CasePlace] = [place for user_id in idle for place in case_places(repository, user_id, reading)]
        unreached = _unreached(services, repository, users, able, day)
        codes = codes_of_cases(repository, unreached, reading)
    return Unattended(frozenset(place.code for place in places if place.leads), frozenset(codes.values()))


def _manages(services: AccessServices, person: Identity) -> bool:
    return "correct" in allowance_of(services, person.roles).rights.get(CASE_FORM, ())


def _unreached(
    services: AccessServices, repository: Repository, users: Collection[int], able: Mapping[int, Identity], day: date
) -> set[int]:
    """The cases of these users that nobody works on; a restricted one is kept, and not worked on."""
    cases_of: dict[int, set[int]] = defaultdict(set)
    for case_id, people in people_by_case(repository, day).items():
        for user_id in people:
            cases_of[user_id].add(case_id)
    left = {case_id for user_id in users for case_id in cases_of[user_id]}
    for person in able.values():
        allowance = allowance_of(services, person.roles)
        if allowance.cases != "none" and allowance.may_do("see", CASE_FORM):
            with_her = person.colleagues if allowance.cases == "team" else frozenset()
            left -= {case_id for user_id in (person.user_id, *with_her) for case_id in cases_of.get(user_id, ())}
    return left - restrictions_among(repository.session, services.definition.restrictions, left).keys()


def _tasks_left(services: AccessServices, day: date, closed: int | None) -> Iterator[TaskName]:
    for task, (roles, fewest) in _tasks(services).items():
        if len(able_holders(services, roles, day) - {closed}) < fewest:
            yield task


def _tasks(services: AccessServices) -> dict[TaskName, tuple[set[str], int]]:
    """Task → the roles that may do it, and how many people it takes."""
    every = {role.role: allowance_of(services, frozenset({role.role})) for role in services.every_role()}

    def with_page(*names: PageName) -> set[str]:
        return {role for role, allowance in every.items() if not allowance.pages.isdisjoint(names)}

    lifting = {
        role
        for restriction in services.definition.restrictions
        for role in restriction.restriction.written_by or restriction.restriction.seen_by or every
        if role in every and "correct" in every[role].rights.get(restriction.form, ())
    }
    return {
        "access": (with_page(*WATCHING_PAGES), 2),
        "erasures": (with_page("rights"), 2),
        "restrictions": (lifting, 1 if services.definition.restrictions else 0),
    }
