"""Flask-AppBuilder as a library: its users, roles and permissions decide; none of its pages is shown.

What it would register by itself (index, back, languages by GET, sign-in by JWT, its API, its menus) is
left out here; a test walks the routes.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, g, session
from flask_jwt_extended import JWTManager
from flask_login import LoginManager, current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from dosar.access.authorization import let_in
from dosar.access.framework import AppBuilder, SecurityManager, User
from dosar.access.login.login import user_with_password
from dosar.access.roles.permission_cache import Permitted
from dosar.access.services import access_services
from dosar.access.worker import worker_for

HASH_METHOD = "scrypt:131072:8:1"

FAB_SETTINGS = {
    "AUTH_ROLE_ADMIN": "administrator",
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_OPENAPI_VIEWS": False,
    "FAB_ADD_SECURITY_API": False,
    "FAB_ADD_SECURITY_VIEWS": False,
    "FAB_API_KEY_ENABLED": False,
    "FAB_API_KEY_HASH_METHOD": "scrypt:1024:8:1",  # a key is 256 random bits: there is nothing to guess
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
}


class PageRegistry(AppBuilder):
    """Registers our pages; brings none of its own."""

    _indexview: Any

    def _add_admin_views(self) -> None:
        self._indexview = None

    def _add_global_static(self) -> None:
        """Its style sheets and scripts are not served."""

    def _add_global_filters(self) -> None:
        """Its template filters ask the database for every link."""


class _SessionLoginManager(LoginManager):
    """Whose session it is stands in the session's row; no cookie remembers anybody beyond it."""

    def _load_user(self) -> None:
        user_id = getattr(session, "user_id", None)
        load: Any = self._user_callback
        user = load(user_id) if user_id is not None else None
        self._update_request_context_with_user(user)

    def _update_remember_cookie(self, response: Any) -> Any:
        return response


class AccessSecurityManager(SecurityManager):
    """Its security manager without pages, tokens, keys or guests."""

    userstatschartview: Any = None

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = _SessionLoginManager()
        manager.init_app(app, add_context_processor=False)
        manager.user_loader(self.load_user)
        return manager

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """Its decorators ask for one; it refuses every token: a password alone must never open an API."""
        manager = JWTManager(app)
        manager.token_in_blocklist_loader(lambda *_: True)
        return manager

    def create_limiter(self, app: Flask) -> Any:
        """Sign-in has limits of its own, in the database (dosar.access.login.throttle)."""

    def register_views(self) -> None:
        """None of its pages."""

    def load_user(self, pk: int) -> User | None:
        """The active user with her roles and groups, in one statement."""
        found: User | None = (
            self.session.scalars(
                select(User)
                .where(User.id == int(pk), User.active.is_(True))
                .options(joinedload(User.roles), joinedload(User.groups))
            )
            .unique()
            .one_or_none()
        )
        return found

    def auth_user_db(self, username: str, password: str) -> User | None:
        """The user if this is her password; asks the same work of everybody (no waits here)."""
        user_id = user_with_password(access_services(), username, password)
        return None if user_id is None else self.load_user(user_id)

    def validate_api_key(self, api_key_string: str) -> User | None:
        """Whose key this is; for the rest of the request she is the worker, as she is in a session of her own."""
        with access_services().store.writing():
            user: User | None = super().validate_api_key(api_key_string)
        if user is not None:
            let_in(worker_for(access_services(), user.id))
        return user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether whose key came with the request, or else who is signed in, has this permission."""
        user: Any = g.user if g.get("_api_key_user") else current_user
        return bool(user) and user.is_authenticated and self._has_view_access(user, permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public."""
        return False

    def get_user_roles(self, user: Any) -> list[Any]:
        return super().get_user_roles(user) if user.is_authenticated else []

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self._permissions(user)

    def _get_user_permission_view_menus(
        self, user: Any, permission_name: str, view_menus_name: Iterable[str]
    ) -> set[str]:
        if user is None:
            return set()
        allowed = self._permissions(user)
        return {name for name in view_menus_name if (permission_name, name) in allowed}

    def _permissions(self, user: Any) -> frozenset[Permitted]:
        return access_services().permissions.permitted_to(frozenset(role.name for role in self.get_user_roles(user)))


def create_page_registry(app: Flask, database_session: Any) -> PageRegistry:
    """Flask-AppBuilder, told to keep to itself."""
    app.config.update(FAB_SETTINGS)
    app.config.setdefault("FAB_PASSWORD_HASH_METHOD", HASH_METHOD)
    with app.app_context():
        registry = PageRegistry(
            current_app, database_session, security_manager_class=AccessSecurityManager, update_perms=False
        )
    return registry
