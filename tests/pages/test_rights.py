"""What a person may ask for: a coordinator makes a copy of all that is held on her."""

import zipfile
from io import BytesIO

from dosar.language.form import CASE_FORM
from tests.pages.conftest import Demo, token_on


def test_a_coordinator_makes_a_copy_for_the_person(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    page = browser.get("/cases/1/copy")
    assert page.status_code == 200 and "Copia întregului dosar" in page.text
    answers = {"csrf_token": token_on(page.text), "language": "ro"}
    assert browser.post("/cases/1/copy", data={**answers, "reason": " "}).status_code == 422
    taken = browser.post("/cases/1/copy", data={**answers, "reason": "Ea însăși, cu actul"})
    names = zipfile.ZipFile(BytesIO(taken.data)).namelist()
    assert taken.headers["Content-Disposition"] == 'attachment; filename="DEMO-001.zip"' and "data.pdf" in names
    assert "Ea însăși, cu actul" in browser.get("/rights").text
    assert "S-a făcut o copie pentru persoană" in browser.get(f"/records/{CASE_FORM}/1/history").text


def test_nobody_else_does(demo: Demo) -> None:
    for user in ("case_manager", "accountant", "administrator"):
        assert demo.browser(user).get("/cases/1/copy").status_code in (403, 404), user
        assert demo.browser(user).get("/rights").status_code == 403, user
