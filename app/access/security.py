"""Flask-AppBuilder as a library: its users, roles and permissions, none of its pages.

What it would register by itself (index, back, languages by GET, sign-in by JWT, its API, its menus) is
left out here; a test walks the routes.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, session
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Role, User
from flask_login import LoginManager, current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.guarded import guarded
from app.access.permissions import permissions_of
from app.access.signing_in import right_password

HASH_METHOD = "scrypt:131072:8:1"

SETTINGS = {
    "AUTH_ROLE_ADMIN": "administrator",
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_OPENAPI_VIEWS": False,
    "FAB_ADD_SECURITY_API": False,
    "FAB_ADD_SECURITY_VIEWS": False,
    "FAB_API_KEY_ENABLED": False,
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
}


class Registry(AppBuilder):
    """Registers our pages; brings none of its own."""

    def _add_admin_views(self) -> None:
        self._indexview = None

    def _add_global_static(self) -> None:
        """Its style sheets and scripts are not served."""

    def _add_global_filters(self) -> None:
        """Its template filters ask the database for every link."""


class _SignedIn(LoginManager):
    """Whose session it is stands in the session's row; no cookie remembers anybody beyond it."""

    def _load_user(self) -> None:
        user_id = getattr(session, "user_id", None)
        user = self._user_callback(user_id) if user_id is not None else None
        self._update_request_context_with_user(user)

    def _update_remember_cookie(self, response: Any) -> Any:
        return response


class Security(SecurityManager):
    """Its security manager without pages, tokens, keys or guests."""

    userstatschartview = None

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = _SignedIn()
        manager.init_app(app, add_context_processor=False)
        manager.user_loader(self.load_user)
        return manager

    def create_jwt_manager(self, app: Flask) -> None:
        """No tokens: a password alone must never open an API."""

    def create_limiter(self, app: Flask) -> None:
        """Sign-in has limits of its own, in the database (app.access.guessing)."""

    def register_views(self) -> None:
        """None of its pages."""

    def load_user(self, pk: int) -> User | None:
        """The active user with her roles and groups, in one statement."""
        found: User | None = self.session.scalars(
            select(User).where(User.id == int(pk), User.active.is_(True))
            .options(joinedload(User.roles), joinedload(User.groups))
        ).unique().one_or_none()
        return found

    def auth_user_db(self, username: str, password: str) -> User | None:
        """The user if this is her password; asks the same work of everybody (no waits here)."""
        user_id = right_password(guarded(), username, password)
        return None if user_id is None else self.load_user(user_id)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return bool(current_user) and current_user.is_authenticated and self._has_view_access(
            current_user, permission_name, view_name
        )

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public."""
        return False

    def get_user_roles(self, user: Any) -> list[Role]:
        return list(user.roles) if user.is_authenticated else []

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self._permissions(user)

    def _get_user_permission_view_menus(
        self, user: Any, permission_name: str, view_menus_name: Iterable[str]
    ) -> set[str]:
        if user is None:
            return set()
        allowed = self._permissions(user)
        return {name for name in view_menus_name if (permission_name, name) in allowed}

    def _permissions(self, user: Any) -> frozenset[tuple[str, str]]:
        return permissions_of(guarded(), frozenset(role.id for role in self.get_user_roles(user)))


def register_with_appbuilder(app: Flask, database_session: Any) -> Registry:
    """Flask-AppBuilder, told to keep to itself."""
    app.config.update(SETTINGS)
    app.config.setdefault("FAB_PASSWORD_HASH_METHOD", HASH_METHOD)
    with app.app_context():
        registry = Registry(
            current_app, database_session, security_manager_class=Security, update_perms=False
        )
    return registry
