"""The history of a record, read from end to end."""

import re

from dosar.language.form import CASE_FORM
from dosar.pages.pagination import LINES_PER_PAGE
from dosar.records.audit_log import note_change
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed


def test_a_long_history_is_told_to_its_beginning(demo: Demo) -> None:
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE), demo.repository.writing():
        for number in range(2 * LINES_PER_PAGE):
            note_change(demo.repository, demo.repository.case(case), "accepted", None, {}, f"de {number} ori")
    told, address = [], f"/records/case/{case}/history"
    while address:
        page = demo.browser("coordinator").get(address).text
        told += re.findall(r"de (\d+) ori|<h2>(Înregistrat)", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1] if older else ""
    assert told == [*((str(number), "") for number in reversed(range(2 * LINES_PER_PAGE))), ("", "Înregistrat")]


def test_a_short_history_has_no_pages_to_turn(demo: Demo) -> None:
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open")
    assert "pager" not in demo.browser("coordinator").get(f"/records/case/{case}/history").text
