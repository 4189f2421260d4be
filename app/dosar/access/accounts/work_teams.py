"""Teams of workers: whose cases count as one's own. Names that differ in marks, capitals or blanks are one name."""

import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from dosar.access.accounts.administrators import require_an_administrator
from dosar.access.audit.account_log import log_account_change
from dosar.access.framework import Group, User
from dosar.access.services import AccessServices
from dosar.access.tables import access_period_table, access_request_table, user_group_table
from dosar.access.worker import Worker
from dosar.database.text.folding import fold_text
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.text.characters import strip_invisible
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake

MAX_TEAM_NAME_LENGTH = 100
_IN_TEAMS = select(Group.id, Group.name, user_group_table.c.user_id).join(
    user_group_table, user_group_table.c.group_id == Group.id
)


def all_work_teams(session: Any) -> list[Group]:
    """Every team, in the order of the alphabet."""
    found: Sequence[Group] = session.scalars(select(Group)).all()
    return sorted(found, key=lambda team: sort_key(team.name))


def work_team_members(session: Any) -> dict[int, list[User]]:
    """Team → who is in it, by name."""
    people = session.scalars(select(User).options(selectinload(User.groups))).all()
    found: dict[int, list[User]] = {}
    for user in sorted(people, key=lambda person: sort_key(f"{person.last_name} {person.first_name}")):
        for team in user.groups:
            found.setdefault(team.id, []).append(user)
    return found


def work_team_numbers(session: Any) -> dict[int, tuple[str, set[int]]]:
    """Team → its name and the numbers of who is in it, in the order of the alphabet: one statement."""
    found: dict[int, tuple[str, set[int]]] = {}
    for team_id, name, user_id in sorted(session.execute(_IN_TEAMS).all(), key=lambda row: sort_key(row[1])):
        found.setdefault(team_id, (name, set()))[1].add(user_id)
    return found


def work_teams_named(session: Any, names: Collection[str]) -> list[Group]:
    """The teams of these names; one that is not there yet is new."""
    existing = all_work_teams(session)
    found: dict[str, Group] = {}
    for name in sorted(names):
        team = _team_called(existing, name) or Group(
            name=tidy_team_name(name), label=tidy_team_name(name), description=""
        )
        found.setdefault(team_name_key(team.name), team)
    return list(found.values())


def rename_work_team(services: AccessServices, by: Worker, team_id: int, was: str, name: str) -> None:
    """Give the team another name; ``was`` is the one that whoever renames it saw. Raises :class:`Mistake`."""
    with services.store.writing() as session:
        team = _get_work_team(session, team_id)
        _require_leave_to_change(by, team)
        if team.name != was:
            raise Mistake('Somebody else renamed this team meanwhile; now it is "%(name)s".', name=team.name)
        new = _usable_team_name(name)
        other = _team_called([other_team for other_team in all_work_teams(session) if other_team.id != team_id], new)
        if other is not None:
            raise Mistake(
                'There is already a team "%(name)s"; put its people there, or choose another name.', name=other.name
            )
        if new != team.name:
            log_account_change(services, by, None, "team_renamed", {"team": (team.name, new)})
            _take_back_requests(services, by, {team_name_key(team.name), team_name_key(new)})
            team.name = team.label = new


def dissolve_work_team(services: AccessServices, by: Worker, team_id: int) -> None:
    """Let the team be no more: those in it reach one another's cases no longer by it. Raises :class:`Mistake`."""
    with services.store.writing() as session:
        team = _get_work_team(session, team_id)
        _require_leave_to_change(by, team)
        for user in work_team_members(session).get(team_id, ()):
            names = sorted(group.name for group in user.groups)
            names_left = [name for name in names if name != team.name]
            log_account_change(services, by, user.id, "changed", {"teams": (names, names_left)})
        log_account_change(services, by, None, "team_dissolved", {"team": (team.name, "")})
        _take_back_requests(services, by, {team_name_key(team.name)})
        session.execute(delete(user_group_table).where(user_group_table.c.group_id == team_id))
        session.execute(delete(access_period_table).where(access_period_table.c.group_id == team_id))
        session.expire_all()
        session.delete(_get_work_team(session, team_id))
        require_an_administrator(services)


def _take_back_requests(services: AccessServices, by: Worker, keys: Collection[str]) -> None:
    """Nobody confirms a place in a team that is called otherwise now: another one may soon have its name."""
    asked = access_request_table.c
    for row in services.session.execute(select(asked.id, asked.user_id, asked.name).where(asked.kind == "team")).all():
        if team_name_key(row.name) in keys:
            services.session.execute(delete(access_request_table).where(asked.id == row.id))
            log_account_change(services, by, row.user_id, "access_refused", {"teams": ([], [row.name])})


def may_change_work_team(by: Worker, team: Group) -> bool:
    """Whether this worker renames or dissolves it: a team may give a role to everybody in it."""
    return by.is_administrator or all(role.name != ADMINISTRATOR for role in team.roles)


def _require_leave_to_change(by: Worker, team: Group) -> None:
    if not may_change_work_team(by, team):
        raise Mistake("Only an administrator renames or dissolves a team that makes administrators.")


def tidy_team_name(name: str) -> str:
    """The name as it is kept: no blanks around it, one between words, marks as one letter with the letter."""
    return " ".join(unicodedata.normalize("NFC", strip_invisible(name)).split())


MARKS_REMOVED = str.maketrans("ёЁ", "еЕ")
"""The fold reads ё as it sounds, and so otherwise than е."""


def team_name_key(name: str) -> str:
    """What two spellings of one name share: its letters and digits without marks and capitals."""
    plain = tidy_team_name(name).translate(MARKS_REMOVED)
    letters = "".join(letter for letter in fold_text(plain) if letter.isalnum())
    return letters or tidy_team_name(name)


def _usable_team_name(name: str) -> str:
    new = tidy_team_name(name)
    if not new or len(new) > MAX_TEAM_NAME_LENGTH:
        raise Mistake("Write a name of at most %(most)s letters for the team.", most=MAX_TEAM_NAME_LENGTH)
    return new


def _team_called(teams: Collection[Group], name: str) -> Group | None:
    """The team of this name: spelled just so, or else in another way."""
    alike = [team for team in teams if team_name_key(team.name) == team_name_key(name)]
    return next((team for team in alike if team.name == name), next(iter(alike), None))


def _get_work_team(session: Any, team_id: int) -> Group:
    found: Group | None = session.get(Group, team_id)
    if found is None:
        raise LookupError(team_id)
    return found
