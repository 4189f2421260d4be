"""Codes the organisation gives out."""

from datetime import date

import pytest
from pydantic import ValidationError

from dosar.fields.codes import IssuedCode
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO = ReadingContext("ro", date(2026, 9, 5))
LABEL = {"en": "Case code", "ro": "Codul cazului"}
code = IssuedCode(name="code", label=LABEL)


def test_a_code_is_issued_from_year_and_number() -> None:
    assert code.make_code(17, RO.today) == "D-2026-0017"
    assert IssuedCode(name="code", label=LABEL, pattern="{number}/{year}").make_code(17, RO.today) == "17/2026"


@pytest.mark.parametrize("typed", ["D-2026-0017", "12/2008", "B.3"])
def test_a_code_on_the_paper_is_kept(typed: str) -> None:
    assert code.read([typed], RO) == typed
    assert code.read(code.typed(typed, RO), RO) == typed


@pytest.mark.parametrize("typed", ["D–2026–0017", "D‑2026−0017", "D-\u200b2026-0017"])
def test_a_copied_hyphen_is_a_hyphen(typed: str) -> None:
    assert code.read([typed], RO) == "D-2026-0017"


def test_a_blank_code_is_left_to_be_issued() -> None:
    assert code.read([""], RO) is None


@pytest.mark.parametrize("typed", ["D 17", "ă", "x" * 33, "<b>"])
def test_other_codes_are_refused(typed: str) -> None:
    with pytest.raises(Mistake, match="letters, digits, dots"):
        code.read([typed], RO)


@pytest.mark.parametrize(
    "pattern",
    [
        "D-{year}",
        "{number} {year}",
        "{number.real}",
        "{number",
        "{0}",
        "{number:99}",
    ],
)
def test_a_pattern_that_makes_no_code_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="must hold"):
        IssuedCode(name="code", label=LABEL, pattern=pattern)
