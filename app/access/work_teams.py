"""Teams of workers: whose cases count as one's own. Names that differ in marks, capitals or blanks are one name."""

import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import Group, User
from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from app.access.account_history import note_account
from app.access.guarded import Guarded
from app.access.tables import user_groups
from app.access.worker import Worker
from app.language.alphabet import sort_key
from app.language.characters import visible
from app.language.message import Mistake
from app.records.folding import fold

LONGEST = 100


def work_teams(session: Any) -> list[Group]:
    """Every team, in the order of the Romanian alphabet."""
    found: Sequence[Group] = session.scalars(select(Group)).all()
    return sorted(found, key=lambda team: sort_key(team.name))


def members_of(session: Any) -> dict[int, list[User]]:
    """Team → who is in it, by name."""
    people = session.scalars(select(User).options(selectinload(User.groups))).all()
    found: dict[int, list[User]] = {}
    for user in sorted(people, key=lambda one: sort_key(f"{one.last_name} {one.first_name}")):
        for team in user.groups:
            found.setdefault(team.id, []).append(user)
    return found


def teams_named(session: Any, names: Collection[str]) -> list[Group]:
    """The teams of these names; one that is not there yet is new."""
    there = work_teams(session)
    found: dict[str, Group] = {}
    for name in sorted(names):
        team = _called(there, name) or Group(name=tidy(name), label=tidy(name), description="")
        found.setdefault(compared(team.name), team)
    return list(found.values())


def rename_team(guarded: Guarded, by: Worker, team_id: int, was: str, name: str) -> None:
    """Give the team another name; ``was`` is the one that whoever renames it saw. Raises :class:`Mistake`."""
    with guarded.store.writing() as session:
        team = _team(session, team_id)
        if team.name != was:
            raise Mistake('Somebody else renamed this team meanwhile; now it is "%(name)s".', name=team.name)
        new = _usable(name)
        other = _called([one for one in work_teams(session) if one.id != team_id], new)
        if other is not None:
            raise Mistake('There is already a team "%(name)s"; put its people there, or choose another name.',
                          name=other.name)
        if new != team.name:
            note_account(guarded, by, None, "team_renamed", {"team": (team.name, new)})
            team.name = team.label = new


def dissolve_team(guarded: Guarded, by: Worker, team_id: int) -> None:
    """Let the team be no more: those in it reach one another's cases no longer by it."""
    with guarded.store.writing() as session:
        team = _team(session, team_id)
        for user in members_of(session).get(team_id, ()):
            names = sorted(group.name for group in user.groups)
            left = [name for name in names if name != team.name]
            note_account(guarded, by, user.id, "changed", {"teams": (names, left)})
        note_account(guarded, by, None, "team_dissolved", {"team": (team.name, "")})
        session.execute(delete(user_groups).where(user_groups.c.group_id == team_id))
        session.expire_all()
        session.delete(_team(session, team_id))


def tidy(name: str) -> str:
    """The name as it is kept: no blanks around it, one between words, marks as one letter with the letter."""
    return " ".join(unicodedata.normalize("NFC", visible(name)).split())


WITHOUT_MARK = str.maketrans("ёЁ", "еЕ")
"""The fold reads ё as it sounds, and so otherwise than е."""


def compared(name: str) -> str:
    """What two spellings of one name share: its letters and digits without marks and capitals."""
    plain = tidy(name).translate(WITHOUT_MARK)
    letters = "".join(letter for letter in fold(plain) if letter.isalnum())
    return letters or tidy(name)


def _usable(name: str) -> str:
    new = tidy(name)
    if not new or len(new) > LONGEST:
        raise Mistake("Write a name of at most %(most)s letters for the team.", most=LONGEST)
    return new


def _called(teams: Collection[Group], name: str) -> Group | None:
    """The team of this name: spelled just so, or else in another way."""
    alike = [team for team in teams if compared(team.name) == compared(name)]
    return next((team for team in alike if team.name == name), next(iter(alike), None))


def _team(session: Any, team_id: int) -> Group:
    found: Group | None = session.get(Group, team_id)
    if found is None:
        raise LookupError(team_id)
    return found
