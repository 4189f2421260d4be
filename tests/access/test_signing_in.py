"""Coming in, going out, and being shut out."""

import pytest
from sqlalchemy import event, select

from app.access import passwords
from app.access.tables import session_table
from tests.access.conftest import Office


def test_the_right_password_opens_the_page_one_came_for(office: Office) -> None:
    browser = office.browser()
    shown_in = browser.get("/records/visit_report?page=2")
    assert (shown_in.status_code, shown_in.location) == (303, "/sign-in?next=/records/visit_report?page%3D2")
    answer = browser.sign_in("ana", next="/records/visit_report?page=2")
    assert (answer.status_code, answer.location) == (303, "/records/visit_report?page=2")
    assert browser.get("/").text == "ana ['case_manager'] own"
