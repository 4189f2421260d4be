"""How far a long piece of work has come."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the step that is done just now (``snapshot``, ``write``, ``verify`` …) and how much of it, 0 to 1."""


def keep_silent(step: str, done: float) -> None:
    """Progress that nobody watches."""
