"""Applications that are opened once in a process, each with its data as they came: to be put back after every file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from typing import Protocol, TypeVar

from flask import Flask

from tests.photograph import Photograph, photographed


class WithApp(Protocol):
    """What there is to do with an application that runs."""

    @property
    def app(self) -> Flask:
        """The application."""


Opened = TypeVar("Opened", bound=WithApp)
Lasting = Callable[[str], tuple[Opened, Photograph]]
"""What is open on a database of this kind, and the photograph of its data."""


@contextmanager
def lasting(open_on: Callable[[str], AbstractContextManager[Opened]]) -> Iterator[Lasting[Opened]]:
    """Open one on each database that is asked for, and close them all at the end."""
    with ExitStack() as open_ones:

        @cache
        def opened_on(database: str) -> tuple[Opened, Photograph]:
            opened = open_ones.enter_context(open_on(database))
            photograph = photographed(opened.app.extensions["dosar_repository"].store.engine)
            open_ones.callback(photograph.close)
            return opened, photograph

        yield opened_on
