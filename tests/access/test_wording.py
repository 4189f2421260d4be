"""An organisation in Moldova reads the same forms in its own words."""

from pathlib import Path

import pytest

from app.access.languages import wording
from app.access.organisation import Organisation
from app.access.translations import compiled, translator
from tests.access.conftest import ROOT, Office


@pytest.mark.parametrize(("country", "spoken"), [("RO", "ro"), ("MD", "ro-MD"), (None, "ro")])
def test_romanian_is_worded_as_in_the_organisations_country(office: Office, country: str | None, spoken: str) -> None:
    with office.app.test_request_context():
        with office.guarded.store.writing():
            office.guarded.name_organisation(Organisation("Pragul Nou", "ro", country))
        assert wording() == spoken


def test_english_is_the_same_everywhere(office: Office) -> None:
    with office.app.test_request_context(headers={"Cookie": "language=en"}):
        with office.guarded.store.writing():
            office.guarded.name_organisation(Organisation("Pragul Nou", "ro", "MD"))
        assert wording() == "en"


def test_what_moldova_says_the_same_is_read_from_romanian(tmp_path: Path) -> None:
    folder = compiled(ROOT / "translations", tmp_path)
    moldovan = translator(folder, "ro-MD")
    assert moldovan("Currency") == "Valută"
    assert moldovan("Service provider") == "Prestator" and moldovan("Who stays now") == "Cine este cazat acum"
    assert moldovan("Save") == translator(folder, "ro")("Save") == "Salvează"
