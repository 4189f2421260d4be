"""A case in which consent was withdrawn: its team goes on reading it, and whoever does not lead it writes nothing in
it, by whichever door."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from dosar.access.worker import worker_for
from dosar.language.form import CASE_FORM
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.moving import Move, move_deadline
from dosar.overview.deadlines.reading import find_deadlines
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, CaseIsRestricted, OutOfReach, acting_as
from dosar.records.sheets.acceptance import accept_sheet, return_sheet
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.teams import join_team
from tests.days import today_here
from tests.pages.browsing import boxes_on, look
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import consented, filed
from tests.pages.test_moving_deadlines import last_move
from tests.pages.test_team import user_id

TODAY = today_here()
GIVEN, WITHDRAWN = TODAY - timedelta(60), TODAY - timedelta(10)
WRITERS, READERS = ("coordinator", "case_manager"), ("social_worker", "psychologist", "volunteer")
WORDS = "Consultație la dispensar, după-amiaza."
Door = Callable[[Demo, Actor], Any]


@contextmanager
def working(demo: Demo, user: str) -> Iterator[Actor]:
    """Whatever is done inside is done by this worker, below all pages."""
    worker = worker_for(demo.app.extensions["dosar_access"], user_id(demo, user))
    with demo.app.app_context(), acting_as(worker.scope):
        try:
            yield Actor(worker.id, worker.name, TODAY)
        finally:
            demo.repository.session.remove()


class Withdrawn:
    """A case with a sheet of each kind, before and after its person took back her consent."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.case = filed(demo, CASE_FORM, opened_on=GIVEN, status="open", last_name="Nou", first_name="Caz")
        manager = Actor(user_id(demo, "case_manager"), "case_manager", TODAY)
        with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
            for user in (*WRITERS[1:], *READERS):
                join_team(demo.repository, demo.repository.case(self.case), user_id(demo, user), user, manager)
            demo.repository.session.remove()
        self.intake = consented(demo, self.case, GIVEN)
        self.visit = filed(demo, "visit_report", self.case, visit_date=GIVEN)
        self.aid = filed(demo, "humanitarian_aid", self.case, given_on=GIVEN)
        said = {"kind": "task", "subject": "Cerere", "due_on": TODAY, "responsible": user_id(demo, "social_worker")}
        self.task, self.gone = filed(demo, "task", self.case, **said), filed(demo, "task", self.case, **said)
        self.activity = filed(demo, "activity", None, held_on=GIVEN, participants=[self.attendance(present=True)])
        self.waiting = filed(demo, "visit_report", self.case, visit_date=GIVEN)
        with demo.app.app_context(), acting_as(SYSTEM_SCOPE), demo.repository.writing():
            delete_sheet(demo.repository, demo.forms["task"], self.gone, manager)
            demo.repository.find("visit_report", self.waiting).to_check = True
        demo.repository.session.remove()

    def attendance(self, **answers: Any) -> dict[str, Any]:
        return {"id": None, "case": self.case, "present": None, **answers}

    def withdraw(self) -> None:
        self.correct("intake", self.intake, SYSTEM_SCOPE, consent_withdrawn_on=WITHDRAWN)

    def correct(self, form: str, number: int, scope: Any = None, **answers: Any) -> None:
        with self.demo.app.app_context(), acting_as(scope):
            version = open_sheet(self.demo.repository, form, number).record.version
            actor = Actor(None, "", TODAY)
            correct_sheet(self.demo.repository, self.demo.forms[form], number, version, answers, actor)
            self.demo.repository.session.remove()

    def doors(self) -> dict[str, Door]:
        """By which something of the case is written, as long as nothing restricts it."""
        return {
            "a new sheet": lambda demo, by: enter_sheet(
                demo.repository, demo.forms["task"], {"kind": "task", "due_on": TODAY}, by, self.case
            ),
            "a correction": lambda demo, by: _corrected(demo, "task", self.task, by, subject=WORDS),
            "putting off": lambda demo, by: move_deadline(
                demo.repository, self.deadline(), Move(TODAY + timedelta(3), "Primăria este închisă."), by
            ),
            "a row on a sheet of no case": lambda demo, by: _corrected(
                demo, "activity", self.activity, by, participants=self._rows(demo, present=False)
            ),
            "a row that goes": lambda demo, by: _corrected(demo, "activity", self.activity, by, participants=[]),
            "a new row": lambda demo, by: enter_sheet(
                demo.repository, demo.forms["activity"], {"held_on": GIVEN, "participants": [self.attendance()]}, by
            ),
            "deleting": lambda demo, by: delete_sheet(demo.repository, demo.forms["task"], self.task, by),
            "restoring": lambda demo, by: restore_sheet(demo.repository, demo.forms["task"], self.gone, by),
            "reversing": lambda demo, by: reverse_entry(
                demo.repository, demo.forms["humanitarian_aid"], self.aid, "Dublură.", by
            ),
            "returning": lambda demo, by: return_sheet(
                demo.repository, demo.forms["visit_report"], self.waiting, "Lipsesc orele.", by
            ),
            "accepting": lambda demo, by: accept_sheet(demo.repository, demo.forms["visit_report"], self.waiting, by),
            "deleting the case": lambda demo, by: delete_sheet(demo.repository, demo.forms[CASE_FORM], self.case, by),
        }

    def _rows(self, demo: Demo, **answers: Any) -> list[dict[str, Any]]:
        (row,) = open_sheet(demo.repository, "activity", self.activity).answers["participants"]
        return [{**row, **answers}]

    def sheets(self) -> list[str]:
        """The addresses of its sheets."""
        numbers = {"intake": [self.intake], "visit_report": [self.visit, self.waiting]}
        numbers |= {"humanitarian_aid": [self.aid], "task": [self.task], CASE_FORM: [self.case]}
        return [f"/records/{form}/{number}" for form, found in numbers.items() for number in found]

    def deadline(self) -> Any:
        with acting_as(SYSTEM_SCOPE):
            wanted = DeadlineFilter(cases=(self.case,), rules=("task.task",))
            return next(each for each in find_deadlines(self.demo.repository, wanted) if each.record_id == self.task)


