"""The pages of ``app/docs`` are true: what they name is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dosar.cli.console.localized import ENVIRONMENT_HELP
from dosar.cli.console.settings_file import settings_of
from dosar.cli.main import program
from dosar.cli.serving.server import MAX_RECEIVED_BYTES
from dosar.cli.starting.options import DEFAULT_HOST, DEFAULT_PORT
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


def test_a_server_is_started_with_options_there_are() -> None:
    """The file of settings, and the variables of the containers."""
    told = tomllib.loads((DOCS / "hosting/dosar.toml").read_text(encoding="utf-8"))
    with program.commands["start"].make_context("start", ["--settings", str(DOCS / "hosting/dosar.toml")]) as context:
        asked = context.params
    assert (asked["no_browser"], asked["address"]) == (True, "dosar.exemplu.ro") and str(asked["data"]) == told["data"]
    variables = {str(option.envvar) for option in settings_of(program).values()}
    assert {name for name in {**compose()["services"]["dosar"]["environment"], **made_with()}} - {
        "HOME",
        "PYTHONDONTWRITEBYTECODE",
    } <= variables


def compose() -> Any:
    """The containers as ``docker compose`` reads them."""
    return YAML(typ="safe").load(DOCS / "hosting" / "compose.yaml")


def dockerfile() -> str:
    """How the container of Dosar is made, a step a line."""
    text = (DOCS / "hosting" / "Dockerfile").read_text(encoding="utf-8")
    return re.sub(r" *\\\n *", " ", text)


def made_with() -> dict[str, str]:
    """The variables that the container is made with."""
    [line] = re.findall(r"^ENV (.*)$", dockerfile(), re.MULTILINE)
    return dict(variable.split("=", 1) for variable in line.split())


def test_the_containers_have_what_their_command_names() -> None:
    """Folders that are kept, a user who may write there and nowhere else, files that are in the clone, an end as by
    Ctrl+C, and a question whether it lives at the port it has."""
    dosar, made = compose()["services"]["dosar"], made_with()
    mounts = dict(mount.split(":")[:2][::-1] for mount in dosar["volumes"])
    assert mounts[made["DOSAR_DATA"]] == "data" and mounts[str(Path(made["DOSAR_KEY_FILE"]).parent)] == "key"
    here = DOCS / "hosting"
    assert (here / mounts[made["DOSAR_FORMS"]]).resolve() == ROOT / "forms"
    assert (here / dosar["build"]["context"]).resolve() == ROOT
    assert (ROOT / dosar["build"]["dockerfile"]).is_file()
    steps = dockerfile()
    assert f"-g 10001 {made['DOSAR_DATA']} {Path(made['DOSAR_KEY_FILE']).parent}\nUSER 10001:10001\n" in steps
    assert "STOPSIGNAL SIGINT\n" in steps and f"127.0.0.1:{DEFAULT_PORT}/health" in steps
    assert "--require-hashes" in steps and "COPY .ci/requirements.txt" in steps
    copied = {name for line in re.findall(r"^COPY (?!--)(.*) \S+$", steps, re.MULTILINE) for name in line.split()}
    let_in = (here / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert copied == set(re.findall(r"^!(.*)$", let_in, re.MULTILINE))
    assert all((ROOT / name).exists() for name in copied)


def test_no_container_may_more_than_it_must() -> None:
    kept = compose()
    for name, service in kept["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert kept["networks"]["database"] == {"internal": True}
    assert kept["services"]["database"]["networks"] == ["database"] and "ports" not in kept["services"]["database"]
    secrets = {secret["file"] for secret in kept["secrets"].values()}
    assert all(f"> {secret.removeprefix('./')}" in (DOCS / "operations.md").read_text("utf-8") for secret in secrets)
    assert all(f"/run/secrets/{name}" in str(kept["services"]) for name in kept["secrets"])
    for ignored in (ROOT / ".gitignore", DOCS / "hosting/Dockerfile.dockerignore"):
        assert "app/docs/hosting/secrets" in ignored.read_text("utf-8")


def test_the_wheel_is_that_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    told = re.findall(r"dosar-([\d.]+)-py3-none-any\.whl", (DOCS / "operations.md").read_text("utf-8"))
    assert told and set(told) == {version}


def test_the_web_server_finds_dosar() -> None:
    """At its name and port; it takes what Dosar takes, and the variable of the database is one that the help tells."""
    caddyfile = (DOCS / "hosting" / "Caddyfile").read_text("utf-8")
    assert f"reverse_proxy {DEFAULT_HOST}:{DEFAULT_PORT}\n" in caddyfile
    [(size, unit_of_size)] = re.findall(r"max_size (\d+)(\w+)", caddyfile)
    assert int(size) * {"MB": 10**6, "MiB": 2**20}[unit_of_size] == MAX_RECEIVED_BYTES
    assert f"{MAX_RECEIVED_BYTES:,} bytes" in (DOCS / "operations.md").read_text("utf-8")
    caddy = compose()["services"]["caddy"]
    assert caddy["network_mode"] == "service:dosar" and compose()["services"]["dosar"]["ports"] == ["80:80", "443:443"]
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in caddy["volumes"]
    assert all(name in ENVIRONMENT_HELP for name in compose()["services"]["dosar"]["environment"] if "URL" in name)


def test_every_command_in_the_pages_can_be_given() -> None:
    blocks = [block for page in PAGES for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    asked = [found[1] for line in lines if (found := re.match(r"(?:\.venv/bin/)?dosar (.*)", line))]
    assert len(asked) > 5
    for command in asked:
        read(command.replace('"', "").partition(" && ")[0])
