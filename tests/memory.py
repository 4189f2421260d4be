"""What a process keeps from file to file: it must not grow slow of what thousands of tests before left behind.

An application remembers what it made of its forms for as long as it runs. Here hundreds run one after the other.
"""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import _lru_cache_wrapper, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.routing import Rule

OURS = "dosar."
OF_THE_RECORDS = "dosar.records.repository"
MOST_TEXTS = 500
"""How many form files are remembered."""
MOST_FORMS = 4
"""Of how many sets of forms the tables are remembered."""
MANY_BLOCKS = 1_500_000
"""So many new objects and parts of them are worth looking for garbage among, at the end of a file."""
YOUNG, YOUNG_TURNS, OLD_TURNS = 50_000, 10, 4
"""How many new objects there are before garbage is looked for among them, and how seldom among older ones."""
_mapped: list[tuple[Any, Any]] = []
"""Forms, and what their tables and classes are: those of last time first."""
_blocks = 0
"""How many there were when garbage was looked for last."""


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
    """Most tests read the same forms: what was made of a text is never changed."""
    from ruamel.yaml import YAML

    from dosar.language.load import quick_yaml

    compose = YAML.compose

    @lru_cache(MOST_TEXTS)
    def composed(parser: type, text: str) -> Any:
        yaml = YAML(typ="safe", pure=True)
        yaml.Parser = parser
        return compose(yaml, text)

    def composed_once(yaml: YAML, text: str) -> Any:
        return composed(yaml.Parser, text)

    YAML.compose = composed_once  # type: ignore[assignment, method-assign]
    quick_yaml.compose_quickly = lru_cache(MOST_TEXTS)(quick_yaml.compose_quickly)


def map_forms_once() -> None:
    """Mapped classes are dear, and never changed once they are made: the same for the same forms, of which many stories
    tell. What an application remembers about its tables stays its own."""
    if OF_THE_RECORDS not in sys.modules:  # no test of this run needs them
        return
    records: Any = sys.modules[OF_THE_RECORDS]
    map_forms = records.build_tables

    def mapped_once(forms: Any) -> Any:
        found = next((entry for entry in _mapped if entry[0] is forms), None) or (forms, map_forms(forms))
        _mapped[:] = [found, *(entry for entry in _mapped if entry is not found)][:MOST_FORMS]
        return replace(found[1], statements={})

    records.build_tables = mapped_once


def forget_tables() -> None:
    """What was made of forms is let go of, as by an application that ends."""
    _mapped.clear()


def keep_what_is_imported() -> None:
    """What is there before the first test stays: garbage is looked for among what comes later."""
    keep_what_is_there()
    gc.set_threshold(YOUNG, YOUNG_TURNS, OLD_TURNS)
    # data that are sealed are looked for among all that was ever frozen: here that is of hundreds of files
    gc.unfreeze = lambda: None


def keep_what_is_there() -> None:
    """Nobody looks for garbage among it any more."""
    global _blocks
    gc.collect()
    gc.freeze()
    _blocks = sys.getallocatedblocks()


def let_go_of_a_file() -> None:
    """After the last test of a file: forget its applications; what is still there is for the whole run."""
    for remembering in _remembering():
        remembering.cache_clear()
    if sys.getallocatedblocks() - _blocks > MANY_BLOCKS:
        keep_what_is_there()


def _remembering() -> list["_lru_cache_wrapper[object]"]:
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(OURS)]
    return [value for module in modules for value in vars(module).values() if isinstance(value, _lru_cache_wrapper)]
