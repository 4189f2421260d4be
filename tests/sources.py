"""The code of Dosar as tests look at it: parsed when somebody looks at it, and then once for all of them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

APP = Path(__file__).parent.parent / "app/dosar"


@cache
def syntax_of(name: str) -> ast.Module:
    """The syntax of one file of ours."""
    return ast.parse((APP / name).read_text("utf-8"), name)


@cache
def nodes_of(tree: ast.Module) -> list[ast.AST]:
    """Every piece of it: one rule after the other looks at them."""
    return list(ast.walk(tree))


def file_names(ending: str = "*.py", without: Callable[[Path], bool] = lambda file: False) -> list[str]:
    """Our files that end so, as they are called below the package."""
    return [file.relative_to(APP).as_posix() for file in sorted(APP.rglob(ending)) if not without(file)]


class Syntax(Mapping[str, ast.Module]):
    """The syntax of the files of these names."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> ast.Module:
        return syntax_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