def _corrected(demo: Demo, form: str, number: int, by: Actor, **answers: Any) -> None:
    version = open_sheet(demo.repository, form, number).record.version
    correct_sheet(demo.repository, demo.forms[form], number, version, answers, by)


@pytest.fixture
def withdrawn(demo: Demo) -> Withdrawn:
    found = Withdrawn(demo)
    found.withdraw()
    return found


def status(browser: FlaskClient, address: str) -> int:
    return browser.get(address).status_code


def test_her_team_reads_the_case_and_is_told_why_since_when_and_that_it_only_reads(
    demo: Demo, withdrawn: Withdrawn
) -> None:
    for user in (*WRITERS, *READERS, "accountant"):
        shown = look(demo.browser(user), f"/cases/{withdrawn.case}").text
        assert f"Consimțământul privind asistența a fost retras. Din {WITHDRAWN:%d.%m.%Y}." in shown, user
        assert ("Doar de citit." in shown) is (user not in WRITERS), user
    for user in READERS:
        assert status(demo.browser(user), f"/records/visit_report/{withdrawn.visit}") == 200, user
        page = demo.browser(user).get(f"/records/visit_report/{withdrawn.waiting}").text
        assert "/edit" not in page and "/accept" not in page and "doar citite" in page, user
    assert (
        f"/records/humanitarian_aid/new?case={withdrawn.case}"
        in look(demo.browser("case_manager"), f"/cases/{withdrawn.case}").html
    )


