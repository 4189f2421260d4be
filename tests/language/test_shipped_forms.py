"""The forms an organisation starts with, as their readers find them."""

from pathlib import Path

import pytest

import app.fields  # noqa: F401 - tells the kinds of question
from app.language.checks import check
from app.language.folder import Reading, read_folder
from app.language.reading import read_yaml

FORMS = Path(__file__).parents[2] / "forms"


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read_folder(FORMS)


def test_nothing_is_wrong_in_them(shipped: Reading) -> None:
    assert check(shipped) == []


def test_the_demo_shows_each_of_them(shipped: Reading) -> None:
    forms = {part.partition(":")[2] for part in shipped.sources if part.startswith("form:")}
    shown = {
        record["form"]
        for file in sorted((FORMS / "demo").glob("*.yaml"))
        for record in read_yaml(file).contents.get("records", ())
    }
    assert shown == forms


def test_romanian_has_its_own_letters() -> None:
    """Comma below, never the cedilla that older keyboards type."""
    for file in FORMS.rglob("*.yaml"):
        assert not set("şţŞŢ") & set(file.read_text(encoding="utf-8")), file.name


def test_no_case_of_the_demo_has_a_personal_number() -> None:
    """A made-up number could be somebody's."""
    for file in (FORMS / "demo").glob("*.yaml"):
        assert "national_id" not in file.read_text(encoding="utf-8")
