"""The pages of ``app/docs`` are true: what they name is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dosar.cli.commands.start import DEFAULT_HOST, DEFAULT_PORT
from dosar.cli.console.localized import ENVIRONMENT_HELP
from dosar.cli.main import program
from dosar.cli.serving.server import MAX_RECEIVED_BYTES
from tests.reference import ROOT

DOCS = ROOT / "app/docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
MAX_PICTURE_BYTES = 120_000
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
PATH = re.compile(r"`((?:app|tests|forms|translations|\.ci)/[\w./]+)(?:::(\w+))?`")
MODULE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|js|html))`")
PACKAGE = ROOT / "app/dosar"
OF_THE_READER = {"forms/profile.yaml", "tests/forms/bad/F0xx.yaml"}
"""Files that a reader makes herself."""


def read(command: str) -> dict[str, object]:
    """The options of a command as it is written after ``dosar``."""
    name, *words = command.split()
    return program.commands[name].make_context(name, words).params


def named(page: Path) -> list[tuple[str, str]]:
    """The files a page names, and a test in it where it names one."""
    found = PATH.findall(page.read_text(encoding="utf-8"))
    return [(path, test) for path, test in found if path not in OF_THE_READER]


def anchors(page: Path) -> set[str]:
    """Where a link into a page may lead: its headings as GitHub writes them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            there = (page.parent / target).resolve() if target else page
            assert there.exists(), target
            assert not anchor or anchor[1:] in anchors(there), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_it_names_is_there(page: Path) -> None:
    assert [path for path, _ in named(page) if not (ROOT / path).exists()] == []
    modules = MODULE.findall(page.read_text(encoding="utf-8"))
    folders = (PACKAGE, PACKAGE.parent, ROOT)
    assert [module for module in modules if not any((folder / module).exists() for folder in folders)] == []


def test_every_promise_is_held_by_a_test() -> None:
    rows = re.findall(r"^\| (.*) \| (.*) \|$", part(DOCS / "security.md", "What is promised"), re.MULTILINE)
    promises = [(promise, PATH.findall(held)) for promise, held in rows if promise not in ("promise", "---")]
    assert len(promises) > 30
    assert [promise for promise, held in promises if not held] == []
    tests = [(path, test) for _, held in promises for path, test in held if test]
    assert [test for path, test in tests if f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")] == []


def part(page: Path, title: str) -> str:
    return page.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_folder_of_the_program_is_told() -> None:
    told = part(DOCS / "architecture.md", "The layers")
    folders = [path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_")]
    assert [name for name in folders if f"| `{name}` |" not in told] == []


def test_the_pictures_are_small() -> None:
    pictures = sorted((DOCS / "pictures").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > MAX_PICTURE_BYTES] == []


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    newest = re.findall(r"^## (\S+) \(", (DOCS / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert newest == project["version"]


@pytest.mark.parametrize("name", ["dosar.service", "compose.yaml"])
def test_a_server_is_started_with_options_there_are(name: str) -> None:
    text = (DOCS / "hosting" / name).read_text(encoding="utf-8")
    [command] = re.findall(r"dosar (start .*)$", text, re.MULTILINE)
    asked = read(command)
    assert (asked["no_browser"], asked["address"]) == (True, "dosar.exemplu.ro")


def compose() -> Any:
    """The containers as ``docker compose`` reads them."""
    return YAML(typ="safe").load(DOCS / "hosting" / "compose.yaml")


def test_the_containers_have_what_their_command_names() -> None:
    """Folders that are kept, a user who may write there, the wheel of this version, an end as by Ctrl+C."""
    dosar = compose()["services"]["dosar"]
    asked = read(dosar["command"].removeprefix("dosar "))
    mounts = dict(mount.split(":")[:2][::-1] for mount in dosar["volumes"])
    assert mounts[str(asked["data"])] == "data" and mounts[str(asked["key_file"].parent)] == "key"
    assert mounts[str(asked["forms"])] == "./forms"
    assert {"data", "key"} <= compose()["volumes"].keys() and dosar["stop_signal"] == "SIGINT"
    made = dosar["build"]["dockerfile_inline"]
    assert f"-g dosar {asked['data']} {asked['key_file'].parent}\n" in made and "USER dosar\n" in made
    assert dosar["read_only"] and "/tmp" in dosar["tmpfs"]


def test_the_wheel_is_that_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for page in (DOCS / "operations.md", DOCS / "hosting/compose.yaml"):
        told = re.findall(r"dosar-([\d.]+)-py3-none-any\.whl", page.read_text("utf-8"))
        assert told and set(told) == {version}


def test_the_web_server_finds_dosar() -> None:
    """At its name and port; it takes what Dosar takes, and the variable of the database is one that Dosar reads."""
    caddyfile = (DOCS / "hosting" / "Caddyfile").read_text("utf-8")
    compose_text, unit = ((DOCS / "hosting" / name).read_text("utf-8") for name in ("compose.yaml", "dosar.service"))
    assert f"reverse_proxy {DEFAULT_HOST}:{DEFAULT_PORT}\n" in caddyfile
    [(size, unit_of_size)] = re.findall(r"max_size (\d+)(\w+)", caddyfile)
    assert int(size) * {"MB": 10**6, "MiB": 2**20}[unit_of_size] == MAX_RECEIVED_BYTES
    assert f"{MAX_RECEIVED_BYTES:,} bytes" in (DOCS / "operations.md").read_text("utf-8")
    caddy = compose()["services"]["caddy"]
    assert caddy["network_mode"] == "service:dosar" and compose()["services"]["dosar"]["ports"] == ["80:80", "443:443"]
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in caddy["volumes"]
    assert "DATABASE_URL" in compose_text and "DATABASE_URL" in unit and "DATABASE_URL" in ENVIRONMENT_HELP


def test_every_command_in_the_pages_can_be_given() -> None:
    blocks = [block for page in PAGES for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    asked = [found[1] for line in lines if (found := re.match(r"(?:\.venv/bin/)?dosar (.*)", line))]
    assert len(asked) > 5
    for command in asked:
        read(command.replace('"', "").partition(" && ")[0])