def test_whoever_only_reads_writes_by_no_door_below_the_pages(demo: Demo, withdrawn: Withdrawn) -> None:
    for name, door in withdrawn.doors().items():
        with working(demo, "social_worker") as actor, pytest.raises(OutOfReach) as refused:
            door(demo, actor)
        if name not in ("deleting", "restoring", "putting off", "deleting the case"):  # what she may in no case
            assert isinstance(refused.value, CaseIsRestricted), name


def test_a_role_that_may_everything_else_is_held_by_it_too(demo: Demo, withdrawn: Withdrawn) -> None:
    """Nothing but the restriction stands in the way of somebody with every right in every case."""
    whole, social = (
        worker_for(demo.app.extensions["dosar_access"], user_id(demo, user)).scope
        for user in ("coordinator", "social_worker")
    )
    held = (replace(wide, of=read.of) for wide, read in zip(whole.restrictions, social.restrictions, strict=True))
    scope = replace(whole, restrictions=tuple(held))
    for name, door in withdrawn.doors().items():
        with demo.app.app_context(), acting_as(scope):
            with pytest.raises(CaseIsRestricted):
                door(demo, Actor(scope.worker_id, name, TODAY))
            demo.repository.session.remove()


def test_the_case_manager_and_the_coordinator_write_what_the_law_asks_for(demo: Demo) -> None:
    open_to_all = {"a new row", "a row that goes", "a row on a sheet of no case"}
    for user in WRITERS:
        held = Withdrawn(demo)
        held.withdraw()
        for name, door in held.doors().items():
            if name == "deleting the case":
                continue
            with working(demo, user) as actor:
                if name in open_to_all:
                    with pytest.raises(CaseIsRestricted):
                        door(demo, actor)
                else:
                    door(demo, actor)
        with working(demo, user) as actor, pytest.raises(CaseIsRestricted):
            _corrected(demo, "visit_report", held.visit, actor, visit_date=GIVEN + timedelta(1))


def test_before_the_withdrawal_every_door_is_open(demo: Demo) -> None:
    held = Withdrawn(demo)
    for name, door in held.doors().items():
        hers = name not in ("restoring", "deleting", "putting off", "deleting the case")
        with working(demo, "social_worker" if hers else "coordinator") as actor:
            door(demo, actor)


def test_by_the_pages_she_is_told_why_and_keeps_what_she_typed(demo: Demo, withdrawn: Withdrawn) -> None:
    worker, held = demo.browser("social_worker"), withdrawn
    refused = worker.get(f"/records/task/new?case={held.case}")
    assert refused.status_code == 409 and "a fost retras" in refused.text
    for address in (f"humanitarian_aid/{held.aid}/reverse", f"visit_report/{held.waiting}/return"):
        assert status(worker, f"/records/{address}") == 409, address
    token = token_on(worker.get("/profile").text)
    with demo.app.app_context():
        due = held.deadline().id
    demo.repository.session.remove()
    for address in (
        f"/records/visit_report/{held.waiting}/accept",
        f"/due/{due}/done",
    ):
        said = {"csrf_token": token, "_confirmed": "1", "reason": "Dublură.", "note": "Lipsesc orele."}
        assert worker.post(address, data=said).status_code in (409, 303), address
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        assert open_sheet(demo.repository, "task", held.task).answers["done_on"] is None
        assert open_sheet(demo.repository, "visit_report", held.waiting).record.to_check
        demo.repository.session.remove()


def test_a_sheet_open_at_the_moment_of_withdrawal_is_not_lost(demo: Demo) -> None:
    held, worker = Withdrawn(demo), demo.browser("social_worker")
    address = f"/records/task/new?case={held.case}"
    typed = boxes_on(worker.get(address).text).boxes
    held.withdraw()
    typed["kind"], typed["subject"], typed["due_on"] = "task", WORDS, "azi"
    sent = worker.post(address, data=typed)
    assert sent.status_code == 409 and WORDS in sent.text
    held.correct("intake", held.intake, SYSTEM_SCOPE, consent_withdrawn_on=None)
    assert WORDS in worker.get(address).text, "her draft waits"


