"""A sheet that was open while its form was changed: what was typed goes where it belongs, or is shown to be copied."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from shutil import copytree

import pytest

from dosar import shipped_folder
from tests.applications import opened_app
from tests.databases import Place, fresh_place
from tests.pages.browsing import Page, look, page_of
from tests.pages.conftest import Demo

SHEET = "/records/visit_report/new?case=7"
TYPED = {"visit_date": "azi", "visit_purpose": "Prima vizită", "conclusions": "Bine."}
TOLD = "Formularul s-a schimbat de când a fost deschisă această pagină"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]) -> Iterator[Callable[[], Page]]:
    """The demo with another form of the visit report: gives pages of new sheets that were opened before."""
    folder = tmp_path_factory.mktemp("changed")
    forms = folder / "forms"
    copytree(shipped_folder("forms"), forms)
    with fresh_place("sqlite", folder, filled("sqlite")) as place:
        before, _ = opened_app(folder, place.key, forms=forms, demo=True)
        old_pages = [look(Demo(before).browser("case_manager"), SHEET) for _ in range(4)]
        before.extensions["dosar_repository"].store.close()
        change(forms / "visit_report.yaml")
        app, _ = opened_app(folder, place.key, forms=forms, demo=True)
        for page in old_pages:
            page.browser.application = app
        yield old_pages.pop
        app.extensions["dosar_repository"].store.close()


def change(file: Path) -> None:
    """One question gets another name, one and a column of a table are asked no more."""
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "{name: skills," not in line and "{name: position_held," not in line]
    text = "\n".join(kept).replace("{name: performance,", "{name: school_results, was: performance,")
    file.write_text(text, encoding="utf-8")


def test_what_was_typed_under_a_former_name_is_saved(changed: Callable[[], Page]) -> None:
    old_page = changed()
    saved = old_page.save({**TYPED, "performance": "Învață bine."})
    assert saved.address.startswith("/records/visit_report/") and "Învață bine." in saved.text


def test_what_is_asked_no_more_is_shown_and_the_rest_is_saved_next(changed: Callable[[], Page]) -> None:
    old_page = changed()
    row = {"participants.0.id": "", "participants.0.name": "Dna Rusu", "participants.0.position_held": "dirigintă"}
    sent = {**old_page.boxes.to_dict(), **TYPED, **row, "skills": "Desenează.", "never_there": "Orice <b>"}
    answer = old_page.browser.post(old_page.action, data=sent)
    shown = page_of(old_page.browser, answer)
    assert answer.status_code == 422 and TOLD in shown.text
    for told in (
        "Abilități Desenează.",
        "Participanții la vizită, rândul 1: Funcție dirigintă",
        "never_there Orice <b>",
    ):
        assert told in shown.text
    assert shown.boxes["conclusions"] == "Bine." and shown.boxes["participants.0.name"] == "Dna Rusu"
    opened = look(old_page.browser, SHEET)
    assert TOLD in opened.text and "Desenează." in opened.text, "they are in the draft too"
    saved = opened.save({})
    assert saved.address.startswith("/records/visit_report/") and "Dna Rusu" in saved.text


def test_a_file_in_such_a_box_is_told_too(changed: Callable[[], Page]) -> None:
    old_page = changed()
    sent = {**old_page.boxes.to_dict(), **TYPED, "certificate": (BytesIO(b"%PDF-1.7"), "Ana.pdf")}
    answer = old_page.browser.post(old_page.action, data=sent)
    assert answer.status_code == 422 and "certificate" in answer.text
    assert "Aici a fost ales un fișier. Nu a fost păstrat." in answer.text and "Ana.pdf" not in answer.text


def test_the_page_of_an_error_shows_it_too(changed: Callable[[], Page]) -> None:
    old_page = changed()
    sent = {**old_page.boxes.to_dict(), **TYPED, "skills": "Desenează.", "_unasked.other_one": "Altceva"}
    answer = old_page.browser.post(old_page.action.replace("case=7", "case=987654"), data=sent)
    assert answer.status_code == 404 and "Prima vizită" in answer.text
    for told in ("<dt>skills</dt>", "Desenează.", "<dt>other_one</dt>", "Altceva"):
        assert told in answer.text


def test_what_another_section_asks_now_is_saved_too(demo: Demo) -> None:
    section = look(demo.browser("coordinator"), "/records/case/6/edit/1")
    assert "mother_tongue" in section.boxes and "occupation" not in section.boxes
    sent = {**section.boxes.to_dict(), "occupation": "Croitoreasă", "_confirmed": "1"}
    answer = section.browser.post(section.action, data=sent)
    assert answer.status_code == 303 and "Croitoreasă" in look(section.browser, "/records/case/6").text
