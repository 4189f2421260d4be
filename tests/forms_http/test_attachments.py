"""Files go with their sheets: through every form that asks for one, over HTTP, on both databases."""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, true

from dosar import shipped_folder
from dosar.language.face import FACE_NAME_FOR_ALL
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answers, Question
from dosar.records.actor import Actor
from dosar.records.attachments import files_in_answers
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.sheets.stored_answers import answers_of
from tests.applications import opened_app
from tests.databases import DATABASES, Place, fresh_place
from tests.days import today_here
from tests.forms_http.generating import Generator
from tests.pages.browsing import Page, look, page_of
from tests.pages.conftest import Demo, token_on

EVERY_KIND = Path(__file__).with_name("every_kind.yaml")
"""A form of one's own, which asks for files in rows too."""
COORDINATOR = "coordinator"
TODAY = today_here()
CLERK = Actor(None, COORDINATOR, TODAY)
CONFIRMED = {"_confirmed": "1", "_reason": "Verificat pe hârtie."}


@dataclass
class Sheet:
    """A sheet that asks for files: the boxes where it does, and the page each stands on."""

    form: str
    record: int
    boxes: dict[str, str]

    @property
    def url(self) -> str:
        return f"/records/{self.form}/{self.record}"


@pytest.fixture(scope="module", params=DATABASES)
def office(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    filled: Callable[[str], Place],
) -> Iterator[Demo]:
    """The organisation of the demo, with a form of its own."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(shipped_folder("forms"), folder / "forms")
    shutil.copy(EVERY_KIND, folder / "forms")
    with fresh_place(request.param, folder, filled(request.param)) as place:
        app, _ = opened_app(place.data or folder, place.key, place.url, forms=folder / "forms", demo=True)
        yield Demo(app)
        app.extensions["dosar_repository"].store.close()


def picture(name: str) -> list[Any]:
    """A picture as a browser sends it."""
    content = BytesIO()
    Image.new("RGB", (2, 2), "white").save(content, "PNG")
    content.seek(0)
    return [(content, name)]


def wrong(name: str) -> list[Any]:
    return [(BytesIO(b"MZ"), name)]


def with_files(office: Demo) -> list[Form]:
    """The forms that ask for a file, on the sheet or in rows."""
    return [
        form
        for form in office.forms.values()
        if any(part.attached for asked in form.asked_questions() for part in (asked, *asked.columns_asked()))
    ]


def filed(office: Demo, form: Form, case_id: int) -> Sheet:
    """A sheet with every answer but its files."""
    with office.app.app_context(), acting_as(SYSTEM_SCOPE):
        made = Generator(form, links(office.repository, form, case_id), TODAY, COORDINATOR).sheets()
        full = next(given for given in made if dict(files_in_answers(form.asked_questions(), given)))
        restricting = {restriction.question for restriction in form.restricts}
        answers = {name: answer for name, answer in full.items() if name not in restricting}
        boxes = [".".join(where) for where, _ in files_in_answers(form.asked_questions(), answers)]
        record = enter_sheet(office.repository, form, without_files(form.asked_questions(), answers), CLERK, case_id)
        office.repository.session.remove()
    pages = [look(office.browser(COORDINATOR), address) for address in correcting(office, form, record)]
    return Sheet(
        form.key,
        record,
        {
            box: next(page.address for page in pages if f'type="file" id="{box.replace(".", "-")}"' in page.html)
            for box in boxes
        },
    )


def links(repository: Repository, form: Form, case_id: int) -> dict[str, list[int]]:
    """A record for every link of the form to point to, of the same case where it belongs to one."""
    asked = [part for question in form.asked_questions() for part in (question, *question.columns_asked())]
    targets = {target for question in asked if (target := question.link_target())} - {CASE_FORM, USER_LINK}
    return {
        **{target: [_linked(repository, target, case_id)] for target in targets},
        CASE_FORM: [case_id],
        USER_LINK: [1],
    }


def _linked(repository: Repository, target: str, case_id: int) -> int:
    kept: Any = repository.record_class(target)
    some = select(kept.id).where(kept.case_id == case_id if repository.forms[target].belongs_to else true()).limit(1)
    found: int | None = repository.session.scalar(some)
    return found or enter_sheet(repository, repository.forms[target], {}, CLERK, case_id)


def without_files(asked: Iterable[Question], answers: Answers) -> Answers:
    questions = list(asked)
    left = {question.name: None if question.attached else answers.get(question.name) for question in questions}
    rows = {table.name: answers.get(table.name) for table in questions if table.columns_asked()}
    return left | {
        name: [{"id": None, **without_files(table.columns_asked(), row)} for row in rows[name] or ()]
        for table in questions
        if (name := table.name) in rows
    }


def correcting(office: Demo, form: Form, record: int) -> list[str]:
    """The pages on which the sheet is corrected, with all its questions."""
    start, paper = f"/records/{form.key}/{record}/edit", f"?face={FACE_NAME_FOR_ALL}" if form.face else ""
    if not office.browser(COORDINATOR).get(start + paper).location:
        return [start + paper]
    return [f"{start}/{step}{paper}" for step in range(1, len(form.sections) + 1)]


@dataclass
class Secretary:
    """Somebody who attaches, replaces and removes; she looks at the sheet after every step."""

    browser: FlaskClient

    def attach(self, sheet: Sheet, box: str, name: str) -> int:
        after = look(self.browser, sheet.boxes[box]).save({box: picture(name), **CONFIRMED})
        return link_on(after, name)

    def correct(self, sheet: Sheet) -> None:
        """Save every page as it stands."""
        for address in dict.fromkeys(sheet.boxes.values()):
            look(self.browser, address).save(CONFIRMED)

    def remove(self, sheet: Sheet, box: str) -> None:
        page = look(self.browser, sheet.boxes[box])
        page.boxes.poplist(box)
        page.save(CONFIRMED)

    def link(self, address: str, name: str) -> int:
        """The number of the file that is called so on this page, with its kind and size."""
        return link_on(look(self.browser, address), name)

    def opens(self, number: int) -> bool:
        answer = self.browser.get(f"/files/{number}")
        return answer.status_code == 200 and answer.data.startswith(b"\x89PNG")

    def press(self, address: str, **more: str) -> None:
        answer = self.browser.post(address, data={"csrf_token": token_on(self.browser.get("/profile").text), **more})
        assert answer.status_code == 303, f"{address}: {answer.status_code}"


def link_on(page: Page, name: str) -> int:
    found = re.search(rf'<a href="/files/(\d+)">{re.escape(name)} \(imagine, \d+ B\)</a>', page.html)
    assert found, f"{page.address} shows no {name}"
    return int(found[1])


def files_of(office: Demo, sheet: Sheet) -> dict[str, int]:
    """Box → file, as the database has it."""
    with office.app.app_context(), acting_as(SYSTEM_SCOPE):
        record = office.repository.find(sheet.form, sheet.record, with_deleted=True)
        answers = answers_of(office.repository, record)
        office.repository.session.remove()
    questions = office.forms[sheet.form].asked_questions()
    return {".".join(where): number for where, number in files_in_answers(questions, answers)}


def through_its_life(office: Demo, hers: Secretary, sheet: Sheet) -> dict[str, int]:
    """Attach, correct without a change, replace, remove, attach again; returns the files that stand there."""
    first = {box: hers.attach(sheet, box, f"{box}-1.png") for box in sheet.boxes}
    assert files_of(office, sheet) == first
    hers.correct(sheet)
    assert files_of(office, sheet) == first, f"{sheet.form} forgot a file"
    second = {box: hers.attach(sheet, box, f"{box}-2.png") for box in sheet.boxes}
    assert files_of(office, sheet) == second
    for box in reversed(sheet.boxes):
        hers.remove(sheet, box)
    assert files_of(office, sheet) == {}
    told = [hers.link(f"{sheet.url}/history", f"{box}-{turn}.png") for turn in (1, 2) for box in sheet.boxes]
    assert told == [*first.values(), *second.values()]
    assert all(map(hers.opens, told)), f"the history of {sheet.form} leads nowhere"
    return {box: hers.attach(sheet, box, f"{box}-3.png") for box in sheet.boxes}


def test_files_go_with_their_sheets_through_every_form(office: Demo) -> None:
    hers = Secretary(office.browser(COORDINATOR))
    with office.app.app_context(), acting_as(SYSTEM_SCOPE):
        case = office.forms[CASE_FORM]
        kept, gone = (enter_sheet(office.repository, case, {"last_name": name}, CLERK) for name in ("Lupu", "Ursu"))
        office.repository.session.remove()
    sheets = [filed(office, form, gone) for form in with_files(office)]
    assert len(sheets) == 11
    stand = [(sheet, through_its_life(office, hers, sheet)) for sheet in sheets]

    compare = hers.browser.get(f"/cases/{kept}/merge/{gone}").text
    tokens = dict(re.findall(r'name="(_seen|_other)" value="([^"]+)"', compare))
    hers.press(f"/cases/{kept}/merge/{gone}", reason="aceeași persoană", **tokens)
    for sheet, files in stand:
        assert files_of(office, sheet) == files, f"{sheet.form} lost a file on the way to another case"
        assert {box: hers.link(sheet.url, f"{box}-3.png") for box in files} == files
        assert all(map(hers.opens, files.values()))

        hers.press(f"{sheet.url}/delete", _confirmed="1")
        assert {box: hers.link(sheet.url, f"{box}-3.png") for box in files} == files
        assert all(map(hers.opens, files.values())), "who may delete may look at what was deleted"
        assert not any(
            office.browser("volunteer").get(f"/files/{file_id}").status_code == 200 for file_id in files.values()
        )


def test_a_file_is_not_lost_where_the_sheet_comes_back(office: Demo) -> None:
    """A refused answer, a refused file, a small button: what was attached stands on the page that follows."""
    hers = Secretary(office.browser(COORDINATOR))
    sheet = filed(office, office.forms["every_kind"], 1)
    page = look(hers.browser, sheet.boxes["a_file"])
    again = hers.browser.post(
        page.action,
        data={
            **page.boxes.to_dict(flat=False),
            "a_file": picture("scan.png"),
            "an_image": wrong("poza.png"),
            "rows.0.paper": picture("act.png"),
            "rows.7.paper": wrong("virus.exe"),
            "an_integer": "mulți",
            **CONFIRMED,
        },
    )
    assert again.status_code == 422
    assert again.text.count("Păstrează fișierul scan.png (imagine, ") == 1
    assert again.text.count("Păstrează fișierul act.png (imagine, ") == 1
    assert 'id="an_image-problem"' in again.text
    assert 'id="rows-2-paper-problem"' in again.text, "the row stays where a file was refused"
    page = page_of(hers.browser, again)
    page.boxes.setlist("an_image", picture("poza.png"))
    pressed = hers.browser.post(page.action, data={**page.boxes.to_dict(flat=False), "_row": "add rows"})
    assert "Păstrează fișierul scan.png" in pressed.text
    assert "Păstrează fișierul poza.png" in pressed.text
    page.boxes.setlist("an_image", wrong("poza.png"))
    pressed = hers.browser.post(page.action, data={**page.boxes.to_dict(flat=False), "_row": "add rows"})
    assert pressed.status_code == 422 and 'id="an_image-problem"' in pressed.text


def test_the_file_of_another_sheet_is_not_attached_by_its_number(office: Demo) -> None:
    hers = Secretary(office.browser(COORDINATOR))
    one, other = (filed(office, office.forms["every_kind"], 1) for _ in range(2))
    number = hers.attach(one, "a_file", "scan.png")
    page = look(hers.browser, other.boxes["a_file"])
    page.boxes["a_file"] = str(number)
    refused = hers.browser.post(page.action, data={**page.boxes.to_dict(flat=False), **CONFIRMED})
    assert refused.status_code == 422
    assert "Acest fișier ține de altă fișă" in refused.text
    assert files_of(office, other) == {}
