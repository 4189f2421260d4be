"""A form that the register of processing lacks something of is told, with its line."""

from pathlib import Path

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.checks.register_checks import register_findings
from dosar.language.load.folder import is_only_advice, read_folder
from tests.organisations import CASE, MENU, form

SAID = "{en: Words., ro: Vorbe.}"
TOLD = f"purpose: {SAID}\nlegal_basis: {SAID}"
FOR_EVER = (
    "forms/case.yaml:2: F068: Nothing says for how long cases are kept, so the register of processing has no term: add "
    '"retention" here.'
)


def told_of(folder: Path, **files: str) -> list[str]:
    for name, text in {"case": CASE.replace("title:", f"{TOLD}\ntitle:", 1), "menu": MENU, **files}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    found = list(register_findings(read_folder(folder)))
    assert is_only_advice(found)
    return [str(each).replace(f"{folder.name}/", "forms/", 1) for each in found]


def lacking(name: str, words: str) -> str:
    return (
        f"forms/{name}.yaml:1: F068: This form holds data of persons, and the register of processing lacks "
        f'"{words}". Write it here, or for its group in menu.yaml.'
    )


def test_a_form_with_data_of_persons_says_what_for_on_which_ground_and_how_long(tmp_path: Path) -> None:
    told = told_of(
        tmp_path,
        visit=form("visit", "name: said, type: text", head="belongs_to: case"),
        note=form("note", "name: by, type: link, to: user", head=f"purpose: {SAID}"),
        house=form("house", "name: street, type: text"),
    )
    assert told == [FOR_EVER, lacking("note", "legal_basis, kept_for"), lacking("visit", "purpose, legal_basis")]


def test_its_group_in_the_menu_says_it_for_it(tmp_path: Path) -> None:
    group = f"title: {SAID}, entries: [note], purpose: {SAID}, legal_basis: {SAID}, kept_for: {SAID}"
    note = form("note", "name: by, type: link, to: user")
    assert told_of(tmp_path, note=note, menu=f"menu: [{{{group}}}]") == [FOR_EVER]


def test_the_shipped_forms_lack_nothing() -> None:
    assert list(register_findings(read_folder(shipped_folder("forms")))) == []
