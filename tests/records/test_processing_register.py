"""The register of processing (GDPR art. 30), made from the shipped forms."""

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.form import Form
from dosar.language.load.folder import read_folder
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import Roles
from dosar.records.rights.processing_register import Installation, Processing, processing_register

HERE = Installation(8, ("USB stick, disk or network share", "Object store (S3)"), True, (7, 5, 12))


def register(language: str, here: Installation = HERE) -> dict[str, Processing]:
    reading = read_folder(shipped_folder("forms"))
    forms = {form.key: form for form in reading.of(Form).values()}
    (roles,) = reading.of(Roles).values()
    (menu,) = reading.of(Menu).values()
    return {line.title: line for line in processing_register(forms, roles, menu, language, here)}


@pytest.mark.parametrize("language", ["en", "ro"])
def test_every_form_with_data_of_persons_is_in_it(language: str) -> None:
    lines = register(language)
    assert len(lines) > 35 and all(line.data and line.kept for line in lines.values())
    purposes = {line.purpose for line in lines.values()}
    assert all(len(line.purpose) > 40 and "GDPR" in line.legal_basis.replace("RGPD", "GDPR") for line in lines.values())
    assert len(purposes) > 15 and not purposes & set(lines), "a sentence, and not the form's title"


def test_what_it_says_of_the_case_file() -> None:
    case = register("ro")["Cazuri"]
    assert case.persons[:2] == ["beneficiari", "persoane din anturajul lor"]
    asked = dict(line.split(": ") for line in case.data if ": " in line)
    assert "Cod numeric personal (CNP)" in asked["identitate și contact"]
    assert asked["sănătate (categorie specială, art. 9)"] == "Dizabilitate"
    assert case.recipients == ["Organizație parteneră"]
    assert "Medic (cazurile echipelor sale: identitate, sănătate)" in case.seen_by, "whose cases, which answers"
    assert "Contabil (toate cazurile: niciun răspuns sensibil)" in case.seen_by
    assert "Asistent social" in case.written_by and "Medic" not in case.written_by
    assert case.taken_by == ["Coordonator de program", "Manager de caz"]
    assert "Dosarul unui adult: 10 ani de la închidere" in case.kept
    assert case.purpose.startswith("Primirea persoanelor") and "niciun transfer" in case.transfers


def test_a_form_says_more_than_its_group_in_the_menu() -> None:
    lines = register("en")
    repatriation = lines["Repatriation records"]
    assert "safely" in repatriation.purpose and "art. 49" in repatriation.transfers
    assert repatriation.legal_basis == lines["Cases"].legal_basis, "its group says it"
    assert repatriation.recipients[0].startswith("Authorities and organisations")


def test_the_accounts_and_the_audit_log_stand_in_it_too() -> None:
    accounts = register("en")["Accounts, sign-ins and the audit log"]
    assert "8 years" in accounts.kept[0] and accounts.persons == ["staff and volunteers"]
    assert accounts.seen_by == ["Administrator", "Programme coordinator", "Data protection officer"]


def test_back_ups_tell_what_kind_of_place_they_go_to() -> None:
    backups = register("en")["Back-ups"]
    assert backups.recipients == ["USB stick, disk or network share", "Object store (S3)"]
    assert backups.transfers.startswith("to be filled in by the organisation")
    assert backups.written_by == ["Administrator"] and "12 months" in backups.kept[0]
    assert register("en", Installation(8))["Back-ups"].recipients == ["no place is set up yet"]


def test_in_moldova_the_law_is_its_own() -> None:
    assert all("Legea nr. 195/2024" in line.legal_basis for line in register("ro-MD").values())


def test_of_private_sheets_it_tells_who_reaches_them() -> None:
    assert register("en")["Staff care"].seen_by[0] == "Programme coordinator (only records that name her)"


def test_what_belongs_to_no_case_has_a_term_of_its_own() -> None:
    lines = register("en").values()
    assert any(line.persons == ["staff and volunteers"] and "One year" in line.kept[0] for line in lines)
