"""What a person asks about her data is registered, and due within a month (GDPR art. 12)."""

import re
from datetime import timedelta

from dosar.fields.formats.days import format_day
from tests.days import today_here
from tests.pages.conftest import Demo


def test_a_request_is_due_within_a_month_until_it_is_answered(demo: Demo) -> None:
    browser = demo.browser("case_manager")
    listed = browser.get("/records/data_request").text
    found = re.search(r"/records/data_request/(\d+)", listed)
    assert found
    sheet = browser.get(found[0]).text
    received = today_here() - timedelta(days=9)
    assert format_day(received, "ro") in sheet and "Termen de răspuns" in sheet
    case = re.search(r"/cases/(\d+)", sheet)
    assert case and "Termen de răspuns" in browser.get(case[0]).text
