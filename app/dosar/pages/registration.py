"""The pages put into an application."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from flask import Flask

import dosar.pages
from dosar.access.appbuilder.security_manager import PageRegistry
from dosar.access.appbuilder.view import PageView


def register_pages(app: Flask, registry: PageRegistry) -> None:
    """Every page, registered with Flask-AppBuilder so that its roles govern them."""
    with app.app_context():
        for view in page_views(dosar.pages):
            registry.add_view_no_menu(view)


def page_views(folder: ModuleType) -> Iterator[type[PageView]]:
    """The views that the modules of a folder make, and those of the folders in it."""
    for found in walk_packages(folder.__path__, f"{folder.__name__}."):
        module = import_module(found.name)
        made_here = (member for member in vars(module).values() if getattr(member, "__module__", "") == found.name)
        yield from (member for member in made_here if isinstance(member, type) and issubclass(member, PageView))
