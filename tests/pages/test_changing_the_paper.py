"""The paper of a new plan is changed after typing: what was typed goes along, and it is one draft."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select

from dosar.database.system_tables import draft_table
from tests.pages.browsing import Page, look, rows
from tests.pages.conftest import Demo

PLAN = "/records/plan/new?case=2"
OTHER_PAPER = "Scrise pe alt formular"


@pytest.fixture
def common(demo: Demo) -> Iterator[Page]:
    """A new plan on the common paper; no draft is left of it."""
    yield look(demo.browser("case_manager"), PLAN)
    with demo.app.app_context(), demo.repository.writing() as session:
        session.execute(delete(draft_table))


def begun(demo: Demo) -> int:
    """How many sheets are begun."""
    with demo.app.app_context():
        count = demo.repository.session.scalar(select(func.count()).select_from(draft_table))
        demo.repository.session.remove()
    return int(count or 0)


def on_paper(page: Page, face: str, **typed: str) -> Page:
    """The page after typing this and a press on another paper."""
    return page.save({**typed, "_face": face})


def test_what_both_papers_ask_stands_on_the_other_too(demo: Demo, common: Page) -> None:
    irp = on_paper(common, "irp", drawn_up_on="5.9.2026")
    assert "face=irp" in irp.address and "ciorna" in irp.text.lower()
    assert irp.boxes["drawn_up_on"] == "5.9.2026" and OTHER_PAPER not in irp.text
    assert begun(demo) == 1


def test_what_only_one_asks_stands_at_the_end_of_the_other(demo: Demo, common: Page) -> None:
    irp = on_paper(common, "irp", duration_months="15", starts_on="jumătate de dată")
    assert OTHER_PAPER in irp.text
    assert (irp.boxes["duration_months"], irp.boxes["starts_on"]) == ("15", "jumătate de dată")
    irp = on_paper(irp, "irp", repatriated_on="1.9.2026")
    assert irp.boxes["duration_months"] == "15", "the same paper once more"
    back = on_paper(irp, "common")
    assert OTHER_PAPER in back.text and back.boxes["repatriated_on"] == "1.9.2026"
    assert back.boxes["duration_months"] == "15" and begun(demo) == 1


def test_it_is_saved_with_what_the_paper_asks(demo: Demo, common: Page) -> None:
    cptw = on_paper(
        on_paper(common, "ipp", duration_months="15"),
        "cptw",
        **rows(
            "rows",
            {
                "objective": "O meserie",
                "months": "3",
            },
        ),
    )
    assert (cptw.boxes["duration_months"], cptw.boxes["rows.0.objective"]) == ("15", "O meserie")
    plan = cptw.save({"rows.0.resources": "Un atelier", "drawn_up_on": "5.9.2026", "_confirmed": "1"})
    every = look(plan.browser, f"{plan.address.partition('?')[0]}?face=all").text
    for said in ("15", "O meserie", "Un atelier"):
        assert said in every
    assert begun(demo) == 0


def test_what_a_draft_on_another_paper_was_not_asked_stays(demo: Demo, common: Page) -> None:
    kept = on_paper(common, "irp", drawn_up_on="4.9.2026").save({"repatriated_on": "1.9.2026"})
    record = kept.address.partition("?")[0]
    iap = look(kept.browser, f"{record}/edit?face=iap")
    iap.browser.post(iap.action, data={**iap.boxes.to_dict(), "centre_stay": "Trei săptămâni", "_draft": "1"})
    irp = look(kept.browser, f"{record}/edit?face=irp")
    assert (irp.boxes["repatriated_on"], irp.boxes["centre_stay"]) == ("01.09.2026", "Trei săptămâni")
    assert "01.09.2026" in irp.save({}).text
    assert "Trei săptămâni" in look(kept.browser, f"{record}?face=all").text


def test_an_untouched_page_leaves_no_draft(demo: Demo, common: Page) -> None:
    assert "face=iap" in on_paper(on_paper(common, "ipp"), "iap").address
    assert begun(demo) == 0
