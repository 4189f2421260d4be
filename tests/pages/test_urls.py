"""Addresses that are compiled late are those of Werkzeug."""

from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from dosar.pages.urls import LazyRule

COMPILED_BY_WERKZEUG = "<werkzeug routing>"
ADDRESSES: dict[str, dict[str, Any]] = {
    "/": {},
    "/records/<form>/<int:number>/": {"form": "ședință a", "number": 7},
    "/records/<form>/all": {"form": "case", "rule": "x", "q": "ș&ț"},
}


def made(kind: type[Rule], address: str, values: dict[str, Any]) -> str:
    return Map([kind(address, endpoint="page")]).bind("dosar.exemplu.ro").build("page", values)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_what_werkzeug_makes_of_it(address: str) -> None:
    assert made(LazyRule, address, ADDRESSES[address]) == made(Rule, address, ADDRESSES[address])


def test_a_start_compiles_none() -> None:
    """Werkzeug's own, under a name that another version may not have."""
    early, late = Rule("/<form>", endpoint="page"), LazyRule("/<form>", endpoint="page")
    Map([early, late])
    assert _file_of(early) == COMPILED_BY_WERKZEUG
    assert _file_of(late) != COMPILED_BY_WERKZEUG


def _file_of(rule: Rule) -> str:
    file: str = rule._build.__func__.__code__.co_filename  # type: ignore[attr-defined]
    return file
