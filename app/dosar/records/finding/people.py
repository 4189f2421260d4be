"""Which of the people who sign in a worker may find by name: those her work leads her to, and no list of the staff."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select, true

from dosar.database.system_tables import team_table, utc_now
from dosar.database.users import User, role_holders
from dosar.records.finding.search import search_words
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


def people_in_reach(repository: Repository) -> ColumnElement[bool]:
    """The condition under which a user is herself, of one of her teams, or works or worked on one of her cases; so
    does whoever reaches all cases. Who reaches all cases finds everybody."""
    scope = current_scope.get()
    if scope.reaches_all_cases:
        return true()
    on_her_cases = select(team_table.c.user_id).where(scope.reaches(team_table.c.case_id))
    everywhere = {role.role for role in repository.definition.roles.roles if role.scope == "all"}
    return or_(
        User.id.in_(sorted(scope.colleagues | scope.teammates | {scope.worker_id or 0})),
        User.id.in_(on_her_cases),
        User.id.in_(role_holders(everywhere, scope.today or utc_now().date())),
    )


def people_out_of_reach(repository: Repository, numbers: Iterable[int]) -> set[int]:
    """Those of the numbers behind which is nobody whom the worker may find by name: one statement, or none.

    A number that somebody makes up is refused by it, and no name told to it.
    """
    asked = {*numbers} - {current_scope.get().worker_id}
    if not asked:
        return set()
    found = repository.session.scalars(select(User.id).where(User.id.in_(sorted(asked)), people_in_reach(repository)))
    return asked - {*found}


def is_called(repository: Repository, number: int, words: str) -> bool:
    """Whether these are whole words of the person's name: who knows whom she looks for has found her."""
    person = repository.session.execute(select(User.first_name, User.last_name).where(User.id == number)).one_or_none()
    return person is not None and name_holds(" ".join(person), words)


def name_holds(name: str, words: str) -> bool:
    """Whether each of the words is a whole word of the name; no words are in none."""
    asked = search_words(words)
    return bool(asked) and {*asked} <= {*search_words(name)}
