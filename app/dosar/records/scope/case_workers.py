"""Who can work on which case on a day: by her account, her roles and her teams of workers, in the words of row scope.

:class:`dosar.records.scope.row_scope.Scope` asks it of one worker's statements; here it is asked of everybody, of cases
in which something is somebody's to do. A case that is open to her for hours, in an emergency, is not hers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, String, cast, literal, select, union_all

from dosar.database.users import (
    ON_DAY,
    User,
    group_role_table,
    is_open_on_day,
    role_table,
    user_group_table,
    user_role_table,
)
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import CasesReached, Roles, widest_scope
from dosar.language.restriction import CaseRestriction

Reaches = Mapping[int, CasesReached]
"""User → whose cases she works on; without those who work on none."""


@dataclass(frozen=True)
class CaseWorkers:
    """Everybody who has an account, and what it opens on a day."""

    roles: Roles
    users: frozenset[int]
    """Every account, closed ones too."""
    held: Mapping[int, frozenset[str]]
    """User → her roles, of the accounts that are open."""
    teams: Mapping[int, frozenset[int]]
    """User → her teams of workers, while her place in them is open."""
    _reaches: dict[str, Reaches] = field(default_factory=dict)

    def who_cannot(self, on_case: Collection[int], restrictions: Sequence[CaseRestriction] = ()) -> frozenset[int]:
        """Everybody who does not work on a case: it is that of those ``on_case``, and so restricted."""
        able = self._able(on_case, self._reach)
        for restriction in restrictions:
            able &= self._able(on_case, self._reach_while(restriction))
        return self.users - able

    def who_cannot_see(self, form: str) -> frozenset[int]:
        """Everybody whose roles show her no records of this form."""
        showing = {role.role for role in self.roles.roles if "see" in role.actions(form)}
        return self.users - {user for user, held in self.held.items() if held & showing}

    def _able(self, on_case: Collection[int], reach: Reaches) -> frozenset[int]:
        everywhere = (user for user, cases in reach.items() if cases == "all")
        hers = (user for user in on_case if user in reach)
        colleagues = (
            user
            for worker in on_case
            for team in self.teams.get(worker, ())
            for user in self._members[team]
            if reach.get(user) == "team"
        )
        return frozenset((*everywhere, *hers, *colleagues))

    @cached_property
    def _members(self) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for user, teams in self.teams.items():
            for team in teams:
                found[team].add(user)
        return found

    @cached_property
    def _reach(self) -> Reaches:
        """Whose cases she works on by the widest of her roles; who sees no case files works on none."""
        seeing = {role.role for role in self.roles.roles if "see" in role.actions(CASE_FORM)}
        return self._widest({user: held for user, held in self.held.items() if held & seeing})

    def _reach_while(self, restriction: CaseRestriction) -> Reaches:
        """The same of cases that are so restricted: less for who sees them no more, nothing for who only reads."""
        key = restriction.key
        if key not in self._reaches:
            writing = {
                user: held
                for user, held in self.held.items()
                if user in self._reach and not restriction.for_roles(held).read_only
            }
            seeing = {*restriction.restriction.seen_by}
            self._reaches[key] = self._widest({user: held & (seeing or held) for user, held in writing.items()})
        return self._reaches[key]

    def _widest(self, held: Mapping[int, Iterable[str]]) -> Reaches:
        found = {user: widest_scope(self.roles.with_keys(keys)) for user, keys in held.items()}
        return {user: cases for user, cases in found.items() if cases != "none"}


def read_case_workers(connection: Connection, roles: Roles, day: date) -> CaseWorkers:
    """Everybody and what opens anything to her on this day, by the organisation's clock: one statement."""
    users, opened = set[int](), set[int]()
    held: dict[int, set[str]] = defaultdict(set)
    teams: dict[int, set[int]] = defaultdict(set)
    for kind, user, told in connection.execute(_ACCOUNTS, {ON_DAY: day}):
        if kind == "user":
            users.add(user)
        elif kind == "open":
            opened.add(user)
        elif kind == "role":
            held[user].add(told)
        else:
            teams[user].add(int(told))
    return CaseWorkers(
        roles,
        frozenset(users),
        {user: frozenset(held[user]) for user in opened},
        {user: frozenset(found) for user, found in teams.items()},
    )


def _accounts() -> Any:
    of_group = user_group_table.c.group_id
    in_group = is_open_on_day(user_group_table.c.user_id, of_group)
    nothing = literal("", String)
    return union_all(
        select(literal("user", String), User.id, nothing),
        select(literal("open", String), User.id, nothing).where(User.active.is_(True), is_open_on_day(User.id)),
        select(literal("role", String), user_role_table.c.user_id, role_table.c.name).join(
            role_table, role_table.c.id == user_role_table.c.role_id
        ),
        select(literal("role", String), user_group_table.c.user_id, role_table.c.name)
        .join(group_role_table, group_role_table.c.group_id == of_group)
        .join(role_table, role_table.c.id == group_role_table.c.role_id)
        .where(in_group),
        select(literal("team", String), user_group_table.c.user_id, cast(of_group, String)).where(in_group),
    )


_ACCOUNTS = _accounts()
