"""A back-up comes back through the pages of a new computer: for whoever has the code and the card, and nobody else."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from markupsafe import escape
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client, TestResponse, encode_multipart

from dosar.access.organisation.settings import Organisation, save_organisation
from dosar.access.sealed.guesses import FREE_GUESSES, Guesses
from dosar.access.sealed.vault import Vault
from dosar.backups.restoring.restore_work import FETCHED_FOLDER, BackupSource, FoundBackup, find_backup
from dosar.database.keys import key_slots
from dosar.database.keys.key_slots import Argon2Cost
from dosar.pages.backups.backup_state import RESTORE
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.backups.offices import enter, hire, names_in, new_office
from tests.browser.programs import code_of_set_up, open_application_of, program_behind_gate
from tests.waiting import is_soon

HTTP = "http://localhost"
OFFICE = "Casa <Nouă> & Prietenii"


@dataclass(frozen=True)
class Kept:
    """A back-up on a stick, the card that opens it, and the forms of its organisation."""

    file: Path
    card: str
    forms: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    office = new_office(tmp_path_factory.mktemp("office"))
    with office.at_work() as repository:
        hire(repository)
        with repository.writing() as session:
            save_organisation(session, Organisation(OFFICE, "ro"))
        enter(repository, "Ancuța Cânepă", "Doina Rusu")
        made = office.back_up(repository)
    return Kept(office.stick / made.name, office.card_text, office.forms)


@dataclass
class NewComputer:
    """Its data folder, its program and a browser on it."""

    data: Path
    vault: Vault
    browser: Client

    @property
    def code(self) -> str:
        return code_of_set_up(self.vault)

    def get(self, address: str) -> TestResponse:
        return self.browser.get(address, base_url=HTTP, buffered=True, headers={"Accept-Language": "en"})

    def post(self, page: str, **boxes: Any) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/restore").text)
        assert found
        boundary, body = encode_multipart({"csrf_token": found[1], **boxes})
        return self.browser.post(
            page,
            base_url=HTTP,
            data=body,
            buffered=True,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Accept-Language": "en"},
        )

    def restore(self, **boxes: Any) -> TestResponse:
        """Open and count, and wait for what comes of it."""
        answer = self.post("/restore", **{"code": self.code, **boxes})
        while answer.location == "/restore/progress" or 'id="work"' in answer.text:
            time.sleep(0.02)
            answer = self.get("/restore/progress")
        return answer

    def worked_with(self) -> TestResponse:
        """Work with what was found, and wait for what comes of it."""
        (word,) = re.findall(r'name="found" value="([^"]+)"', self.get("/restore/progress").text)
        assert self.post("/restore/open", found=word).location == "/restore/progress"
        assert is_soon(lambda: self.vault.is_open and self.vault.seconds_opening is None)
        return self.get("/restore/progress")

    def names(self) -> list[str]:
        with open_application_of(self.vault) as application, application.app_context(), acting_as(SYSTEM_SCOPE):
            return names_in(application.extensions["dosar_repository"])


@pytest.fixture(scope="module")
def started(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewComputer]:
    """One computer for all stories: only the last one changes anything there."""
    folder = tmp_path_factory.mktemp("computer")
    with pytest.MonkeyPatch.context() as here:
        here.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
        here.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with program_behind_gate(folder / "data", folder / "key", kept.forms) as (gate, vault):
            yield NewComputer(folder / "data", vault, Client(gate))


@pytest.fixture
def computer(started: NewComputer) -> NewComputer:
    """In a browser of its own; nothing was tried there yet."""
    with open_application_of(started.vault) as application:
        work = application.extensions[RESTORE]
    work.forget()
    work.guesses = Guesses()
    return replace(started, browser=Client(started.browser.application))


def test_a_stranger_restores_nothing_and_learns_nothing(computer: NewComputer, kept: Kept) -> None:
    boxes = {"path": str(kept.file), "secret": kept.card, "code": "AAAA-AAAA"}
    refused = computer.post("/restore", **boxes)
    assert refused.status_code == 422 and "This is not the code" in refused.text
    assert computer.post("/restore/piece", code="AAAA-AAAA", at="0").status_code == 422
    for address in ("/restore/open", "/restore/leave"):
        assert computer.post(address).location == "/restore"
    assert computer.restore(path=str(kept.file), secret=kept.card).status_code == 200
    stranger = NewComputer(computer.data, computer.vault, Client(computer.browser.application))
    assert stranger.get("/restore/progress").location == "/restore", "it is told to who typed the code"
    assert stranger.post("/restore/open").location == "/restore"


def test_two_at_once_do_not_meet(computer: NewComputer, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one has the code, too, and no card: neither what the first one typed nor what was found is hers."""
    may_go_on, second = Event(), replace(computer, browser=Client(computer.browser.application))

    def slow(*asked: Any) -> FoundBackup:
        may_go_on.wait(20)
        return find_backup(*asked)

    monkeypatch.setattr("dosar.backups.restoring.restore_work.find_backup", slow)
    sent = FileStorage(BytesIO(kept.file.read_bytes()), kept.file.name)
    boxes = {"code": computer.code, "path": str(kept.file), "secret": kept.card}
    assert computer.post("/restore", code=computer.code, file=sent, secret=kept.card).location == "/restore/progress"
    refused = second.post("/restore", **{**boxes, "secret": "no card at all"})
    assert refused.status_code == 422 and "Another back-up is being looked through just now" in refused.text
    piece = {"at": "0", "piece": FileStorage(BytesIO(b"x"), "piece")}
    assert second.post("/restore/piece", code=computer.code, **piece).status_code == 422
    assert second.get("/restore/progress").location == "/restore"
    assert computer.post("/restore/leave").location == "/set-up", "it waits for nothing"
    may_go_on.set()
    with open_application_of(computer.vault) as application:
        work = application.extensions[RESTORE]
    assert is_soon(lambda: not work.is_running)
    assert work.found is None and not (computer.data / FETCHED_FOLDER).exists()
    assert "2 cases" in computer.restore(path=str(kept.file), secret=kept.card).text, "and she begins anew"


