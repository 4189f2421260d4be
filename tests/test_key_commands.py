"""``dosar key …``: what opens the data is changed by who has it, and never stands on a command line."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from dosar.cli.main import main
from dosar.cli.runtime import prepare_database
from dosar.cli.serving.single_instance import running_address
from dosar.database.audit.chain import audit_event_table
from dosar.database.keys import key_slots
from dosar.database.keys.key_file import key_from_file
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.keys.opening_log import WRONG_GUESSES_FILE, read_wrong_guesses
from dosar.database.store import Store
from tests.organisations import CASE, MENU, ROLES
from tests.waiting import is_soon

PASSPHRASE, OTHER = "patru cuvinte fără rost", "alte patru cuvinte bune"
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background jobs are started deaf to Ctrl+C
from dosar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
Say = Callable[..., str]
column = audit_event_table.c


class Typist(StringIO):
    """Types what was said beforehand; of a card, the group that is asked for."""

    def __init__(self, lines: tuple[str, ...], read: Callable[[], tuple[str, str]]) -> None:
        super().__init__()
        self.lines, self.read_screen, self.seen = list(lines), read, ""

    def readline(self, size: int | None = -1, /) -> str:
        shown, asked = self.read_screen()
        self.seen += shown
        group = re.search(r"Group (\d)", asked)
        return (card_in(self.seen)[int(group[1]) - 1] if group else self.lines.pop(0)) + "\n"


def card_in(seen: str) -> list[str]:
    return re.findall(r"^ {4}(\w{4}(?:  \w{4}){8})$", seen, re.MULTILINE)[-1].split()


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An organisation that opens by itself, as every one did before."""
    for name in ("DATABASE_URL", "LANG", "LANGUAGE", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    forms = tmp_path / "forms"
    forms.mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    store = Store.open(data, key=key_from_file(data))
    prepare_database(store, forms)
    store.close()
    return ["--data", str(data)]


@pytest.fixture
def say(places: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    def give(command: str, *typed: str, code: int = 0) -> str:
        """Give the command, type these lines; what was said."""
        typist = Typist(typed, lambda: capsys.readouterr())
        monkeypatch.setattr("sys.stdin", typist)
        ended = main(["key", *command.split(), *places])
        said = "".join((typist.seen, *capsys.readouterr()))
        assert ended == code, said
        assert typist.lines == [], "it asked for less"
        return said

    return give


def test_from_one_laptop_to_a_passphrase_step_by_step(say: Say, places: list[str], tmp_path: Path) -> None:
    said = say("status")
    assert "whoever has this computer has the data" in said and "dosar key passphrase" in said
    assert "dosar key card" in say("passphrase", PASSPHRASE, PASSPHRASE)
    assert "passphrase and make a recovery card first" in say("seal", code=2)
    said = say("card")
    assert "dosar key seal" in said
    card = " ".join(card_in(said)).lower()
    say("seal")
    assert not list((tmp_path / "config").rglob("*.key"))
    said = say("status")
    assert "types the passphrase or the card at every start" in said and "whoever" not in said
    assert "neither the passphrase nor" in say("file", OTHER, code=2)
    said = say("passphrase", card, OTHER, OTHER)
    assert "The passphrase is set." in said and "dosar key card --add" in said
    assert "neither the passphrase nor" in say("card", PASSPHRASE, code=2)
    slip = "z" if card[5] != "z" else "y"
    assert "There is a typing error in the recovery card" in say("card", card[:5] + slip + card[6:], code=2)


def test_a_key_file_of_other_data_is_not_said_to_open_these(say: Say, tmp_path: Path) -> None:
    wrong = tmp_path / "elsewhere" / "wrong.key"
    wrong.parent.mkdir()
    wrong.write_text("0123456789abcdef" * 4 + "\n", encoding="ascii")
    wrong.chmod(0o600)
    assert "opened by" not in say(f"status --key-file {wrong}", code=2)
    assert "- the key file" in say("status")


def test_a_weak_passphrase_changes_nothing(say: Say) -> None:
    assert "longer" in say("passphrase", "scurt", "scurt", code=2)
    assert "differ" in say("passphrase", PASSPHRASE, OTHER, code=2)
    assert "For a passphrase" in say("status")


def test_a_card_that_nobody_wrote_down_changes_nothing(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_key_commands.card_in", lambda _: ["0000"] * 9)
    assert "not what stands on the card" in say("card", code=2)
    assert "recovery card" not in say("status").split("computer has the data")[0]


def test_two_people_with_a_card_each(say: Say) -> None:
    say("passphrase", PASSPHRASE, PASSPHRASE)
    first = " ".join(card_in(say("card")))
    said = say("card --add")
    assert "Recovery card 2 opens the data" in said and "--add" not in said
    second = " ".join(card_in(said))
    ids = dict(re.findall(r"recovery card (\d), since .* \((\w+)\)", say("status")))
    assert set(ids) == {"1", "2"}
    for refused in ("card", "card --add"):
        assert f"--replace {ids['1']} | {ids['2']}" in say(refused, code=2)
    assert "dosar key status says their names" in say("card --replace 1", code=2)
    say("seal")
    for card, added in ((first, OTHER), (second, "ceva cu totul nou acum")):
        say("passphrase --add", card, added, added)
    said = say(f"card --replace {ids['2']}", first)
    assert "the one it replaces no more" in said
    assert "neither the passphrase nor" in say("file", second, code=2)
    third = " ".join(card_in(said))
    say(f"remove {ids['1']}", third)
    assert "neither the passphrase nor" in say("file", first, code=2)
    assert re.findall(r"recovery card (\d)", say("status").partition("A second card")[0]) == ["2"]
    assert "Recovery card 1 opens the data" in say("card --add", third)


def test_two_people_with_a_passphrase_each(say: Say) -> None:
    say("passphrase", PASSPHRASE, PASSPHRASE)
    say("passphrase --add", OTHER, OTHER)
    assert "not the passphrase" in say("passphrase", "a third one of nobody", code=2)
    said = say("passphrase", OTHER, "ceva cu totul nou acum", "ceva cu totul nou acum")
    assert "The passphrase is set." in said
    ids = re.findall(r"a passphrase, since .* \((\w+)\)", say("status"))
    assert len(ids) == 2
    said = say("remove anything", code=2)
    assert "There are: " in said and all(slot in said for slot in ids)
    assert f"Did you mean {ids[0]}?" in say(f"remove {ids[0][:-1]}", code=2)
    assert len(re.findall("a passphrase", say("status"))) == 2
    say(f"remove {ids[0]}")
    assert len(re.findall("a passphrase", say("status"))) == 1


def hear_hangup() -> None:
    """Whatever started these tests, perhaps nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_it_starts_sealed_is_opened_in_the_page_and_sealed_by_the_system(
    places: list[str], say: Say, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("passphrase", PASSPHRASE, PASSPHRASE)
    say("card")
    say("seal")
    address = f"http://127.0.0.1:{free_port}"
    command = [sys.executable, "-c", PROGRAM, "start", "--no-browser", "--port", str(free_port), *places]
    command += ["--forms", str(tmp_path / "forms")]
    with subprocess.Popen(
        command,
        text=True,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        preexec_fn=hear_hangup if os.name == "posix" else None,
    ) as process:
        try:
            assert is_soon(lambda: asked(address)[0] == 503)
            assert 'name="secret"' in asked(address)[1]
            assert running_address(tmp_path / "data") == f"{address}/"
            assert asked(f"{address}/unlock", secret=OTHER)[0] == 401
            assert asked(f"{address}/unlock", secret=PASSPHRASE)[0] in (200, 503), "it may still be opening"
            assert is_soon(lambda: 'name="code"' in asked(address)[1]), "the set-up, of a folder without people"
            if hasattr(signal, "SIGHUP"):
                process.send_signal(signal.SIGHUP)
                assert is_soon(lambda: asked(address)[0] == 503)
                assert asked(f"{address}/unlock", secret=PASSPHRASE)[0] in (200, 503)
                assert is_soon(lambda: asked(address)[0] == 200)
        finally:
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=120)[0]
    assert "type the passphrase there" in told and told.count("The data are locked.") == (os.name == "posix")
    assert say("status") and not (tmp_path / "data" / WRONG_GUESSES_FILE).exists()
    opened, (count, first, last) = next(each for each in openings_told(tmp_path / "data") if each[1])
    assert (opened[0], len(opened[1]), count) == ("passphrase", 8, "1") and first == last, "its slot; one wrong guess"


def openings_told(data: Path) -> list[tuple[list[str], list[str]]]:
    """What opened the data, after which wrong guesses, the last opening first."""
    key = MasterKeyPlace(data, lambda _: True).by_typing(PASSPHRASE)
    store = Store.open(data, key=key)
    with store.snapshot() as connection:
        told = connection.execute(
            select(column.action, column.fields)
            .where(column.action.in_(("unsealed", "unseal_failed")))
            .order_by(column.seq)
        ).all()
    store.close()
    found: list[tuple[list[str], list[str]]] = []
    guesses: list[str] = []
    for action, fields in told:
        if action == "unseal_failed":
            guesses = fields.split(",")
        else:
            found.insert(0, (fields.split(","), guesses))
            guesses = []
    return found


def test_the_audit_log_tells_what_opened_the_data_and_what_did_not(say: Say, tmp_path: Path) -> None:
    say("passphrase", PASSPHRASE, PASSPHRASE)
    card = " ".join(card_in(say("card")))
    say("seal")
    for _ in range(3):
        say("file", OTHER, code=2)
    kept = (tmp_path / "data" / WRONG_GUESSES_FILE).read_text("utf-8")
    assert json.loads(kept)["count"] == 3 and OTHER not in kept
    say("passphrase", card, PASSPHRASE, PASSPHRASE)
    last, *before = openings_told(tmp_path / "data")
    assert last[0][0] == "card" and last[1][0] == "3" and not (tmp_path / "data" / WRONG_GUESSES_FILE).exists()
    assert {opened[0] for opened, guesses in before if not guesses} == {"key_file"}


@pytest.mark.parametrize(
    "planted",
    [
        "[" * 100_000,
        '{"count": 3, "first": "2026-11-29T09:00:00", "last": "9999-12-31T23:59:59"}',
        '{"count": 3, "first": "0001-01-01T00:00:00", "last": "2026-11-29T09:00:00"}',
        '{"count": true, "first": "2026-11-29T09:00:00", "last": "2026-11-29T09:00:00"}',
    ],
    ids=["deep", "far ahead", "long ago", "no number"],
)
def test_what_somebody_plants_there_stops_no_start_and_no_page(tmp_path: Path, planted: str) -> None:
    (tmp_path / WRONG_GUESSES_FILE).write_text(planted, "utf-8")
    found = read_wrong_guesses(tmp_path)
    assert found is not None and found.count == 1 and found.first.year == found.last.year > 2000


def asked(address: str, **boxes: str) -> tuple[int, str]:
    """What the program answers to a browser."""
    try:
        with urllib.request.urlopen(address, urlencode(boxes).encode() if boxes else None, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_another_key_for_who_may_know_the_old_one(say: Say, tmp_path: Path) -> None:
    say("passphrase", PASSPHRASE, PASSPHRASE)
    old_card = " ".join(card_in(say("card")))
    say("card --add")
    said = say("new", OTHER, OTHER)
    assert "Only the new key opens the data" in said and "Its key file is" in said
    assert "Recovery card 1" in said and "Recovery card 2" in said, "each of them new, too"
    new_card = " ".join(card_in(said))
    say("seal")
    for void in (PASSPHRASE, old_card):
        assert "neither the passphrase nor" in say("file", void, code=2)
    said = say("new", new_card, PASSPHRASE, PASSPHRASE)
    assert "kept in" in said and "Its key file" not in said
    assert len(list((tmp_path / "data/old-key").iterdir())) == 2
    assert "was deleted" in say("forget", PASSPHRASE) and not (tmp_path / "data/old-key").exists()
    assert "no database with a former key" in say("forget", PASSPHRASE)
    assert "types the passphrase" in say("status")
