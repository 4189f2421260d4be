"""Flask-AppBuilder imported without the libraries it takes for parts of it that no page of ours asks for.

They would take a third of the start: every dialect of SQLAlchemy for one class of columns, the counters of a limiter,
the schema checks, the YAML and the classes of its API, certificates for its tokens. Whatever is used of them after all
is imported then, by its own name.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

WHOLE = ("cryptography.x509", "jsonschema", "yaml")
"""Modules that Flask-AppBuilder asks only when it uses them."""
IN_PARTS = {
    "sqlalchemy_utils.types.uuid": ("UUIDType",),
    "flask_limiter": ("Limiter", "RequestLimit"),
    "flask_limiter.util": ("get_remote_address",),
    "flask_appbuilder.security.sqla.apis": (
        "ApiKeyApi",
        "GroupApi",
        "PermissionApi",
        "PermissionViewMenuApi",
        "RoleApi",
        "UserApi",
        "ViewMenuApi",
    ),
    "marshmallow_sqlalchemy": ("SQLAlchemyAutoSchema", "field_for"),
    "marshmallow_sqlalchemy.fields": ("Related", "RelatedList"),
}
"""Modules of which it takes these at once: to annotate with, to compare with, to make one of."""


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


class _LaterPart:
    """Stands for a class or a function of a module until it is called, or a class is made of it."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def real(self) -> Any:
        return getattr(import_module(self.module), self.name)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.real()(*arguments, **options)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.real(),)

    def __instancecheck__(self, instance: Any) -> bool:
        return self.module in sys.modules and isinstance(instance, self.real())

    def __eq__(self, other: object) -> bool:
        return self is other or (self.module in sys.modules and self.real() is other)

    def __hash__(self) -> int:
        return hash((self.module, self.name))


@contextmanager
def _standing_in() -> Iterator[None]:
    """Inside, these modules are only names; those imported before stay what they are."""
    missing = {name for name in (*WHOLE, *IN_PARTS) if name not in sys.modules}
    for name in missing:
        sys.modules[name] = _Later(name)
    for name in missing.intersection(IN_PARTS):
        for part in IN_PARTS[name]:
            setattr(sys.modules[name], part, _LaterPart(name, part))
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


if "flask_appbuilder" not in sys.modules:
    with _standing_in():
        import flask_appbuilder.security.sqla.manager  # noqa: F401
