"""Every form that needs a consent, on each of its papers, through every door: nothing is filed where there is none."""

from datetime import timedelta
from typing import Any

import pytest

from dosar.filing.opening.submissions import new_submission
from dosar.filing.result import ConsentMissing, ValidationResult
from dosar.filing.service import Consent, Values, file_sheet
from dosar.language.consent import NeededConsent
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.scope.consent_checks import ConsentIsMissing
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.acceptance import accept_sheet
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import enter_sheet
from tests.pages.browsing import look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import consented, filed
from tests.pages.test_consent_gate import GIVEN, TODAY, correct, set_waiting, working

WORDS = "nu există în acest caz"


@pytest.fixture
def case(demo: Demo) -> int:
    """A case in which nobody has asked for consent yet."""
    return filed(demo, CASE_FORM, opened_on=TODAY - timedelta(90), status="open", last_name="Nou", first_name="Caz")


def needing(demo: Demo) -> list[NeededConsent]:
    found = [each for several in demo.repository.definition.consents_needed.values() for each in several]
    assert {each.form for each in found} >= {"plan", "service_log", "visit_report", "humanitarian_aid", "study_ledger"}
    return found


def papers(demo: Demo, form: str) -> list[str]:
    """The names of its faces, and none for the whole form."""
    return ["", *(face.face for face in demo.repository.definition.faces.get(form, ()))]


def said(needed: NeededConsent, case: int, day: Any = TODAY) -> dict[str, Any]:
    """The least that makes a sheet of this day of the case."""
    answers = {} if needed.day is None else {needed.day: day}
    return {**answers, needed.rows: [{"id": None, needed.case_column: case}]} if needed.rows else answers


def place(needed: NeededConsent, case: int) -> int | None:
    return None if needed.rows else case


def test_by_an_import_a_copy_or_a_batch(demo: Demo, case: int) -> None:
    tried = set()
    for needed in needing(demo):
        for paper in papers(demo, needed.form):
            with working(demo) as actor:
                opened = new_submission(
                    demo.repository, needed.form, actor, ReadingContext("ro", TODAY), place(needed, case), face=paper
                )
                values = Values(said(needed, case, TODAY.isoformat()))
                outcome = file_sheet(opened, values, Consent(confirmed=True, reason="Sigur."))
            assert isinstance(outcome, ValidationResult), (needed.form, paper)
            assert any(isinstance(issue, ConsentMissing) and not issue.soft for issue in outcome.wrong), needed.form
            tried.add((needed.form, paper))
    assert len([form for form, _ in tried if form == "plan"]) >= 5, "whichever plan it is"


def test_by_a_page_and_by_the_draft_that_it_leaves(demo: Demo, case: int) -> None:
    browser = demo.browser("coordinator")
    for needed in needing(demo):
        if needed.rows:
            continue
        for paper in papers(demo, needed.form):
            address = f"/records/{needed.form}/new?case={case}" + (f"&face={paper}" if paper else "")
            for _ in range(2):  # the second time it is the draft
                page = look(browser, address)
                boxes = page.boxes.copy()
                if needed.day is not None:
                    boxes[needed.day] = "azi"
                sent = browser.post(page.action, data=boxes)
                assert sent.status_code == 422 and WORDS in sent.text, address


def test_below_every_page(demo: Demo, case: int) -> None:
    for needed in needing(demo):
        form, answers = demo.forms[needed.form], said(needed, case)
        with working(demo) as actor, pytest.raises(ConsentIsMissing):
            enter_sheet(demo.repository, form, answers, actor, place(needed, case))
        old = filed(demo, needed.form, place(needed, case), **answers)
        set_waiting(demo, old, True, needed.form)
        with working(demo) as actor, pytest.raises(ConsentIsMissing):
            accept_sheet(demo.repository, form, old, actor)
        set_waiting(demo, old, None, needed.form)
        if form.append_only:
            continue
        with working(demo) as actor:
            delete_sheet(demo.repository, form, old, actor)
        with working(demo) as actor, pytest.raises(ConsentIsMissing):
            restore_sheet(demo.repository, form, old, actor)


def test_by_a_correction_that_moves_it_and_by_no_way_into_another_case(demo: Demo, case: int) -> None:
    other = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Alt", first_name="Caz")
    consented(demo, other, GIVEN)
    for needed in needing(demo):
        if demo.forms[needed.form].append_only:
            continue
        number = filed(demo, needed.form, place(needed, other), **said(needed, other))
        if needed.day is not None:
            with pytest.raises(ConsentIsMissing):
                correct(demo, needed.form, number, **{needed.day: GIVEN - timedelta(1)})
        if needed.rows is not None:
            with pytest.raises(ConsentIsMissing):
                correct(demo, needed.form, number, **{needed.rows: said(needed, case)[needed.rows]})
            continue
        with working(demo), pytest.raises(OutOfReach), demo.repository.writing():
            demo.repository.find(needed.form, number).case_id = case  # type: ignore[attr-defined]