def cut(content: bytes) -> bytes:
    return content[:-100]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def letter(_: bytes) -> bytes:
    return b"Dear Sir"


@pytest.mark.parametrize(
    ("spoil", "told"), [(cut, "its end is missing"), (flipped, "is damaged"), (letter, "is not a back-up")]
)
def test_a_file_that_is_not_what_was_written_changes_nothing(
    computer: NewComputer, kept: Kept, spoil: Callable[[bytes], bytes], told: str
) -> None:
    spoilt = computer.data.parent / kept.file.name
    spoilt.write_bytes(spoil(kept.file.read_bytes()))
    before = files(computer.data)
    refused = computer.restore(path=str(spoilt), secret=kept.card)
    assert refused.status_code == 422 and told in refused.text
    assert f'value="{spoilt}"' in refused.text and f'value="{kept.card}"' in refused.text, "nothing typed is lost"
    assert computer.get("/restore/progress").status_code == 422, "and it can be read again"
    assert files(computer.data) == before


def test_what_opens_nothing_is_said_in_words_and_guesses_are_limited(computer: NewComputer, kept: Kept) -> None:
    mistyped = kept.card[:-1] + ("A" if kept.card[-1] != "A" else "B")
    letter = computer.data.parent / "letter.dosar"
    letter.write_bytes(b"Dear Sir")
    for secret, told in ((mistyped, "typing error"), *[("something else", "does not open")] * (FREE_GUESSES - 2)):
        assert told in computer.restore(path=str(kept.file), secret=secret).text
    computer.restore(path=str(letter), secret="something else")  # forgives nothing
    assert computer.restore(path=str(kept.file), secret=kept.card).status_code == 429


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ({}, "Say where the back-up is"),
        ({"path": "/nowhere/dosar.dosar"}, "There is no file /nowhere/dosar.dosar"),
        ({"path": str(Path(__file__).parent)}, "is a folder. Name a file in it"),
        ({"upload": "../../x"}, "send it once more"),
        ({"address": "ftp://x"}, "https://"),
    ],
)
def test_without_a_file_it_is_said_what_is_missing(computer: NewComputer, boxes: dict[str, str], told: str) -> None:
    refused = computer.restore(secret="x" * 20, **boxes)
    assert refused.status_code == 422 and told in refused.text


