"""A file in the browser: attached, opened, kept by a correction, replaced, removed; on the sheet and in rows."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

NEW = {
    "event": ("title", "starts_on"),
    "library_document": ("title",),
}
"""What somebody types first on a new sheet of the form."""
TYPED = {"title": "Munca de teren", "starts_on": "01.03.2026"}


def picture(name: str) -> Any:
    content = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def attach(hers: Visitor, box: str, name: str) -> None:
    hers.page.locator(f"input[type=file][name='{box}']").set_input_files([picture(name)])


def opened(hers: Visitor, name: str) -> bytes:
    """What comes when somebody clicks on the file's name."""
    with hers.page.expect_download() as coming:
        hers.page.get_by_role("link", name=name).first.click()
    assert re.fullmatch(r"dosar-\d+\.png", coming.value.suggested_filename), "a person may be named by the file"
    return bytes(coming.value.path().read_bytes())


@pytest.mark.parametrize("form, box", [("event", "materials"), ("library_document", "files.0.file")])
def test_a_file_is_attached_kept_replaced_and_removed(sign_in: SignIn, form: str, box: str) -> None:
    hers = sign_in("coordinator", "ro")
    hers.open(f"/records/{form}/new")
    hers.type(**{name: TYPED[name] for name in NEW[form]})
    if form == "event":
        hers.page.locator("[name=kind]").first.check()
    else:
        hers.press("Adaugă rând")
    attach(hers, box, "prima.png")
    hers.press("Salvează")
    assert opened(hers, "prima.png (imagine, ").startswith(b"\x89PNG")
    hers.follow("Modifică")
    assert hers.page.get_by_label(re.compile("Păstrează fișierul prima.png")).is_checked()
    hers.press("Salvează")
    assert hers.sees("prima.png")
    hers.follow("Modifică")
    attach(hers, box, "a doua.png")
    hers.press("Salvează")
    assert hers.sees("a doua.png") and hers.misses("prima.png")
    hers.follow("Modifică")
    hers.page.get_by_label(re.compile("Păstrează fișierul a doua.png")).uncheck()
    hers.press("Salvează")
    assert hers.misses("a doua.png")
    hers.follow("Istoric modificări")
    for name in ("prima.png", "a doua.png"):
        assert opened(hers, name).startswith(b"\x89PNG")


def test_a_draft_says_which_file_is_to_be_chosen_again(sign_in: SignIn) -> None:
    hers = sign_in("coordinator", "ro")
    hers.open("/records/event/new")
    hers.type(title="Cu materiale")
    with hers.page.expect_response(lambda answer: "not-kept" in (answer.request.post_data or "")):
        attach(hers, "materials", "prima.png")
    for _ in range(2):
        hers.open("/records/event/new")
        assert hers.sees("1 fișier a fost ales aici")
        with hers.page.expect_response(re.compile("/drafts/")):
            hers.type(title="Cu materiale alese din nou")
    hers.click(hers.page.get_by_role("link", name="Materiale", exact=True))
    assert hers.page.evaluate("document.activeElement.id || location.hash") in ("materials", "#materials")
    attach(hers, "materials", "prima.png")
    hers.press("Renunță la ciornă")
