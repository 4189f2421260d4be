"""README.md and the reference are true: commands, accounts, the first form, every key and every code."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dosar.cli.demo import demo_accounts, demo_password
from dosar.cli.main import main
from dosar.language.load.folder import read_folder
from dosar.language.load.json_schema import option_docs
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.rules.expressions import RULE_FUNCTIONS
from tests.applications import opened_app
from tests.databases import KEY, Place, new_place
from tests.findings import findings_in
from tests.pages.conftest import token_on
from tests.reference import OPERATIONS, ROOT, TABLES, kinds, renewed, settings
from tests.reference import REFERENCE as REFERENCE_PAGE
from tests.test_translations import KEYWORDS

README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = REFERENCE_PAGE.read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "app/docs/contributing.md").read_text(encoding="utf-8")
TRY_IT = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/dosar start --demo"
TEST_IT = (
    "python3 -m venv .venv && .venv/bin/pip install -q -r .ci/requirements-test.txt"
    " && .venv/bin/pip install -q --no-deps --no-build-isolation -e . && .venv/bin/pytest"
)


def part(title: str, page: str = README) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = page[: page.index(f" {title}\n")].rpartition("\n")[2]
    below = page.split(f"\n{level} {title}\n")[1]
    return re.split(rf"^#{{2,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables in a text."""
    return re.findall(r"^\| (.*?) \|", text, re.MULTILINE)


# --- commands and accounts ----------------------------------------------------------------------------


def test_the_two_commands_stand_alone() -> None:
    alone = [block.strip() for block in blocks("sh", README)]
    assert alone[0] == TRY_IT
    assert TEST_IT in alone


@pytest.mark.parametrize("page", ["README.md", "app/docs/install/with-python.md"])
def test_what_windows_is_told_can_be_typed_there(page: str) -> None:
    """PowerShell 5, which comes with it, joins no commands by ``&&``, and takes ``@name`` for one of its variables."""
    lines = "\n".join(blocks("powershell", (ROOT / page).read_text(encoding="utf-8"))).splitlines()
    assert [line.replace("\\Scripts\\", "/bin/").replace("py -m", "python3 -m") for line in lines[:3]] == TRY_IT.split(
        " && "
    )
    for line in lines:
        assert not re.search(r"&&|\|\||\.venv/|(?<!')@|(?<![\w'])\.\[", line), line


def test_the_demo_accounts_are_these() -> None:
    told = re.findall(r"^\| `(\w+)` \| `([\w ]+)` \|", part("Try it"), re.MULTILINE)
    assert told == [(account["user"], demo_password(account["user"])) for account in demo_accounts(ROOT / "forms")]


def test_every_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    commands = re.findall(r"^  ([a-z][a-z-]*)  ", capsys.readouterr().out, re.MULTILINE)
    told = [cell.strip("`").split()[1] for cell in first_cells(part("Work with it")) if "dosar" in cell]
    assert commands and sorted(told) == sorted(commands)


