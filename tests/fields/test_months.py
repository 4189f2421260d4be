"""A month is read as people write it, and only as a month."""

from datetime import date

import pytest

from dosar.fields.months import Month
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

MONTH = Month.model_validate({"name": "month", "type": "month", "label": {"en": "Month", "ro": "Luna"}})
ROMANIAN, ENGLISH = (ReadingContext(language, date(2026, 11, 22)) for language in ("ro", "en"))


@pytest.mark.parametrize("typed", ["03.2025", "martie 2025", "2025-03", "14.3.2025"])
def test_a_month_is_read_as_people_write_it(typed: str) -> None:
    assert MONTH.read([typed], ROMANIAN) == "2025-03"


def test_a_year_alone_is_no_month() -> None:
    with pytest.raises(Mistake, match="month and the year"):
        MONTH.read(["2025"], ROMANIAN)


@pytest.mark.parametrize(("reading", "words"), [(ROMANIAN, "martie 2025"), (ENGLISH, "March 2025")])
def test_a_month_is_shown_in_the_readers_language_and_reads_back(reading: ReadingContext, words: str) -> None:
    assert MONTH.shown("2025-03", reading) == words
    assert MONTH.read(MONTH.typed("2025-03", reading), reading) == "2025-03"
