"""An invitation is shown with a button to copy it, and says from where it can be opened."""

import pytest

from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("localhost", "numai pe acest calculator"),
        ("dosar.example.org", "care ajunge la dosar.example.org"),
    ],
)
def test_an_invitation_says_from_where_it_opens(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, host: str, said: str
) -> None:
    trusted = [*demo.app.config["TRUSTED_HOSTS"], "dosar.example.org"]
    monkeypatch.setitem(demo.app.config, "TRUSTED_HOSTS", trusted)
    browser = demo.browser("administrator")
    here = f"/users/{user_id(demo, 'volunteer')}"
    token = token_on(browser.get(here).text)
    browser.set_cookie("dosar", browser.get_cookie("dosar").value, domain=host)  # type: ignore[union-attr]
    shown = browser.post(f"{here}/invitation", data={"csrf_token": token}, base_url=f"http://{host}/").text
    assert said in shown and 'data-copy="invitation"' in shown
