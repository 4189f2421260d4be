"""What a process keeps from file to file: it must not grow slow of what thousands of tests before left behind.

An application remembers what it made of its forms for as long as it runs. Here hundreds run one after the other.
"""

import gc
import sys
from collections.abc import Callable
from functools import _lru_cache_wrapper, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.routing import Rule

OURS = "dosar."
MOST_TEXTS = 500
"""How many form files are remembered."""
YOUNG, YOUNG_TURNS, OLD_TURNS = 50_000, 10, 4
"""How many new objects there are before garbage is looked for among them, and how seldom among older ones."""


def write_addresses_once() -> None:
    """Werkzeug compiles two functions for every route of every application: the same for the same route."""
    from werkzeug.routing import Rule

    compiled: dict[Any, Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def compiled_once(rule: "Rule", append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        what = rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown
        if what not in compiled:
            compiled[what] = compile_builder(rule, append_unknown)
        return compiled[what]

    Rule._compile_builder = compiled_once  # type: ignore[method-assign]


def read_forms_once() -> None:
    """Most tests read the same forms, by a parser of pure Python: what one made of a text is never changed."""
    from ruamel.yaml import YAML

    compose = YAML.compose

    @lru_cache(MOST_TEXTS)
    def composed(parser: type, text: str) -> Any:
        yaml = YAML(typ="safe", pure=True)
        yaml.Parser = parser
        return compose(yaml, text)

    def composed_once(yaml: YAML, text: str) -> Any:
        return composed(yaml.Parser, text)

    YAML.compose = composed_once  # type: ignore[assignment, method-assign]


def keep_what_is_imported() -> None:
    """What is there before the first test stays: garbage is looked for among what comes later."""
    keep_what_is_there()
    gc.set_threshold(YOUNG, YOUNG_TURNS, OLD_TURNS)
    # data that are sealed are looked for among all that was ever frozen: here that is of hundreds of files
    gc.unfreeze = lambda: None


def keep_what_is_there() -> None:
    """Nobody looks for garbage among it any more."""
    gc.collect()
    gc.freeze()


def let_go_of_a_file() -> None:
    """After the last test of a file: forget its applications; what is still there is for the whole run."""
    for remembering in _remembering():
        remembering.cache_clear()
    keep_what_is_there()


def _remembering() -> list["_lru_cache_wrapper[object]"]:
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(OURS)]
    return [value for module in modules for value in vars(module).values() if isinstance(value, _lru_cache_wrapper)]
