"""What is typed where Dosar was installed into a Python: for that Python, and from where it came."""

import json
from pathlib import Path

import pytest

from dosar.cli.places import Places
from dosar.cli.starting.command_options import command_lines
from dosar.cli.starting.options import StartOptions
from dosar.updates.pip.pip_facts import PipFacts, source_of
from dosar.updates.pip.pip_lines import line_of_version, newest_line, preparation, typed_line

PYTHON = "/home/ana/my tools/bin/python"


def facts(told: object = None, installer: str = "pip") -> PipFacts:
    kind, source = source_of(None if told is None else json.dumps(told))
    return PipFacts(installer, PYTHON, "dosar", kind, source, "0.2.0")  # type: ignore[arg-type]


def test_the_line_names_the_python_that_runs() -> None:
    assert newest_line(facts()) == f"'{PYTHON}' -m pip install --upgrade dosar"
    assert line_of_version(facts(), "0.1.0") == f"'{PYTHON}' -m pip install --upgrade dosar==0.1.0"
    assert preparation(facts()) is None


def test_what_came_from_a_folder_comes_from_there_again() -> None:
    cloned = facts({"url": Path("/home/ana/dosar nou").as_uri(), "dir_info": {}})
    assert newest_line(cloned) == f"'{PYTHON}' -m pip install --upgrade '/home/ana/dosar nou'"
    assert "folder /home/ana/dosar nou: put the new version there" in str(preparation(cloned))
    assert "put version 0.1.0 there" in str(preparation(cloned, "0.1.0"))
    edited = facts({"url": "file:///srv/dosar", "dir_info": {"editable": True}})
    assert newest_line(edited).endswith("--upgrade --editable /srv/dosar")


def test_what_came_from_a_file_asks_for_the_next_one_beside_it() -> None:
    wheel = facts({"url": "file:///srv/dosar-0.2.0-py3-none-any.whl", "archive_info": {}}, "pipx")
    assert newest_line(wheel) == "pipx install --force '/srv/dosar-…-py3-none-any.whl'"
    assert "in place of “…”" in str(preparation(wheel))
    assert line_of_version(wheel, "0.1.0") == "pipx install --force /srv/dosar-0.1.0-py3-none-any.whl"


def test_what_came_from_an_address_comes_from_there_again() -> None:
    vcs = {"vcs": "git", "requested_revision": "main", "commit_id": "0"}
    cloned = facts({"url": "https://example.org/dosar", "vcs_info": vcs}, "uv")
    assert newest_line(cloned).endswith("--upgrade git+https://example.org/dosar@main")


@pytest.mark.parametrize("told", ["", "{", "[]", "{}", '{"url": 1, "dir_info": 2}', "null"])
def test_a_note_of_the_installer_that_cannot_be_read_says_nothing(told: str) -> None:
    assert source_of(told) == ("index", "")


def test_each_installer_has_its_own_words() -> None:
    assert newest_line(facts(installer="pipx")) == "pipx upgrade dosar"
    assert newest_line(facts(installer="uv tool")) == "uv tool upgrade dosar"
    assert newest_line(facts(installer="uv")) == f"uv pip install --python '{PYTHON}' --upgrade dosar"


def test_the_lines_find_the_same_data_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    usual = command_lines(StartOptions(Places(None, None, None, False)))
    assert usual.newest_lines(facts())[::2] == ["dosar stop", "dosar start"]
    places = Places(Path("date noi"), None, Path("/media/ana/key"), False, database_file=Path("/etc/dosar/url"))
    lines = command_lines(StartOptions(places, port=8090, address="dosar.exemplu.ro", seal_after=0.5))
    data = f"--data '{tmp_path / 'date noi'}'"
    rest = "--key-file /media/ana/key --database-url-file /etc/dosar/url"
    stop, install, start = lines.newest_lines(facts())
    assert (stop, install) == (f"dosar stop {data}", newest_line(facts()))
    assert start == f"dosar start {data} {rest} --port 8090 --address https://dosar.exemplu.ro --seal-after 0.5"
    assert lines.backup_line(facts()) == f"dosar backup {data} {rest}"
    back = f"dosar update --back {data} {rest}"
    assert lines.lines_back(facts(), "0.1.0") == [stop, line_of_version(facts(), "0.1.0"), back, start]


def test_the_lines_of_the_demo_are_those_of_the_demo() -> None:
    lines = command_lines(StartOptions(Places(None, Path("/srv/forms"), None, False), demo=True))
    assert lines.newest_lines(facts())[::2] == ["dosar stop --demo", "dosar start --demo --forms /srv/forms"]
    assert lines.backup_line(facts()).startswith("dosar backup --data ")


def test_powershell_runs_a_path_with_blanks() -> None:
    words = [r"C:\Program Files\Ana's\python.exe", "-m", "pip", "install", "dosar"]
    assert typed_line(words, windows=True) == r"& 'C:\Program Files\Ana''s\python.exe' -m pip install dosar"
    assert typed_line([r"C:\dosar\python.exe", "-m"], windows=True) == r"C:\dosar\python.exe -m"
