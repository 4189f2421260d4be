"""What arrives in a request."""

from io import BytesIO

import pytest
from flask import Flask, request
from werkzeug.datastructures import MultiDict

from dosar.pages.input.request_input import install_request_class
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on


@pytest.fixture
def app() -> Flask:
    made = Flask("dosar")
    install_request_class(made)
    return made


def test_a_character_nobody_types_is_left_out(app: Flask) -> None:
    posted = {"na\x00me": ["Ți\x00rcă", "\x00"], "other": "rămâne"}
    with app.test_request_context("/?se%00arch=a%00b&page=2", method="POST", data=posted):
        assert request.args.to_dict(flat=False) == {"search": ["ab"], "page": ["2"]}
        assert request.form.to_dict(flat=False) == {"name": ["Țircă", ""], "other": ["rămâne"]}
        assert request.values["search"] == "ab"


def test_what_nobody_sees_is_left_out_but_of_passwords(app: Flask) -> None:
    posted = {"words": "\u200eZaga\u00adievschi\ufeff", "password": "patru\u200b cuvinte"}
    with app.test_request_context("/", method="POST", data=posted):
        assert request.form.to_dict() == {"words": "Zagaievschi", "password": "patru\u200b cuvinte"}


def test_what_people_type_arrives_as_it_is(app: Flask) -> None:
    typed = "Țîrcă\r\n\tșters; 100% \u00a0„ghilimele” 🙂"
    with app.test_request_context("/", method="POST", data={"a": typed, "b": [typed, ""]}):
        assert request.form.to_dict(flat=False) == {"a": [typed], "b": [typed, ""]}


def test_an_attached_file_keeps_every_byte(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"file": (BytesIO(b"a\x00b"), "poza.png"), "a": "\x00"}):
        assert request.files["file"].read() == b"a\x00b"
        assert request.form["a"] == ""


def test_a_search_with_such_a_character_finds_what_is_meant(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    token = token_on(browser.get("/records/case").text)
    browser.post("/records/case/search", data={"search": "DEMO-\x00001", "csrf_token": token})
    assert "/cases/1" in browser.get("/records/case").text
    browser.post("/records/case/search", data={"search": "", "csrf_token": token})


def test_a_request_for_the_head_alone_is_one_for_the_page(app: Flask) -> None:
    with app.test_request_context("/", method="HEAD"):
        assert request.method == "GET"


def test_a_correction_says_what_she_saw(demo: Demo) -> None:
    """Without the version of its page it would be saved over a colleague's, and is kept as her draft."""
    browser = demo.browser("coordinator")
    page = look(browser, "/records/case/1/edit")
    boxes = MultiDict(page.boxes)
    boxes.poplist("_seen")
    answer = browser.post(page.action, data=boxes)
    assert answer.status_code == 400
    assert look(browser, page.address).boxes.getlist("_seen") == page.boxes.getlist("_seen"), "nobody changed it"