def test_a_draft_from_before_is_read_where_it_was_typed_and_may_be_discarded(demo: Demo) -> None:
    held, worker = Withdrawn(demo), demo.browser("social_worker")
    address = f"/records/task/new?case={held.case}"
    typed = boxes_on(worker.get(address).text).boxes
    typed["subject"], typed["_draft"] = WORDS, "1"
    assert worker.post(address, data=typed).status_code == 200
    held.withdraw()
    assert address in worker.get("/").text, "it stands among her drafts"
    read = worker.get(address)
    assert read.status_code == 409 and "a fost retras" in read.text and WORDS in read.text and "Ciorna" in read.text
    assert WORDS not in demo.browser("case_manager").get(address).text, "hers alone"
    form = read.text.partition(f'action="{address}"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    gone = worker.post(address, data=hidden, follow_redirects=True)
    assert "_discard" in hidden and gone.status_code == 409 and WORDS not in gone.text
    assert address not in worker.get("/").text


def offered(page: str) -> tuple[set[str], set[str]]:
    """Where the links of a page lead that begin or change something, and what its buttons post to."""
    links = re.findall(r'href="(/[^"#]*/(?:new|edit|move|reverse|return|delete|merge)\b[^"]*)"', page)
    buttons = re.findall(r'action="(/(?:due|records|cases)/[^"]*)"', page)
    return {unescape(url) for url in links}, {unescape(url) for url in buttons}


@pytest.mark.parametrize("user", [*READERS, *WRITERS])
def test_whatever_is_offered_in_the_case_is_possible(demo: Demo, withdrawn: Withdrawn, user: str) -> None:
    """By every page on which something of the case stands: nothing is offered that answers that it is only read."""
    browser, case = demo.browser(user), withdrawn.case
    forms = [key for key, form in demo.forms.items() if form.belongs_to]
    lists = [f"/records/{form}?case={case}" for form in forms]
    due = [f"/due?case={case}{view}" for view in ("", "&view=week", "&view=month")]
    pages = [f"/cases/{case}", f"/cases/{case}/team", "/", "/records/task/new", *due, *lists, *withdrawn.sheets()]
    links, buttons = set[str](), set[str]()
    for address in pages:
        answer = browser.get(address)
        if answer.status_code == 200:
            on_page = offered(answer.text)
            links |= on_page[0]
            buttons |= on_page[1]
    assert any(f"case={case}" in url for url in links) is (user in WRITERS)
    assert {url: code for url in links if (code := status(browser, url)) not in (200, 302, 303)} == {}
    token = token_on(browser.get("/profile").text)
    in_order = sorted(buttons, key=lambda url: url.endswith(("/delete", "/withdraw")))
    answered = {url: browser.post(url, data={"csrf_token": token}).status_code for url in in_order}
    assert {url: code for url, code in answered.items() if code in (403, 405, 409)} == {}


@pytest.mark.parametrize("day", [TODAY + timedelta(3), None])
def test_what_was_moved_or_waived_says_why_it_is_not_taken_back(
    demo: Demo, withdrawn: Withdrawn, day: date | None
) -> None:
    with working(demo, "coordinator") as actor:
        move_deadline(demo.repository, withdrawn.deadline(), Move(day, "Primăria este închisă."), actor)
    back = f"/due/{withdrawn.deadline().id}/back" if day else f"/due/waived/{last_move(demo)}/back"
    assert status(demo.browser("coordinator"), back) == 200
    reader, outsider = demo.browser("social_worker"), demo.browser("accountant")
    told = reader.get(back)
    assert told.status_code == 409 and "a fost retras" in told.text
    token = token_on(reader.get("/profile").text)
    assert reader.post(back, data={"csrf_token": token, "reason": WORDS}).status_code == 409
    assert status(outsider, back) == status(outsider, "/due/99999/back") == 303, "as if it were not there"
