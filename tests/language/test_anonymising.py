"""What of an answer is left when a person is made anonymous, and what a form may not keep."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.checks.anonymise_checks import anonymise_findings
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.folder import read_folder
from dosar.language.privacy.anonymising import fate_of, left_of
from dosar.language.question import Unknown
from tests.organisations import form

ASKED = (
    "name: said, type: text, anonymise: keep",
    "name: chosen, type: yes_no",
    "name: secret, type: yes_no, sensitivity: health",
    "name: told, type: yes_no, sensitivity: health, anonymise: keep",
    "name: vague, type: yes_no, anonymise: band",
    "name: day, type: date",
    "name: born, type: partial_date, person: true, anonymise: band",
    "name: hours, type: decimal",
    "name: children, type: integer, anonymise: band",
    "name: by, type: link, to: user, anonymise: keep",
)


@pytest.fixture
def visit(tmp_path: Path) -> Form:
    (tmp_path / "visit.yaml").write_text(form("visit", *ASKED), encoding="utf-8")
    return next(one for one in read_folder(tmp_path).of(Form).values())


def test_what_is_left_of_an_answer(visit: Form) -> None:
    answers = {
        "said": "cuvinte",
        "chosen": True,
        "secret": True,
        "told": False,
        "vague": True,
        "day": date(2025, 5, 17),
        "born": "1998-03-27",
        "hours": Decimal("2.5"),
        "children": 8,
        "by": 3,
    }
    left = {name: left_of(q, answers[name], fate_of(visit, q)) for name, q in visit.questions.items()}
    assert {name: answer for name, answer in left.items() if answer is not None} == {
        "chosen": True,
        "told": False,
        "day": date(2025, 1, 1),
        "born": "1990",
        "hours": Decimal("2.5"),
        "children": 5,
    }
    assert left_of(visit.questions["day"], Unknown.REFUSED, "band") is None


def test_a_form_that_would_keep_too_much_is_told_so(tmp_path: Path, visit: Form) -> None:
    told = [(found.code, found.message.values["name"]) for found in anonymise_findings(read_folder(tmp_path))]
    assert told == [("F066", "said"), ("F066", "vague"), ("F066", "by")]


def test_the_shipped_case_file_keeps_no_identity() -> None:
    case = next(one for one in read_folder(shipped_folder("forms")).of(Form).values() if one.key == CASE_FORM)
    kept = {q.name for q in case.questions.values() if q.own_clearances and fate_of(case, q) != "drop"}
    assert kept == {"birth_date", "exploitation", "main_exploitation", "trafficking_scope", "age_when_trafficked"}
