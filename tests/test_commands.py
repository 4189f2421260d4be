"""What a person types at the command line, and what she reads there."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest

from dosar.cli.console.locale import command_languages, computer_language
from dosar.cli.main import main
from dosar.cli.runtime import prepare_database
from dosar.database.format_number import FORMAT_VERSION
from dosar.database.installation.folder_note import NOTE_FILE, write_note
from dosar.database.installation.lock_file import lock_folder, publish_instance, published_instance
from dosar.database.keys.key_file import key_from_file, key_from_passphrase, salt_file
from dosar.database.store import Store
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import fresh_place
from tests.organisations import CASE, MENU, ROLES, Organisation, form
from tests.waiting import is_soon

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background jobs are started deaf to Ctrl+C
from dosar.cli.main import main
sys.exit(main())
"""
SPOKEN = ", ".join(command_languages())
PASSPHRASE = "patru cuvinte fără rost"
VISIT = form("visit", "name: cost, type: integer")
WIDER = form("visit", "name: price, type: decimal, was: cost")


@pytest.fixture(autouse=True)
def _quiet_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "usual" / name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Data, forms and key of an organisation that has not started yet."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES, "visit": VISIT}.items():
        (forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    return ["--data", str(tmp_path / "data"), "--forms", str(forms), "--key-file", str(tmp_path / "key")]


@pytest.fixture
def kept(places: list[str], tmp_path: Path) -> int:
    """A record of the organisation, whose forms have changed since."""
    return filled_in(tmp_path, key_from_file(tmp_path / "data", tmp_path / "key"))


def filled_in(tmp_path: Path, key: bytes) -> int:
    store = Store.open(tmp_path / "data", key=key)
    prepare_database(store, tmp_path / "forms")
    with acting_as(SYSTEM_SCOPE):
        ours = Organisation(store, tmp_path / "forms").start()
        visit = ours.enter("visit", cost=7)
        store.session.remove()
    store.close()
    (tmp_path / "forms/visit.yaml").write_text(WIDER, encoding="utf-8")
    return visit


def answers(data: Path, key: Path, forms: Path, visit: int) -> dict[str, object]:
    store = Store.open(data, key=key_from_file(data, key))
    try:
        with acting_as(SYSTEM_SCOPE):
            return Organisation(store, forms).start().answers("visit", visit)
    finally:
        store.session.remove()
        store.close()


def test_a_dry_run_only_tells_the_plan(
    places: list[str], kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", "--dry-run", *places]) == 0
    said = capsys.readouterr().out
    assert "- visit.cost is now called visit.price." in said
    assert 'become "decimal" instead of "integer"' in said
    assert "Nothing was changed" in said
    assert not (tmp_path / "data/copies").exists()
    assert answers(tmp_path / "data", tmp_path / "key", tmp_path / "forms", kept) == {"cost": 7}


def test_an_upgrade_keeps_a_copy_that_can_be_opened(
    places: list[str], kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", *places]) == 0
    assert "The database fits the forms." in capsys.readouterr().out
    assert answers(tmp_path / "data", tmp_path / "key", tmp_path / "forms", kept) == {"price": 7}
    (copy,) = (tmp_path / "data/copies").iterdir()
    assert answers(copy, tmp_path / "key", tmp_path / "forms", kept) == {"cost": 7}
    assert (copy / "dosar.db").stat().st_mode & 0o077 == 0
    assert b"visit" not in (copy / "dosar.db").read_bytes()

    assert main(["upgrade", *places]) == 0
    assert "No answer has to move." in capsys.readouterr().out
    assert len(list((tmp_path / "data/copies").iterdir())) == 1


def test_with_a_passphrase_there_is_a_way_back_too(
    places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, told = tmp_path / "data", [*places[:4], "--passphrase"]
    monkeypatch.setattr("dosar.database.keys.key_file.PASSPHRASE_MEMORY_KIB", 1024)
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSPHRASE}\n" * 2))
    filled_in(tmp_path, key_from_passphrase(data, PASSPHRASE))
    assert main(["upgrade", *told]) == 0
    (copy,) = (data / "copies").iterdir()
    data.rename(tmp_path / "given up")
    (tmp_path / "given up/copies" / copy.name).rename(data)
    assert main(["upgrade", *told]) == 0
    assert "- visit.cost is now called visit.price." in capsys.readouterr().out
    assert salt_file(data).stat().st_mode & 0o077 == 0


def test_texts_that_wait_for_a_translation_are_counted(
    places: list[str], kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A language just begun lacks thousands; ``dosar check`` says where."""
    (tmp_path / "forms/case.yaml").write_text(re.sub(r", ro: [^,}]*", "", CASE), encoding="utf-8")
    assert main(["upgrade", "--dry-run", "--language", "ro", *places]) == 0
    said = capsys.readouterr().out
    lacking = len(re.findall(", ro: ", CASE))
    assert f"Texte din formulare care lipsesc într-o limbă, română: {lacking}. „dosar check” le enumeră." in said
    assert lacking > 1 and "F010" not in said


def test_an_upgrade_tells_which_file_could_not_be_used(
    places: list[str], kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace("integer", "date"), encoding="utf-8")
    assert main(["upgrade", *places]) == 1
    assert "forms/visit.yaml:8: F020" in capsys.readouterr().out


def test_on_postgresql_the_copy_is_a_file_too(
    places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh_place("postgresql", tmp_path) as place:
        assert place.url is not None
        store = Store.open(url=place.url, key=key_from_file(tmp_path / "data", tmp_path / "key"))
        prepare_database(store, tmp_path / "forms")
        with acting_as(SYSTEM_SCOPE):
            visit = Organisation(store, tmp_path / "forms").start().enter("visit", cost=7)
            store.session.remove()
        store.close()
        (tmp_path / "forms/visit.yaml").write_text(WIDER, encoding="utf-8")
        monkeypatch.setenv("DATABASE_URL", place.url)
        assert main(["upgrade", *places]) == 0
        (copy,) = (tmp_path / "data/copies").iterdir()
        assert answers(copy, tmp_path / "key", tmp_path / "forms", visit) == {"cost": 7}


def copied_tables(said: str) -> set[tuple[str, str, str]]:
    """Name, number of rows and digest of each."""
    return {(name, rows, digest) for name, rows, digest in re.findall(r"^(\w+)\t(\d+)\t(\w+)$", said, re.MULTILINE)}


def test_an_organisation_moves_to_postgresql_and_back(
    places: list[str], kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh_place("postgresql", tmp_path) as place:
        assert place.url is not None
        (tmp_path / "address").write_text(f"{place.url}\n", "utf-8-sig")  # as Windows writes it
        assert main(["copy", "--to", f"@{tmp_path / 'address'}", *places]) == 0
        there = capsys.readouterr().out
        assert re.search(r"^visit\t1\t[0-9a-f]{16}$", there, re.MULTILINE)
        assert "Counts and digests are the same on both sides." in there
        assert main(["copy", "--to", place.url, *places]) == 2
        assert "is not empty" in capsys.readouterr().err
        (tmp_path / "address").write_text("dosar")
        assert main(["copy", "--to", f"@{tmp_path / 'address'}", *places]) == 2
        assert "must have the address of the database in it" in capsys.readouterr().err

        monkeypatch.setenv("DATABASE_URL", place.url)
        assert main(["check", *places]) == 1
        assert "compared with the answers in DATABASE_URL." in capsys.readouterr().out
        back = ["--to", str(tmp_path / "back"), "--to-key-file", str(tmp_path / "back-key")]
        assert main(["copy", *back, *places]) == 0
        differing = copied_tables(there) ^ copied_tables(capsys.readouterr().out)
    assert {name for name, _, _ in differing} == {"dosar_data_key", "dosar_audit_event"}
    found = answers(tmp_path / "back", tmp_path / "back-key", tmp_path / "forms", kept)
    assert found == {"cost": 7}


def test_where_the_data_will_be_is_no_source_of_them(
    places: list[str], kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The address stands in DATABASE_URL already when an organisation moves there."""
    with fresh_place("postgresql", tmp_path) as place:
        assert place.url is not None
        monkeypatch.setenv("DATABASE_URL", place.url)
        assert main(["copy", "--to", place.url, *places]) == 0
        assert re.search(r"^visit\t1\t[0-9a-f]{16}$", capsys.readouterr().out, re.MULTILINE)
        (tmp_path / "data/dosar.db").unlink()
        assert main(["copy", "--to", place.url, *places]) == 2
        assert f"There is no database in {tmp_path / 'data'}." in capsys.readouterr().err


def test_without_a_database_there_is_nothing_to_upgrade(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", *places]) == 2
    assert capsys.readouterr().err == (
        f"There is no database in {tmp_path / 'data'}. Name the data folder with --data, or start Dosar there first.\n"
    )


@pytest.mark.parametrize("asked", [["upgrade"], ["check"], ["copy", "--to", "elsewhere"]])
def test_an_empty_database_is_told_as_such(
    asked: list[str], database: str, places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with fresh_place(database, tmp_path) as place:
        monkeypatch.setenv("DATABASE_URL", place.url or "")
        if place.url is None:
            (tmp_path / "data").mkdir()
            (tmp_path / "data/dosar.db").touch()
            (tmp_path / "key").touch(mode=0o600)
            (tmp_path / "key").write_text("00" * 32)
        assert main([*asked, *places]) == 2
        assert "Start Dosar on it first (dosar start)" in capsys.readouterr().err


def test_an_upgrade_speaks_the_language_asked_for(
    places: list[str], kept: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", "--dry-run", "--language", "ro", *places]) == 0
    assert "- visit.cost se numește acum visit.price." in capsys.readouterr().out


def test_advice_alone_is_no_mistake(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace(", ro: Titlu", ""), encoding="utf-8")
    assert main(["check", *places[2:4]]) == 0
    assert "forms/visit.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    "reader, code, told",
    [("", 1, ""), ("> /dev/full", 2, "Dosar had to stop: No space left on device.")],
    ids=["nobody reads on", "the disk is full"],
)
def test_who_does_not_read_on_gets_no_traceback(
    reader: str, code: int, told: str, places: list[str], tmp_path: Path
) -> None:
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace("integer", "intger"), encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, "check", *places[2:4]]
    with subprocess.Popen(
        f"{shlex.join(command)} {reader}", shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read().strip() == told
    assert process.returncode == code


@pytest.mark.parametrize("asked", ["--help", "schema", "check"])
def test_with_its_output_closed_it_does_its_work_in_silence(asked: str, places: list[str], tmp_path: Path) -> None:
    options = {"check": places[2:4], "schema": places[2:4]}.get(asked, [])
    command = f"{shlex.join([sys.executable, '-c', PROGRAM, asked, *options])} >&-"
    done = subprocess.run(command, shell=True, text=True, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_told_at_once() -> None:
    heavy = "print(sorted({'sqlalchemy', 'flask', 'pydantic', 'cryptography'} & {*sys.modules}))"
    asking = f"import sys\nsys.argv[1:] = ['--version']\nfrom dosar.cli.entry import run\ncode = run()\n{heavy}"
    done = subprocess.run(
        [sys.executable, "-c", asking],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LANG": "C.UTF-8"},
    )
    assert re.fullmatch(rf"Dosar \d+\.\d+\S*, database format {FORMAT_VERSION}\n\[\]\n", done.stdout), done


def test_ctrl_c_while_it_is_still_being_read_is_no_traceback(tmp_path: Path) -> None:
    interrupted = tmp_path / "dosar_interrupted.py"
    interrupted.write_text(
        "import sys\nclass Finder:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\nsys.meta_path.insert(0, Finder())\n"
        "from dosar.cli.entry import run\nsys.exit(run())\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, interrupted], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("to", "told"),
    [("", "Name with --to where to copy to"), ("data/inside", "lies in the data folder that is copied")],
)
def test_a_copy_stands_apart(
    to: str, told: str, kept: int, places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["copy", "--to", to and str(tmp_path / to), *places]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "data/inside").exists()


def test_a_folder_is_no_key_file(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key").mkdir()
    assert main(["start", "--no-browser", "--port", "0", *places]) == 2
    assert "is a folder and no key file" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes in folders")
def test_a_pipe_is_no_form(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "forms/pipe.yaml")
    assert main(["check", *places[2:4]]) == 1
    assert "forms/pipe.yaml:1: F001: This is a folder or a pipe, and no file of text" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["mysql://dosar@localhost/dosar", "dosar", "postgresql://x:y@127.0.0.1:abc/db"])
def test_an_address_of_no_postgresql_is_refused(
    address: str, places: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert main(["upgrade", *places]) == 2
    assert "DATABASE_URL must begin with postgresql://" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_told_in_romanian(
    places: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://dosar:secret@127.0.0.1:9/dosar")
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    assert main(["upgrade", *places]) == 2
    said = capsys.readouterr().err
    assert "nu răspunde" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "environment, language",
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ro_MD.UTF-8"}, "ro"),
        ({"LANG": "ro", "LC_ALL": "en_US"}, "en"),
    ],
)
def test_the_commands_speak_the_computers_language(environment: dict[str, str], language: str) -> None:
    assert computer_language(environment) == language


@pytest.mark.parametrize(
    "asked, told",
    [
        (["--help"], ["utilizare: dosar", "COMANDĂ", "pornește aplicația", "arată acest ajutor", "comenzile vorbesc"]),
        (["start", "--help"], ["Pornește aplicația.", "opțiuni:", "portul paginilor (8080)", "cere aici"]),
    ],
)
def test_help_is_told_in_romanian_too(
    asked: list[str], told: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    assert main(asked) == 0
    said = "".join(capsys.readouterr())
    assert [words for words in told if words not in said] == []
    assert not re.search("usage|error|option|command|show", said, re.IGNORECASE)


@pytest.mark.parametrize(
    "asked, told",
    [
        ([], "eroare: lipsește comanda."),
        (["copy"], "eroare: lipsește opțiunea '--to'."),
        (["strat"], "eroare: nu există comanda 'strat'. Ați vrut să scrieți 'start'?"),
        (["check", "forms", "x"], "eroare: argumente în plus (forms x)"),
        (["start", "--demo=yes"], "eroare: opțiunea '--demo' nu primește o valoare."),
        (["start", "--port"], "eroare: opțiunea '--port' cere o valoare."),
        (["start", "--port", "x"], "eroare: valoare nepotrivită pentru '--port': 'x' nu este un număr întreg."),
        (["check", "--langauge", "ro"], "eroare: nu există opțiunea '--langauge'. Ați vrut să scrieți '--language'?"),
        (["check", "--language", "zz"], f"'--language': limbă necunoscută „zz”; există: {SPOKEN}."),
    ],
)
def test_how_to_ask_is_told_in_romanian_too(
    asked: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    assert main(asked) == 2
    said = "".join(capsys.readouterr())
    assert told in said
    assert not re.search("usage|error|options|missing|try", said, re.IGNORECASE)


def test_check_says_every_mistake(places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace("integer", "intger"), encoding="utf-8")
    assert main(["check", *places[2:4], "--language", "ro"]) == 1
    assert "forms/visit.yaml:8: F006: tip necunoscut „intger”" in capsys.readouterr().out


@pytest.mark.parametrize(
    "language, hint",
    [
        ("zz", f"; there are: {SPOKEN}."),
        ("ro_MD", '; did you mean "ro-MD"?'),
    ],
)
def test_check_speaks_only_languages_there_are(
    language: str, hint: str, places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *places[2:4], "--language", language]) == 2
    assert f'unknown language "{language}"{hint}' in capsys.readouterr().err


def test_check_says_what_the_kept_answers_do_not_allow(
    places: list[str], kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace("integer", "date"), encoding="utf-8")
    assert main(["check", *places[2:4]]) == 0
    said = capsys.readouterr().out
    assert "F020" not in said, "without the data only the files are read"
    assert said.endswith(
        f"in {tmp_path / 'forms'}, compared with no answers (name them with --data or DATABASE_URL).\n"
    )
    assert main(["check", *places]) == 1
    said = capsys.readouterr().out
    assert said.endswith(f"in {tmp_path / 'forms'}, compared with the answers in {tmp_path / 'data'}.\n")
    assert 'forms/visit.yaml:8: F020: Answers of type "integer" do not fit type "date"' in said
    assert "F025" not in said


def test_a_folder_without_a_form_is_hardly_the_one_that_was_meant(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ("case", "visit"):
        (tmp_path / f"forms/{file}.yaml").rename(tmp_path / f"{file}.yaml")
    assert main(["check", *places[2:4]]) == 2
    assert f"in {tmp_path / 'forms'}. Name the forms folder with --forms." in capsys.readouterr().err


def test_editors_get_their_schema_where_forms_are_written(
    places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also into a folder that has no form yet, and never into the installed program."""
    schema = tmp_path / "new" / "form.schema.json"
    schema.parent.mkdir()
    assert main(["schema", "--forms", str(schema.parent)]) == 0
    assert schema.is_file()
    monkeypatch.chdir(schema.parent)
    assert main(["schema"]) == 2
    assert "Name the forms folder with --forms." in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert main(["schema"]) == 0
    assert (tmp_path / "forms/form.schema.json").read_text("utf-8") == schema.read_text("utf-8")


# --- the application itself, as a program of its own -------------------------------------------------


@pytest.fixture
def started(places: list[str], free_port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """``dosar start`` from some other folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with _start(places, free_port, elsewhere) as process:
        yield process
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _start(places: list[str], port: int, folder: Path, browser: Path | None = None) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "start",
        "--port",
        str(port),
        *places,
        *([] if browser else ["--no-browser"]),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "app"), "BROWSER": f"{browser} %s"}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _first_answer(port: int, patience: float = 120) -> tuple[int, str]:
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize(
    "refused, status, told",
    [
        (
            "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nAccept-Language: ro\r\nContent-Length: 99999999\r\n\r\n",
            413,
            "Este prea mult deodată",
        ),
        ("nonsense\r\n\r\n", 400, "Cererea nu poate fi înțeleasă"),
    ],
)
def test_what_the_server_refuses_is_told_like_any_error(
    started: "subprocess.Popen[str]", free_port: int, refused: str, status: int, told: str
) -> None:
    _first_answer(free_port)
    with socket.create_connection(("127.0.0.1", free_port), timeout=60) as connection:
        connection.sendall(refused.encode())
        answer = connection.makefile("rb").read().decode()
    assert f" {status} " in answer.splitlines()[0]
    assert told in answer and "Content-Security-Policy" in answer


def test_a_file_that_knows_no_romanian_letters_takes_what_is_said(places: list[str], tmp_path: Path) -> None:
    """What ``dosar check > greseli.txt`` writes on Windows."""
    (tmp_path / "forms/visit.yaml").write_text(VISIT.replace("type: integer", "type: int"), encoding="utf-8")
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            "check",
            "--language",
            "ro",
            "--forms",
            str(tmp_path / "forms"),
            "--key-file",
            str(tmp_path / "key"),
        ],
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "XDG_DATA_HOME": str(tmp_path / "none")},
        capture_output=True,
        cwd=Path(__file__).parents[1],
    )
    assert said.returncode == 1, said.stderr
    assert b"F006: tip necunoscut" in said.stdout and said.stderr == b""


def test_it_starts_from_any_folder_and_stops_at_once(
    started: "subprocess.Popen[str]",
    free_port: int,
    places: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert started.stdout is not None
    assert f"http://127.0.0.1:{free_port}/" in started.stdout.readline()
    status, page = _first_answer(free_port)
    assert (status, "<html" in page) == (200, True)
    assert is_soon(lambda: is_written_into_its_file(tmp_path)), "nothing read at the start is read on and on"

    assert main(["upgrade", *places]) == 2
    assert "Stop it first" in capsys.readouterr().err
    other = [places[0], str(tmp_path / "other"), *places[2:4], "--key-file", str(tmp_path / "other-key")]
    assert main(["start", "--no-browser", "--port", str(free_port), *other]) == 2
    assert f"Port {free_port} cannot be used" in capsys.readouterr().err

    note = (tmp_path / "data" / NOTE_FILE).read_text("utf-8")
    assert [
        file.name for file in (tmp_path / "data").iterdir() if file.name.replace("dosar.db-shm", "-shm") not in note
    ] == [NOTE_FILE], "it says of each file what it is"
    started.send_signal(signal.SIGINT)
    assert started.wait(60) in (0, 130)
    assert started.stderr is not None
    assert "Traceback" not in started.stderr.read()
    assert {file.name for file in (tmp_path / "data").glob("dosar.db*")} == {"dosar.db"}


def test_the_folder_says_what_lies_in_it_and_stays_true(tmp_path: Path) -> None:
    note = tmp_path / NOTE_FILE
    write_note(tmp_path, on_a_server=False)
    assert "all cases" in note.read_text("utf-8") and "toate cazurile" in note.read_text("utf-8")
    kept = note.stat().st_mtime_ns
    write_note(tmp_path, on_a_server=False)
    assert note.stat().st_mtime_ns == kept, "nothing is written where nothing changed"
    write_note(tmp_path, on_a_server=True)
    assert "the PostgreSQL database" in note.read_text("utf-8") and "all cases" not in note.read_text("utf-8")
    write_note(tmp_path / "not" / "a" / "folder" / ("x" * 300), on_a_server=True)


def is_written_into_its_file(folder: Path) -> bool:
    """Whether the log of the database can be emptied: whoever reads as of before keeps it."""
    store = Store.open(folder / "data", key=key_from_file(folder / "data", folder / "key"))
    try:
        with store.engine.connect() as connection:
            held, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return not held
    finally:
        store.close()


def test_behind_a_web_server_with_https(places: list[str], free_port: int, tmp_path: Path) -> None:
    """Its name is answered to, no other; cookies are for HTTPS; who asks is who the web server says."""

    def asked(host: str) -> tuple[int, str]:
        told = {"Host": host, "X-Forwarded-For": "198.51.100.7"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{free_port}/sign-in", headers=told), timeout=60
            ) as answer:
                return answer.status, answer.headers["Set-Cookie"] or ""
        except urllib.error.HTTPError as refused:
            return refused.code, ""

    with _start([*places, "--address", "https://dosar.exemplu.ro"], free_port, tmp_path) as process:
        _first_answer(free_port)
        status, cookie = asked("dosar.exemplu.ro")
        elsewhere, _ = asked("altundeva.exemplu.ro")
        process.terminate()
        assert process.wait(60) == 0
    assert (status, "Secure" in cookie, elsewhere) == (200, True, 400)
    assert {file.name for file in (tmp_path / "data").glob("dosar.db*")} == {"dosar.db"}


@pytest.mark.parametrize(
    "address",
    ["http://dosar.exemplu.ro", "dosar.exemplu.ro", "https://dosar.exemplu.ro/aici", "https://[bad", "https://x:abc"],
)
def test_an_address_without_https_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "--address", address]) == 2
    assert "https://dosar.exemplu.ro" in capsys.readouterr().err


# --- started twice on one data folder ------------------------------------------------------------------


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that only writes down what it opened."""
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    script.chmod(0o755)
    return script


def opened_in(browser: Path) -> list[str]:
    opened = browser.with_name("opened")
    return opened.read_text().split() if opened.exists() else []


def test_who_starts_twice_is_led_to_what_runs(
    places: list[str], free_port: int, tmp_path: Path, browser: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also by a double click: the second waits until the first is ready."""
    with _start(places, free_port, tmp_path) as first:
        assert is_soon(lambda: published_instance(tmp_path / "data") is not None)
        with _start(places, free_port, tmp_path, browser) as second:
            told, complaint = second.communicate(timeout=120)
        assert main(["start", "--no-browser", *places]) == 0
        first.send_signal(signal.SIGINT)
        first.wait(60)
    address = f"http://127.0.0.1:{free_port}/"
    assert (second.returncode, complaint) == (0, "")
    assert (
        told
        == capsys.readouterr().out
        == (
            f"Dosar is running on the data folder {tmp_path / 'data'} already: {address} "
            "(Ctrl+C in its window stops it)\n"
        )
    )
    assert opened_in(browser) == [address]
    assert published_instance(tmp_path / "data") is None


class Stranger(BaseHTTPRequestHandler):
    """Another program on the port; it even says it is well."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"well")

    def log_message(self, *_: object) -> None:
        pass


def test_the_address_of_a_killed_program_is_not_opened(
    places: list[str], free_port: int, tmp_path: Path, browser: Path
) -> None:
    data = tmp_path / "data"
    with _start(places, free_port, tmp_path) as first:
        _first_answer(free_port)
        left = published_instance(data)
        first.kill()
        first.wait(60)
    assert left is not None and published_instance(data) == left, "nobody cleared up after it"
    with HTTPServer(("127.0.0.1", free_port), Stranger) as stranger:
        Thread(target=stranger.serve_forever, daemon=True).start()
        with lock_folder(data):
            assert published_instance(data) is None, "whoever comes next does"
            publish_instance(data, left)
            with _start(places, free_port, tmp_path, browser) as second:
                _, complaint = second.communicate(timeout=120)
        stranger.shutdown()
    assert (second.returncode, complaint) == (
        2,
        (f"Dosar is running on the data folder {data} already. Stop it first (Ctrl+C in its window).\n"),
    )
    assert opened_in(browser) == []
