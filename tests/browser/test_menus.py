"""Every role finds what it may do, and nothing else."""

import pytest

from tests.browser.conftest import SignIn


@pytest.mark.parametrize("role", ["volunteer"])
def test_first(sign_in: SignIn, role: str) -> None:
    worker = sign_in(role, "en")
    assert worker.language == "en"
