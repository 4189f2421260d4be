"""A part of what ``python -m tests.rigs.forge`` posts: nothing that is not hers is written in anybody's name."""

import pytest
from flask_wtf.csrf import CSRFProtect

from tests.attack.walk import Walk
from tests.rigs.forge import Forging

ROLE = "volunteer"


def test_a_forged_post_writes_nothing(walk: Walk) -> None:
    came = Forging(walk, 8, richer="").go(ROLE)
    assert came.wrong == []
    assert came.forged.total() > 50 and came.wrote


def test_a_door_without_tokens_is_noticed(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: where nobody asks for a token, forged posts write."""
    monkeypatch.setattr(CSRFProtect, "protect", lambda self, **_: None)
    came = Forging(walk, 24, richer="").go(ROLE)
    assert any("no token: writes" in wrong for wrong in came.wrong)
