"""Where the files of a folder name a form, so that a form can get another name in all that is kept of them."""

from collections.abc import Mapping
from typing import Any

PLAIN_MENTIONS: Mapping[str, frozenset[str]] = {
    "form": frozenset({"to", "from_last", "written", "lifted_in", "sheet"}),
    "face": frozenset({"of"}),
    "menu": frozenset({"entries"}),
    "profile": frozenset({"forms"}),
    "figures": frozenset({"form"}),
    "stages": frozenset({"form", "needs", "optional", "beside", "ledger", "period"}),
}
"""Sort of file → the keys whose values are names of forms."""
DOTTED_MENTIONS: Mapping[str, frozenset[str]] = {"form": frozenset({"from_last", "head", "foot", "was", "ended_in"})}
"""Sort of file → the keys whose values are ``form.question``."""
KEY_MENTIONS: Mapping[str, frozenset[str]] = {"roles": frozenset({"may"})}
"""Sort of file → the keys under which the names of forms are keys themselves."""


def rename_mentions(sort: str, values: Any, was: str, now: str) -> Any:
    """The contents of a file of this sort, with the form's new name wherever they mention it."""

    def called(key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [called(key, item) for item in value]
        if isinstance(value, dict):
            named = key in KEY_MENTIONS.get(sort, ())
            return {now if named and name == was else name: called(str(name), item) for name, item in value.items()}
        if value == was and key in PLAIN_MENTIONS.get(sort, ()):
            return now
        if isinstance(value, str) and value.startswith(f"{was}.") and key in DOTTED_MENTIONS.get(sort, ()):
            return now + value[len(was) :]
        return value

    return called("", values)
