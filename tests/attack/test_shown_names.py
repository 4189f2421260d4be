"""Every page, asked by who reads names masked: none is on any; after *show* those of one case, on its pages alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from zlib import crc32

import pytest

from dosar.database.audit.reading import AuditFilter, audit_lines
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import Role
from dosar.language.question_options import Sensitivity
from tests.attack.canaries import Canary
from tests.attack.cells import Cell
from tests.attack.policy import Place
from tests.attack.routes import is_open
from tests.attack.walk import Walk, sign_in

IDENTITY: Sensitivity = "identity"
HERS = {"case_manager": ("own",), "social_worker": ("own", "team")}
"""Who reads names masked here, and whose cases she reaches."""
ABOUT_NOTHING = ("", "shared")


READING = {"RecordPages.show", "RecordPages.history", "RecordPages.list", "RecordPages.list?case", "FilePages.file"}
"""What shows records: of every form. Of all the rest one form in four stands for the others."""
ONE_IN = 4


@pytest.fixture(params=HERS)
def role(request: pytest.FixtureRequest, walk: Walk) -> Iterator[str]:
    """Signed in, where the organisation has names masked for her."""
    services = walk.planted.app.extensions["dosar_access"]
    whole, name = services.definition, str(request.param)

    def masked(role: Role) -> Role:
        return role.model_copy(update={"names": "masked"}) if role.role == name else role

    roles = whole.roles.model_copy(update={"roles": [masked(role) for role in whole.roles.roles]})
    services.definition = replace(whole, roles=roles)
    walk.sessions[name] = sign_in(walk.planted.app, name)
    yield name
    services.definition = whole


def test_no_page_tells_a_name_before_and_only_those_of_the_case_after(walk: Walk, role: str) -> None:
    every = list(pages(walk, role))
    assert len(every) > 700
    own, names = walk.planted.cases["own"], canaries(walk)
    reads_all = role == "case_manager" or walk.turns.every
    asked = [cell for cell in every if (reads_all and cell.endpoint in READING) or has_turn(walk, cell)]
    told = {cell: found for cell in asked if (found := names_on(walk, cell, names))}
    assert told == {}, "before she asked for any"

    asking = Cell(role, "POST", "NamesPages.show", f"/cases/{own}/names", body=(("reason", "Vine mâine."),))
    assert walk.answer(asking).status == 303
    shown: set[int] = set()
    for cell in asked:
        if cell.target not in ("own", "") or not has_turn(walk, cell):
            continue
        found = names_on(walk, cell, names)
        places = {walk.planted.aviary.kept[number].place for number in found}  # type: ignore[union-attr]
        allowed: tuple[Place, ...] = ("own", "shared") if cell.target == "own" else ()
        assert places <= set(allowed), (cell, places)
        shown |= found
    own_names = {number for number, bird in names.items() if bird.place == "own"}
    assert len(shown & own_names) > len(own_names) / 5, "or the pages would tell nothing to anybody"
    with walk.planted.app.app_context():
        told_of = audit_lines(walk.planted.repository.session, AuditFilter(actions=("names_shown",)), most=5)
        walk.planted.repository.session.remove()
    assert [(line.actor, line.case_id) for line in told_of[:1]] == [(walk.planted.users[role], own)]


def has_turn(walk: Walk, cell: Cell) -> bool:
    """Whether this form stands for the others on this page; the case file, where the names are, always does."""
    alone = not cell.form or cell.form == CASE_FORM or walk.turns.every
    return alone or crc32(f"{cell.endpoint} {cell.form}".encode()) % ONE_IN == 0


def canaries(walk: Walk) -> dict[int, Canary]:
    """Everything that tells who a person is, by number."""
    kept = enumerate(walk.planted.aviary.kept)
    return {number: bird for number, bird in kept if isinstance(bird, Canary) and IDENTITY in bird.needs}


def names_on(walk: Walk, cell: Cell, names: Mapping[int, Canary]) -> set[int]:
    answer = walk.answer(cell)
    return walk.planted.aviary.found(f"{answer.headers}\n{answer.text}") & names.keys()


def pages(walk: Walk, role: str) -> Iterator[Cell]:
    """Every page that is open to her, of her cases, of what belongs to no case, and of nothing."""
    for rule in walk.planted.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for form, target, address in walk.turns.ways.addresses(role, rule):
            cell = Cell(role, "GET", rule.endpoint, address, target, form)
            for asked in (cell, *walk.turns.ways._queries(cell)):
                is_hers = asked.target in (*HERS[role], *ABOUT_NOTHING) and asked.attack == "plain"
                if is_hers and is_open(walk.planted.policy, role, rule.endpoint, form):
                    yield asked
