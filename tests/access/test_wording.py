"""An organisation in Moldova reads the same forms in its own words."""

import pytest

from dosar.access.i18n.languages import request_wording
from dosar.access.i18n.translations import language_texts
from dosar.access.organisation.settings import Organisation
from dosar.language.text.translations import translations_folder
from tests.access.conftest import Office


@pytest.mark.parametrize(("country", "spoken"), [("RO", "ro"), ("MD", "ro-MD"), (None, "ro")])
def test_romanian_is_worded_as_in_the_organisations_country(office: Office, country: str | None, spoken: str) -> None:
    with office.app.test_request_context():
        with office.services.store.writing():
            office.services.update_organisation(Organisation("Pragul Nou", "ro", country))
        assert request_wording() == spoken


def test_english_is_the_same_everywhere(office: Office) -> None:
    with office.app.test_request_context(headers={"Cookie": "language=en"}):
        with office.services.store.writing():
            office.services.update_organisation(Organisation("Pragul Nou", "ro", "MD"))
        assert request_wording() == "en"


def test_what_moldova_says_the_same_is_read_from_romanian() -> None:
    folder = translations_folder()
    moldovan = language_texts(folder, "ro-MD").gettext
    assert moldovan("Currency") == "Valută" and moldovan("Print") == "Imprimă"
    assert moldovan("Service provider") == "Prestator" and moldovan("Who stays now") == "Cine este cazat acum"
    assert moldovan("Save") == language_texts(folder, "ro").gettext("Save") == "Salvează"
