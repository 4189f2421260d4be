"""A third language is a ``.po`` and its texts in the forms, and nothing else: Ukrainian, made on the fly."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dosar
from dosar.language.text.translations import LANGUAGES, WORDINGS

ROOT = Path(__file__).parents[2]
STORY = Path(__file__).with_name("third_language_story.py")
HEADER = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
WORDS = {
    " ".join("abcdefghijklmnopqrstuvwxyz"): "а б в г ґ д е є ж з и і ї й к л м н о п р с т у ф х ц ч ш щ ь ю я",
    "d MMM yyyy": "dd.MM.yyyy",
    "yesterday": "учора",
    "Yes": "Так",
    "Choose Yes or No.": "Виберіть «Так» або «Ні».",
    "Sign in": "Увійти",
}
HELP = "Write the day first:"
CASE = """
form: case
title: {en: Case, ro: Caz, uk: Справа}
list: [called]
sort: [called]
sections:
  - title: {en: Case, ro: Caz, uk: Справа}
    questions:
      - {name: called, type: text, label: {en: Name, ro: Nume, uk: Назва}}
      - {name: closed, type: yes_no, label: {en: Closed, ro: Închis}}
"""
MENU = "menu: [{title: {en: Work, ro: Lucru, uk: Робота}, entries: [case]}]"
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator, uk: Адміністраторка}, pages: [users]}
"""


def _po(language: str, words: dict[str, str]) -> str:
    said = "\n".join(
        f"msgid {json.dumps(one)}\nmsgstr {json.dumps(said, ensure_ascii=False)}\n" for one, said in words.items()
    )
    return f"{HEADER.format(language)}\n{said}"


def _help_sentence() -> str:
    page = (ROOT / "app/dosar/pages/help/help.html").read_text("utf-8")
    return next(line for line in page.split("{% trans %}") if line.startswith(HELP)).partition("{% endtrans %}")[0]


APP = Path(dosar.__file__).parent
CODES = {*LANGUAGES, *WORDINGS, *(wording.replace("-", "_") for wording in WORDINGS)}
LANGUAGE_IN_A_PAGE = re.compile(rf"""["'](?:{"|".join(sorted(CODES))})(?:-[A-Z]{{2}})?["']""")


def _named_in(source: str) -> set[str]:
    """The languages that a Python file names: as texts of their own, docstrings left out."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told}
    return texts & CODES


def test_no_language_stands_in_the_program() -> None:
    found = {str(file): named for file in sorted(APP.rglob("*.py")) if (named := _named_in(file.read_text("utf-8")))}
    assert found == {}
    assert _named_in('TEXT = {"en": "Yes", "ro": "Da"}') == {"en", "ro"}


def test_no_language_stands_in_a_page_or_in_the_name_of_a_file() -> None:
    files = [file for ending in ("*.html", "*.js") for file in sorted(APP.rglob(ending))]
    assert [file for file in files if LANGUAGE_IN_A_PAGE.search(file.read_text("utf-8"))] == []
    texts = (APP / "_forms", APP / "handbooks/books")
    named = [file for file in APP.rglob("*") if file.stem in CODES]
    assert [file for file in named if not any(file.is_relative_to(folder) for folder in texts)] == []
    assert LANGUAGE_IN_A_PAGE.search('const own = language === "en" ? POINT : COMMA;')


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the story saw in a checkout whose translations folder has one language more."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "app").mkdir()
    (root / "app/dosar").symlink_to(Path(dosar.__file__).parent, target_is_directory=True)
    for folder in ("en", "ro", "ro_MD"):
        shutil.copytree(ROOT / "translations" / folder, root / "translations" / folder)
    words = {**WORDS, _help_sentence(): "Спершу день."}
    for folder, said in (("uk", words), ("uk_MD", {"Choose Yes or No.": "Виберіть: так чи ні."})):
        file = root / f"translations/{folder}/LC_MESSAGES/messages.po"
        file.parent.mkdir(parents=True)
        file.write_text(_po(folder, said), encoding="utf-8")
    (root / "forms").mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (root / f"forms/{name}.yaml").write_text(text, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, STORY, root],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(root / "app"), str(STORY.parents[2])]),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_it_stands_among_the_languages(seen: dict[str, Any]) -> None:
    assert (seen["languages"], seen["called"]) == (["ro", "uk", "en"], "Українська")


def test_a_country_may_word_it_differently(seen: dict[str, Any]) -> None:
    assert seen["wordings"] == ["ro-MD", "uk-MD"] and seen["countries"] == ["RO", "UA", "MD"]
    assert seen["in one country"] == "Виберіть: так чи ні."


def test_the_commands_speak_it(seen: dict[str, Any]) -> None:
    assert seen["commands"] == ["en", "ro", "ro-MD", "uk", "uk-MD"] and seen["of the computer"] == "uk"
    assert seen["command"] == "Виберіть «Так» або «Ні»."


def test_days_and_numbers_are_written_and_read(seen: dict[str, Any]) -> None:
    assert seen["day"] == "27.03.1998" and seen["number"] == "1234.5" and seen["yes"] == "Так"
    assert seen["read back"] == ["1998-03-27", "1998-03-27", "2026-11-21"]


def test_lists_are_in_the_order_of_its_alphabet(seen: dict[str, Any]) -> None:
    assert seen["sorted"] == ["Гай", "Ґанок", "Дім", "Ера", "Єва", "Жито", "Іван", "Ілона", "Йосип", "Яна"]


def test_its_texts_that_the_forms_lack_are_told(seen: dict[str, Any]) -> None:
    assert [finding for finding in seen["findings"] if "F010" in finding] == [
        "forms/case.yaml:10: F010: The text is missing in one language: Ukrainian."
    ]


def test_pages_and_help_are_in_it(seen: dict[str, Any]) -> None:
    assert (seen["page"], seen["title"], seen["help"]) == (["uk"], True, [200, True])