# --- the first form -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The forms folder after the steps of the README, done to the letter."""
    folder = tmp_path_factory.mktemp("first") / "my-forms"
    shutil.copytree(ROOT / "forms", folder)
    form, menu, role = blocks("yaml", part("Your first form in ten minutes"))
    (folder / "food_parcel.yaml").write_text(form, encoding="utf-8")
    with (folder / "menu.yaml").open("a", encoding="utf-8") as file:
        file.write(menu)
    roles = (folder / "roles.yaml").read_text(encoding="utf-8")
    before, volunteer = roles.split("- role: volunteer", 1)
    volunteer = volunteer.replace("    may:\n", f"    may:\n{role}", 1)
    (folder / "roles.yaml").write_text(f"{before}- role: volunteer{volunteer}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def app(forms: Path, filled: Callable[[str], Place], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo that has run before, started on these forms; it speaks Romanian."""
    place = new_place("sqlite", tmp_path_factory.mktemp("data"), filled("sqlite"))
    assert place.data is not None
    opened, findings = opened_app(place.data, KEY, forms=forms, demo=True, today=date(2026, 11, 22))
    assert findings == []
    yield opened
    opened.extensions["dosar_repository"].store.close()


def signed_in(app: Flask, user: str) -> FlaskClient:
    browser = app.test_client()
    answers = {"user_name": user, "password": demo_password(user), "csrf_token": token_on(browser.get("/sign-in").text)}
    assert browser.post("/sign-in", data=answers).status_code == 303
    return browser


def saved(browser: FlaskClient, **answers: str) -> str:
    """Fill in the sheet for the first case of the worker's list; returns the page of what was kept."""
    case = re.search(r"/cases/(\d+)", browser.get("/records/case").text)
    assert case
    address = f"/records/food_parcel/new?case={case[1]}"
    page = browser.get(address).text
    once = dict(re.findall(r'name="(_once)" value="([^"]+)"', page))
    answer = browser.post(address, data={"csrf_token": token_on(page), **once, **answers})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"]).text


def test_nothing_is_wrong_with_the_first_form(forms: Path) -> None:
    assert [str(finding) for finding in findings_in(read_folder(forms))] == []


def test_a_mistake_in_it_is_told_as_promised(forms: Path, tmp_path: Path) -> None:
    shutil.copytree(forms, tmp_path / forms.name)
    form = tmp_path / forms.name / "food_parcel.yaml"
    text = form.read_text(encoding="utf-8").replace("show_if: brought_home", "show_if: brought_hom")
    form.write_text(text, encoding="utf-8")
    told = [str(finding) for finding in findings_in(read_folder(tmp_path / forms.name))]
    assert "\n".join(told) + "\n" == blocks("text", part("Your first form in ten minutes"))[0]


def test_a_sheet_of_it_is_filled_in_and_read_again(app: Flask) -> None:
    worker = signed_in(app, "social_worker")
    assert "Alimente" in worker.get("/").text
    read = saved(
        worker,
        **{
            "given_on": "22.11.2026",
            "brought_home": "yes",
            "address": "Strada Lungă 5",
            "items.0.item": "oil",
            "items.0.quantity": "2",
            "items.0.price": "9,50",
            "items.1.item": "flour",
            "items.1.quantity": "3",
            "items.1.price": "5",
        },
    )
    for shown in ("22.11.2026", "Strada Lungă 5", "Ulei", "Făină", "19", "34"):
        assert shown in read
    assert "22.11.2026" in worker.get("/records/food_parcel").text


def test_the_address_is_not_kept_when_nobody_went_there(app: Flask) -> None:
    read = saved(signed_in(app, "social_worker"), given_on="21.11.2026", brought_home="no", address="Strada Scurtă 1")
    assert "21.11.2026" in read
    assert "Strada Scurtă" not in read


def test_the_volunteer_types_the_address_in_and_never_sees_it(app: Flask) -> None:
    read = saved(signed_in(app, "volunteer"), given_on="20.11.2026", brought_home="yes", address="Strada Nouă 7")
    assert "20.11.2026" in read
    assert "Strada Nouă" not in read and "Adresa" not in read


# --- the reference --------------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_classes() -> None:
    operations = OPERATIONS.read_text(encoding="utf-8")
    for page in (REFERENCE, operations):
        assert renewed(page) == page, "run: python -m tests.reference"
    assert kinds() in REFERENCE and settings() in operations


@pytest.mark.parametrize("place", TABLES)
def test_every_option_says_what_it_is_for(place: str) -> None:
    assert f"<!-- {place} -->" in REFERENCE
    said = option_docs(TABLES[place])
    assert [name for name in TABLES[place].model_fields if name not in said] == []


def test_every_function_is_told() -> None:
    told = {name for cell in first_cells(part("Rules", REFERENCE)) for name in re.findall(r"`(\w+)\(", cell)}
    assert told == set(RULE_FUNCTIONS)


def test_every_code_of_the_checks_is_told() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "app/dosar").rglob("*.py"))
    codes = {code for source in sources for code in re.findall(r'"(F\d{3})"', source)}
    assert first_cells(part("What `dosar check` says", REFERENCE))[2:] == sorted(codes)


def test_every_file_of_the_forms_folder_is_told() -> None:
    told = set(re.findall(r"`forms/([\w/]*?)(?:<\w+>)?\.?(?:yaml)?`", part("The form language", REFERENCE)))
    folder = ROOT / "forms"
    there = {path.relative_to(folder).parts[0].removesuffix(".yaml") for path in folder.rglob("*.yaml")}
    forms = {path.stem for path in folder.glob("*.yaml") if "form" in read_yaml(path).contents}
    assert there - forms - {"demo"} <= {name.strip("/") for name in told}


def test_sentences_are_looked_for_under_the_same_words() -> None:
    command = next(block for block in blocks("sh", CONTRIBUTING) if "pybabel" in block)
    asked = {word.partition(":")[0] for word in re.findall(r"-k (\S+)", command)}
    assert asked == set(KEYWORDS) - {"_", "gettext", "ngettext"}
