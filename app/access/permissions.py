"""The roles of roles.yaml as Flask-AppBuilder's roles and permissions.

The file is the source, the tables follow it: an action on ``form:<key>``, "see" on ``page:<key>``.
"""

from collections.abc import Iterable
from typing import Any

from flask import current_app, has_app_context
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import Table, delete, insert, select, tuple_

from app.access.guarded import Guarded, guarded
from app.language.roles import Role as RoleInFile
from app.language.roles import Roles

Permitted = tuple[str, str]
"""Permission and view menu: ("enter", "form:visit_report")."""

role_table: Table = Role.__table__
permission_table: Table = Permission.__table__
menu_table: Table = ViewMenu.__table__
pair_table: Table = PermissionView.__table__
link_table: Table = assoc_permissionview_role


def sync_permissions(session: Any, roles: Roles, forms: Iterable[str]) -> None:
    """Make the tables say what the file says, inside the caller's transaction.

    A role that left the file keeps its users and loses every permission.
    """
    keys = list(forms)
    permitted = {role.role: permitted_to(role, keys) for role in roles.roles}
    wanted = set[Permitted]().union(*permitted.values())
    role_ids = _ensure(session, role_table, permitted)
    actions = _ensure(session, permission_table, {action for action, _ in wanted})
    menus = _ensure(session, menu_table, {menu for _, menu in wanted})
    pairs = _ensure_pairs(session, {(actions[action], menus[menu]) for action, menu in wanted})
    _link(session, {
        (pairs[actions[action], menus[menu]], role_ids[role])
        for role, of_role in permitted.items() for action, menu in of_role
    })
    if has_app_context() and "dosar_access" in current_app.extensions:
        guarded().permissions.clear()


def permitted_to(role: RoleInFile, forms: Iterable[str]) -> set[Permitted]:
    """What the file permits the role, in Flask-AppBuilder's words."""
    on_forms = {(str(action), f"form:{form}") for form in forms for action in role.actions(form)}
    return on_forms | {("see", f"page:{page}") for page in role.pages}


def permissions_of(guarded: Guarded, role_ids: frozenset[int]) -> frozenset[Permitted]:
    """What these roles may do together; asked of the database once for each set of roles."""
    if role_ids not in guarded.permissions:
        found = guarded.session.execute(
            select(permission_table.c.name, menu_table.c.name)
            .join_from(link_table, pair_table, pair_table.c.id == link_table.c.permission_view_id)
            .join(permission_table, permission_table.c.id == pair_table.c.permission_id)
            .join(menu_table, menu_table.c.id == pair_table.c.view_menu_id)
            .where(link_table.c.role_id.in_(role_ids))
        )
        guarded.permissions[role_ids] = frozenset(tuple(row) for row in found)
    return guarded.permissions[role_ids]


def _ensure(session: Any, table: Table, names: Iterable[str]) -> dict[str, int]:
    """The ids of these names; the missing ones are added."""
    known = dict(session.execute(select(table.c.name, table.c.id)).all())
    missing = sorted(set(names) - known.keys())
    if missing:
        session.execute(insert(table), [{"name": name} for name in missing])
        known = dict(session.execute(select(table.c.name, table.c.id)).all())
    return known


def _ensure_pairs(session: Any, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    asks = select(pair_table.c.permission_id, pair_table.c.view_menu_id, pair_table.c.id)
    known = {(action, menu): pair for action, menu, pair in session.execute(asks)}
    missing = sorted(wanted - known.keys())
    if missing:
        rows = [{"permission_id": action, "view_menu_id": menu} for action, menu in missing]
        session.execute(insert(pair_table), rows)
        known = {(action, menu): pair for action, menu, pair in session.execute(asks)}
    return known


def _link(session: Any, wanted: set[tuple[int, int]]) -> None:
    both = link_table.c.permission_view_id, link_table.c.role_id
    known = {tuple(row) for row in session.execute(select(*both))}
    for gone in _in_parts(sorted(known - wanted)):
        session.execute(delete(link_table).where(tuple_(*both).in_(gone)))
    missing = [{"permission_view_id": pair, "role_id": role} for pair, role in sorted(wanted - known)]
    if missing:
        session.execute(insert(link_table), missing)


def _in_parts(links: list[tuple[int, int]], size: int = 400) -> Iterable[list[tuple[int, int]]]:
    return (links[start:start + size] for start in range(0, len(links), size))
