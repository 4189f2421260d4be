"""The register of processing (GDPR art. 30), made from the shipped forms."""

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.form import Form
from dosar.language.load.folder import read_folder
from dosar.language.organisation.roles import Roles
from dosar.records.rights.processing_register import Processing, processing_register, security_measures


def register(language: str) -> dict[str, Processing]:
    reading = read_folder(shipped_folder("forms"))
    forms = {form.key: form for form in reading.of(Form).values()}
    (roles,) = reading.of(Roles).values()
    return {line.title: line for line in processing_register(forms, roles, language)}


@pytest.mark.parametrize("language", ["en", "ro"])
def test_every_form_with_data_of_persons_is_in_it(language: str) -> None:
    lines = register(language)
    assert len(lines) > 35 and all(line.purpose and line.data and line.kept for line in lines.values())
    assert len(security_measures(language)) == 4


def test_what_it_says_of_the_case_file() -> None:
    case = register("ro")["Cazuri"]
    assert case.persons[:2] == ["beneficiari", "persoane din anturajul lor"]
    assert "sănătate (categorie specială, art. 9)" in case.data
    assert case.recipients == ["Organizație parteneră"]
    assert "Coordonator de program" in case.seen_by and "Administrator" not in case.seen_by
    assert "Dosarul unui adult: 10 ani de la închidere" in case.kept


def test_of_a_register_of_staff_no_term_is_known() -> None:
    lines = register("en").values()
    assert any(line.persons == ["staff and volunteers"] and "no term" in line.kept[0] for line in lines)
