"""The roles of roles.yaml as Flask-AppBuilder's roles and permissions.

At every start the file is written into the tables; from then on the tables decide what a request may do
(:mod:`dosar.access.roles.permission_cache`). An action on ``form:<key>`` and "see" on ``page:<key>`` are permissions
there, named the way Flask-AppBuilder's own decorators ask for them. Whose cases a role reaches and which sensitive
answers it sees has no place in these tables: it stays with the file.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, delete, insert, select, tuple_

from dosar.access.framework import PERMISSION_PREFIX
from dosar.access.roles.permission_cache import Permitted
from dosar.access.tables import menu_table, pair_table, permission_table, role_permissions, role_table
from dosar.language.organisation.roles import PAGE_NAMES, PageName, Roles
from dosar.language.organisation.roles import Role as RoleInFile

FORM, PAGE = "form:", "page:"


def permission(action: str) -> str:
    """An action of the file as Flask-AppBuilder names the permission to do it."""
    return f"{PERMISSION_PREFIX}{action}"


def permissions_in_file(role: RoleInFile, forms: Iterable[str]) -> set[Permitted]:
    """What the file permits the role, in Flask-AppBuilder's words."""
    on_forms = {(permission(action), f"{FORM}{form}") for form in forms for action in role.actions(form)}
    return on_forms | {(permission("see"), f"{PAGE}{page}") for page in role.pages}


def rights_in(permitted: Iterable[Permitted]) -> dict[str, set[str]]:
    """Form → the actions that are permitted on its records."""
    rights: dict[str, set[str]] = {}
    for name, menu in permitted:
        if menu.startswith(FORM):
            rights.setdefault(menu.removeprefix(FORM), set()).add(name.removeprefix(PERMISSION_PREFIX))
    return rights


def pages_in(permitted: Iterable[Permitted]) -> frozenset[PageName]:
    """The administration pages that may be seen."""
    granted = set(permitted)
    return frozenset(page for page in PAGE_NAMES if (permission("see"), f"{PAGE}{page}") in granted)


def sync_permissions(session: Any, roles: Roles, forms: Iterable[str]) -> None:
    """Make the tables say what the file says, inside the caller's transaction.

    A role that left the file keeps its users and loses every permission.
    """
    keys = list(forms)
    permitted = {role.role: permissions_in_file(role, keys) for role in roles.roles}
    declared = set[Permitted]().union(*permitted.values())
    role_ids = _ensure_names(session, role_table, permitted)
    actions = _ensure_names(session, permission_table, {action for action, _ in declared})
    menus = _ensure_names(session, menu_table, {menu for _, menu in declared})
    pairs = _ensure_pairs(session, {(actions[action], menus[menu]) for action, menu in declared})
    links = {
        (pairs[actions[action], menus[menu]], role_ids[role])
        for role, of_role in permitted.items()
        for action, menu in of_role
    }
    _link_permissions(session, links)
    _delete_unlisted(session, pair_table.c.id, set(pairs.values()) - {pair for pair, _ in links})
    _delete_unlisted(session, permission_table.c.name, actions.keys() - {action for action, _ in declared})
    _delete_unlisted(session, menu_table.c.name, menus.keys() - {menu for _, menu in declared})


def _ensure_names(session: Any, table: Table, names: Iterable[str]) -> dict[str, int]:
    """The ids of these names; the missing ones are added."""
    known = dict(session.execute(select(table.c.name, table.c.id)).all())
    missing = sorted(set(names) - known.keys())
    if missing:
        session.execute(insert(table), [{"name": name} for name in missing])
        known = dict(session.execute(select(table.c.name, table.c.id)).all())
    return known


def _ensure_pairs(session: Any, declared: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    asks = select(pair_table.c.permission_id, pair_table.c.view_menu_id, pair_table.c.id)
    known = {(action, menu): pair for action, menu, pair in session.execute(asks)}
    missing = sorted(declared - known.keys())
    if missing:
        rows = [{"permission_id": action, "view_menu_id": menu} for action, menu in missing]
        session.execute(insert(pair_table), rows)
        known = {(action, menu): pair for action, menu, pair in session.execute(asks)}
    return known


def _link_permissions(session: Any, declared: set[tuple[int, int]]) -> None:
    link_columns = role_permissions.c.permission_view_id, role_permissions.c.role_id
    known = {tuple(row) for row in session.execute(select(*link_columns))}
    for gone in _in_batches(sorted(known - declared)):
        session.execute(delete(role_permissions).where(tuple_(*link_columns).in_(gone)))
    missing = [{"permission_view_id": pair, "role_id": role} for pair, role in sorted(declared - known)]
    if missing:
        session.execute(insert(role_permissions), missing)


def _delete_unlisted(session: Any, column: Column[Any], gone: Iterable[Any]) -> None:
    """Let nothing stand in the tables that no role of the file is permitted."""
    for part in _in_batches(sorted(gone)):
        session.execute(delete(column.table).where(column.in_(part)))


def _in_batches(found: list[Any], size: int = 400) -> Iterable[list[Any]]:
    return (found[start : start + size] for start in range(0, len(found), size))
