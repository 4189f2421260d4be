"""What nobody types, what no page offers, what was erased: a share of what ``python -m tests.rigs.fuzz posts`` and
``python -m tests.rigs.walk attacks erased`` ask."""

from random import Random

import pytest

from tests.attack.attacks import Attacks
from tests.attack.hostile import Hostile
from tests.attack.policy import ANYBODY
from tests.attack.states import Erased
from tests.attack.walk import Walk

FORMS = ("case", "humanitarian_aid")
TRIES = 60
ONE_OF = 101
"""The share of the attacks that is asked here."""


@pytest.mark.parametrize("role", ["coordinator", ANYBODY])
def test_what_nobody_types_is_no_error_of_the_server(walk: Walk, role: str) -> None:
    hostile = Hostile(walk, FORMS)
    oracle = hostile.go(role, (Random(seed) for seed in range(TRIES)))
    assert [str(violation) for violation in oracle.violations] == []
    assert hostile.asked == TRIES
    posting = {rule.endpoint for rule in walk.planted.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posting <= {meant.cell.endpoint for meant in hostile.found}, "every posting route is attacked"


def test_asking_for_more_than_a_page_offers_brings_nothing(walk: Walk) -> None:
    attacks = Attacks(walk, share=ONE_OF)
    assert [str(violation) for violation in attacks.go("case_manager").violations] == []
    assert attacks.asked > 40


def test_what_was_erased_is_answered_as_what_never_was(walk: Walk) -> None:
    """The last one: after it nothing stands any more in the case of everybody's own."""
    erased = Erased(walk, FORMS)
    assert [str(violation) for violation in erased.go("coordinator").violations] == []
    assert erased.asked > 100
    assert len(erased.hers) > 500