def test_a_file_is_sent_in_pieces_and_goes_on_where_it_stopped(computer: NewComputer, kept: Kept) -> None:
    content, half = kept.file.read_bytes(), kept.file.stat().st_size // 2
    sent = computer.post(
        "/restore/piece", code=computer.code, at="0", piece=FileStorage(BytesIO(content[:half]), "piece")
    ).json
    assert sent is not None and sent["at"] == half
    lost = computer.post("/restore/piece", code=computer.code, upload=sent["upload"], at="0").json
    assert lost == sent, "so much has come"
    rest = {"upload": sent["upload"], "at": str(half), "piece": FileStorage(BytesIO(content[half:]), "piece")}
    assert computer.post("/restore/piece", code=computer.code, **rest).json == {**sent, "at": len(content)}
    assert "2 cases" in computer.restore(upload=sent["upload"], secret=kept.card).text
    computer.post("/restore/leave")
    assert not (computer.data / FETCHED_FOLDER).exists()


def test_a_small_file_is_sent_with_the_form(computer: NewComputer, kept: Kept) -> None:
    sent = FileStorage(BytesIO(kept.file.read_bytes()), kept.file.name)
    assert "2 cases" in computer.restore(file=sent, secret=kept.card).text


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_sent_file_that_is_damaged_is_called_as_its_sender_calls_it(
    computer: NewComputer, kept: Kept, in_pieces: bool, caplog: pytest.LogCaptureFixture
) -> None:
    content = BytesIO(flipped(kept.file.read_bytes()))
    if in_pieces:
        name = "C:\\fakepath\\<b>flip" + "p" * 200 + ".dosar"
        piece = FileStorage(content, "piece")
        sent = computer.post("/restore/piece", code=computer.code, at="0", name=name, piece=piece).json
        assert sent is not None
        refused = computer.restore(upload=sent["upload"], upload_name=name, secret=kept.card).text
        assert f"The back-up &lt;b&gt;fli{'p' * 94} is damaged" in refused and "<b>flip" not in refused
    else:
        refused = computer.restore(file=FileStorage(content, "flip.dosar"), secret=kept.card).text
        assert "The back-up flip.dosar is damaged" in refused
    assert "back-up.dosar" not in refused and "flip" not in caplog.text


def test_the_set_up_leads_to_it_and_the_cases_come_back(computer: NewComputer, kept: Kept) -> None:
    assert 'href="/restore"' in computer.get("/set-up").text
    stick = computer.data.parent / kept.file.name
    stick.write_bytes(kept.file.read_bytes())
    found = computer.restore(path=str(stick), secret=kept.card).text
    assert "2 cases, 0 sheets, 1 account, as of" in found
    assert str(escape(OFFICE)) in found, "whose it is"
    assert "Casa" not in "".join(re.findall("<title>.*?</title>", found, re.DOTALL))
    assert computer.post("/restore/open").location == "/restore/progress" and not computer.vault.seconds_opening
    assert str(escape(OFFICE)) in computer.get("/restore/progress").text, "of which back-up nobody said"
    stick.unlink()
    assert computer.worked_with().status_code == 422, "pulled out too early"
    assert "cannot be read" in computer.get("/restore/progress").text
    stick.write_bytes(kept.file.read_bytes())
    assert computer.worked_with().location == "/sign-in?restored=1"
    assert computer.names() == ["Ancuța Cânepă", "Doina Rusu"]
    assert not (computer.data / FETCHED_FOLDER).exists()
    with open_application_of(computer.vault) as application:
        work = application.extensions[RESTORE]
    work.begin(BackupSource(kept.file.name, kept.file), kept.card)
    assert is_soon(lambda: work.found is not None)
    assert computer.vault.seal() and computer.vault.wait_until_closed()
    assert work.found is None, "the key went with the data"


def files(data: Path) -> dict[str, bytes]:
    """What lies in the data folder, the database's log aside."""
    return {
        str(file.relative_to(data)): file.read_bytes()
        for file in sorted(data.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm")) and FETCHED_FOLDER not in file.parts
    }
