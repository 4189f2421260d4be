"""Which cells are asked in two worlds: what the walk asks, and every order, filter and word besides."""

from collections.abc import Iterator
from dataclasses import replace

from tests.attack.cells import Cell
from tests.attack.routes import is_open
from tests.attack.secrets import FIRST_WORDS, HIDDEN_WORDS, SECOND_WORDS
from tests.attack.walk import Walk

REFUSED = {"no token", "forged once", "once of another", "forged version", "odd", "other method"}
"""What is refused before anything is read."""
ENDING = (
    "SignInPage.",
    "SecondFactorPage.",
    "UserAccessPage.sign_out",
    "ProfilePage.",
    "ProfileTelephonePage.",
    "ProfilePasskeysPage.",
    "PasskeySignInPage.",
)
"""What ends sessions, or shows a secret made for this one answer."""


def compared_cells(walk: Walk, role: str, forms: frozenset[str] = frozenset()) -> Iterator[Cell]:
    """What the role asks in both worlds; of these forms only, if any are named, and of no form."""
    for cell in walk.turns.asked_of(role):
        if cell.attack in REFUSED or cell.endpoint.startswith(ENDING) or cell.endpoint == "static":
            continue
        is_open_to_her = is_open(walk.planted.policy, role, cell.endpoint, cell.form)
        if is_open_to_her and (not forms or cell.form in forms or not cell.form):
            yield cell
    for form in walk.planted.forms:
        if (not forms or form in forms) and is_open(walk.planted.policy, role, "RecordPages.list", form):
            yield from _wishes(walk, role, form)
    if is_open(walk.planted.policy, role, "FindCasePage.search", ""):
        for words in HIDDEN_WORDS:
            yield Cell(role, "POST", "FindCasePage.search", "/find", body=(("words", words),), then="/find")


def _wishes(walk: Walk, role: str, form: str) -> Iterator[Cell]:
    """Every order, hidden columns too; filters that fit one reading; words of both readings."""
    address, policy = f"/records/{form}", walk.planted.policy
    listed = Cell(role, "GET", "RecordPages.list", address, "", form)
    names = [name for key, name in policy.asked if key == form and "." not in name]
    sorts = [*policy.forms[form].get("list", ()), *(name for name in policy.hidden(role, form) if "." not in name)]
    for name in dict.fromkeys(sorts):
        for start in ("", "-"):
            yield replace(listed, address=f"{address}?sort={start}{name}", attack="sort")
    for wanted in (FIRST_WORDS, SECOND_WORDS, "yes", "1", "~none"):
        yield replace(listed, address=f"{address}?{'&'.join(f'{name}={wanted}' for name in names)}", attack="filters")
    searching = Cell(role, "POST", "RecordPages.search", f"{address}/search", "", form, "search", then=address)
    for words in HIDDEN_WORDS:
        yield replace(searching, body=(("search", words),))
