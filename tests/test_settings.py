"""What is said once for all commands: in a file, or in the environment."""

from pathlib import Path

import click
import pytest

from dosar.cli.commands.backup import LOOK_PORT, restore
from dosar.cli.commands.start import start
from dosar.cli.main import main, program
from dosar.cli.places import database_url
from tests.organisations import CASE, MENU, ROLES

SECRET = "postgresql://dosar:foarte-secret@localhost/dosar"


@pytest.fixture(autouse=True)
def _quiet_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dosar.cli.console.settings_file.SYSTEM_FILE", tmp_path / "etc/dosar.toml")
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the computer."""
    (tmp_path / "etc").mkdir()
    return tmp_path / "etc/dosar.toml"


def asked(*words: str) -> dict[str, object]:
    """What ``dosar start`` is told."""
    with start.make_context("start", list(words)) as context:
        return {**context.params, "places": None}


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["check", *words]) == 2
    return capsys.readouterr().err


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('port = 8001\nseal_after = 1.5\nno_browser = true\naddress = "https://a.example"\n', "utf-8")
    monkeypatch.setenv("DOSAR_PORT", "8002")
    monkeypatch.setenv("DOSAR_SEAL_AFTER", "")
    told = asked("--address", "https://b.example")
    assert (told["port"], told["seal_after"], told["no_browser"]) == (8002, 1.5, True)
    assert told["address"] == "b.example" and asked("--port", "8003")["port"] == 8003
    assert told["demo"] is False and asked("--settings", "/dev/null")["no_browser"] is False


def test_every_option_of_a_start_is_a_setting_but_what_is_said_once() -> None:
    options = {option.opts[0]: option.envvar for option in start.params}
    assert {name for name, variable in options.items() if not variable} == {"--new-organisation", "--passphrase"}


def test_a_flag_may_be_taken_back_by_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("demo = true\n", "utf-8")
    assert asked()["demo"] is True
    monkeypatch.setenv("DOSAR_DEMO", "false")
    assert asked()["demo"] is False


def test_another_command_takes_no_option_of_the_start(file: Path) -> None:
    """One that is called the same is another one: the port of a look into a back-up, beside the program that runs."""
    file.write_text('port = 8001\ndata = "data"\n', "utf-8")
    with restore.make_context("restore", ["some.dosar"], parent=click.Context(program)) as context:
        assert context.params["port"] == LOOK_PORT and context.params["data"] == file.parent / "data"


def test_places_begin_where_the_file_lies(file: Path) -> None:
    file.write_text('data = "data"\nkey_file = "/run/secrets/key"\n', "utf-8")
    told = asked()
    assert (told["data"], told["key_file"]) == (file.parent / "data", Path("/run/secrets/key"))


def test_what_is_wrong_is_told_all_at_once_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f'prot = 8001\n\n[forms]\ndemo = "yes"\nkey = "1234"\ndatabase_url = "{SECRET}"\n', "utf-8")
    assert refused(capsys).splitlines() == [
        f'{file}:1: unknown setting "prot"; did you mean "port"?',
        f"{file}:3: forms has a value of another kind. Write true or false behind what is said or not, a number, or a "
        "text between quotation marks.",
    ]
    file.write_text(f'demo = "yes"\nport = true\npassphrase = "1234"\ndatabase_url = "{SECRET}"\n', "utf-8")
    told = refused(capsys)
    assert [line.partition(": ")[0] for line in told.splitlines()] == [f"{file}:{line}" for line in (1, 2, 3, 4)]
    assert "Type it in the page" in told and 'database_url_file = "/etc/dosar/database-url"' in told
    assert "1234" not in told and "secret" not in told
    file.write_text("port 8001", "utf-8")
    assert refused(capsys).startswith(f"{file} cannot be read as TOML: ")
    assert refused(capsys, "--settings", "gone.toml") == "gone.toml cannot be used: No such file or directory.\n"


def test_a_value_that_makes_no_sense_is_told_with_its_place(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('port = "http"\n', "utf-8")
    assert main(["start"]) == 2
    assert f"Invalid value for {file}: port: 'http'" in capsys.readouterr().err
    monkeypatch.setenv("DOSAR_PORT", "tcp://10.0.0.1:8080")
    assert main(["start"]) == 2
    assert "Invalid value for DOSAR_PORT: " in capsys.readouterr().err


def test_a_mistyped_variable_is_no_silent_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOSAR_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("DOSAR_KEYFILE", "/etc/dosar/key")
    monkeypatch.setenv("DOSAR_PASSPHRASE", "patru cuvinte")
    told = refused(capsys).splitlines()
    assert told[0] == 'DOSAR_KEYFILE: unknown setting; did you mean "DOSAR_KEY_FILE"?'
    assert told[1].startswith("DOSAR_PASSPHRASE: what opens the data") and len(told) == 2


def test_the_address_of_the_database_lies_in_a_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", "utf-8")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "secret"))
    with start.make_context("start", []):
        assert database_url() == SECRET
    assert database_url() is None
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/other")
    assert "said twice" in refused(capsys) and database_url() == "postgresql://localhost/other"
    monkeypatch.setenv("DATABASE_URL", "")
    (tmp_path / "secret").write_text("\n", "utf-8")
    assert "is empty. Write the address" in refused(capsys)
    monkeypatch.delenv("DATABASE_URL_FILE")
    file.write_text('database_url_file = "gone"\n', "utf-8")
    assert refused(capsys) == f"{file.parent / 'gone'} cannot be used: No such file or directory.\n"


def test_a_command_reads_the_same_file_as_the_service(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "forms").mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (file.parent / f"forms/{name}.yaml").write_text(text, "utf-8")
    (file.parent / "ours.toml").write_text('forms = "forms"\nport = 8001\n', "utf-8")
    monkeypatch.setenv("DOSAR_SETTINGS", str(file.parent / "ours.toml"))
    assert main(["check"]) == 0
    assert f"the forms in {file.parent / 'forms'}, compared" in capsys.readouterr().out
