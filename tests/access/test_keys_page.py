"""The page of the key: who may, step by step to a passphrase, and a computer that opens by itself on purpose."""

import re
from pathlib import Path

import pytest

from dosar.access.organisation.settings import is_one_laptop_declared, mark_as_demo
from dosar.access.sealed.after_restore import ask_for_renewal
from dosar.access.sealed.pending_cards import PendingCards
from dosar.access.sealed.vault import Vault
from dosar.access.sealed.vault_use import install_vault
from dosar.backups.places.settings import place_from_address, save_place
from dosar.cli.serving.sealing import can_be_unsealed
from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyStatus, stored_status
from dosar.database.keys.key_file import write_secrets
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.key_slots_file import slots_file
from dosar.database.keys.recovery_card import GROUPS
from dosar.pages.admin.keys.keys_page import has_card_on_paper
from tests.access.conftest import PASSWORD, Browser, Office
from tests.databases import KEY

PASSPHRASE, OTHER = "ploaie caută fereastră veche", "alte patru cuvinte bune"


@pytest.fixture(autouse=True)
def vault(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """As ``dosar start`` runs it on a folder that opens with its key file."""
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / "config")
    data, key_file = tmp_path / "data", tmp_path / "key"
    data.mkdir()
    write_secrets(data, key_file, KEY)
    office.app.config.update(DATA=str(data), KEY_FILE=key_file)
    made = Vault(
        lambda typed: None,
        lambda key: office.app,
        lambda app: None,
        can_be_unsealed=lambda: can_be_unsealed(data, key_file),
    )
    made.open(KEY)
    install_vault(office.app, made)
    office.user("coordinator", "coordinator")
    return made


def status(office: Office) -> KeyStatus:
    return stored_status(Path(office.app.config["DATA"]), office.app.config["KEY_FILE"])


def is_on_paper(office: Office) -> bool:
    with office.app.app_context():
        return has_card_on_paper()


def set_passphrase(browser: Browser, passphrase: str = PASSPHRASE, **more: str) -> str:
    answer = browser.post("/keys/passphrase", at="/keys", password=passphrase, again=passphrase, **more)
    return browser.get("/keys").text if answer.status_code == 303 else answer.text


def print_card(browser: Browser, number: str = "1") -> str:
    """The page after the card was typed back."""
    type_back(browser, shown_card(browser, number))
    return browser.get("/keys").text


def shown_card(browser: Browser, number: str = "1") -> list[str]:
    """The groups of a card that waits to be typed back."""
    card = re.findall(r"<li><code>(\w{4})</code>", browser.post("/keys/card", at="/keys", number=number).text)
    assert len(card) == GROUPS
    return card


def type_back(browser: Browser, card: list[str]) -> str:
    asked = re.findall(r"Group (\d)", browser.get("/keys/card/groups").text)
    first, second = (card[int(number) - 1] for number in asked)
    return browser.post("/keys/card/groups", at="/keys/card/groups", first=first, second=second).text


def declared(office: Office) -> bool:
    with office.app.app_context():
        return is_one_laptop_declared(office.services.session)


@pytest.fixture
def administrator(office: Office) -> Browser:
    browser = office.browser(accept_language="en")
    browser.client.set_cookie("language", "en")
    browser.sign_in("administrator")
    return browser


def test_the_key_file_goes_by_itself_once_both_are_there(office: Office, administrator: Browser) -> None:
    assert "whoever has this computer has the data" in administrator.get("/keys").text
    page = set_passphrase(administrator)
    assert page.index("2. Print the recovery card") < page.index("Another passphrase")
    assert status(office).opens_by_itself
    assert "From the next start on" in print_card(administrator)
    assert not status(office).opens_by_itself and not Path(office.app.config["KEY_FILE"]).exists()
    assert "Changed what opens the data" in administrator.get("/account-history").text


def test_one_computer_that_opens_by_itself_on_purpose(office: Office, administrator: Browser) -> None:
    administrator.post("/keys/one-laptop", at="/keys")
    assert declared(office) and status(office).opens_by_itself
    set_passphrase(administrator)
    print_card(administrator)
    assert status(office).opens_by_itself, "she wants it so, and has a passphrase to lock it with"
    administrator.post("/keys/seal", at="/keys")
    assert not declared(office) and not status(office).opens_by_itself
    administrator.post("/keys/one-laptop", at="/keys")
    assert declared(office) and status(office).opens_by_itself


def test_a_passphrase_is_changed_by_who_knows_it(office: Office, administrator: Browser) -> None:
    set_passphrase(administrator)
    assert "This is not the passphrase." in set_passphrase(administrator, OTHER, current="something else entirely")
    set_passphrase(administrator, OTHER, current=PASSPHRASE)
    assert sum(slot.kind == "passphrase" for slot in status(office).slots) == 1
    set_passphrase(administrator, "a second persons own words")
    assert sum(slot.kind == "passphrase" for slot in status(office).slots) == 2


def restored(office: Office) -> None:
    """The data came out of a back-up, which somebody opened by typing."""
    with office.app.app_context(), office.services.store.writing() as session:
        ask_for_renewal(session)


def test_after_a_restore_new_words_and_cards_are_asked_for_until_they_are_there(
    office: Office, administrator: Browser
) -> None:
    set_passphrase(administrator)
    print_card(administrator)
    restored(office)
    page = administrator.get("/keys").text
    assert "came back out of a back-up" in page and 'href="#passphrase"' in page and 'href="#cards"' in page
    page = set_passphrase(administrator, OTHER, current=PASSPHRASE)
    assert 'href="#passphrase"' not in page and 'href="#cards"' in page
    assert "came back out of a back-up" not in print_card(administrator)


def test_after_a_restore_the_administrator_may_leave_them_as_they_are(office: Office, administrator: Browser) -> None:
    restored(office)
    administrator.post("/keys/after-restore", at="/keys")
    page = administrator.get("/keys").text
    assert "stay as they are" in page and "came back out of a back-up" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [("scurt", "at least 14 characters"), ("", "Choose a passphrase."), ("drumul lin drumul lin", "")],
)
def test_a_bad_passphrase_is_refused_with_words(office: Office, administrator: Browser, typed: str, said: str) -> None:
    answer = administrator.post("/keys/passphrase", at="/keys", password=typed, again=typed)
    assert answer.status_code == 422 and said in answer.text and not status(office).has_passphrase
    assert not typed or typed not in answer.text


def test_a_card_opens_nothing_before_it_is_typed_back(office: Office, administrator: Browser) -> None:
    assert administrator.get("/keys/card/groups").status_code == 303, "there is none"
    first = administrator.post("/keys/card", at="/keys").text
    wrong = administrator.post("/keys/card/groups", at="/keys/card/groups", first="0000", second="0000")
    assert wrong.status_code == 422 and not status(office).has_card
    groups = re.findall(r"<code>(\w{4})</code>", first)
    assert re.findall(r"<code>(\w{4})</code>", administrator.post("/keys/card", at="/keys").text) == groups
    assert not any(group in wrong.text for group in groups), "she looks at the paper"


def test_the_way_leads_on_to_a_second_card_and_each_goes_alone(office: Office, administrator: Browser) -> None:
    set_passphrase(administrator)
    assert not is_on_paper(office)
    shown_card(administrator)
    assert not is_on_paper(office), "nobody knows yet whether it was printed"
    page = print_card(administrator)
    assert is_on_paper(office), "so the first page no longer asks for a second place"
    assert page.index("A second card for a second person") < page.index("Another passphrase")
    assert "Remove recovery card" not in page, "the only one stays"
    assert "only one of its kind" in removed(administrator, status(office).cards[1].id)
    page = print_card(administrator, "2")
    assert "Recovery card 2 opens the data" in page and "A second card" not in page
    with office.services.store.writing() as session:
        save_place(session, place_from_address("https://cloud.exemplu.ro/remote.php/dav/files/ana/", "ana:parola"))
    card = administrator.post("/keys/card", at="/keys", number="2").text
    assert "a cloud (WebDAV, Nextcloud)" in card, "where the back-ups lie, in words"
    assert "exemplu" not in card.partition("paper-card")[2], "and nothing that leads to the organisation"
    first, second = (slot.id for slot in status(office).cards.values())
    assert "the one it replaces no more" in print_card(administrator, "1")
    cards = status(office).cards
    assert cards[2].id == second and cards[1].id != first
    assert "Recovery card 2 opens the data no more" in removed(administrator, second)
    assert list(status(office).cards) == [1]
    for strange in ("3", "0", "x", "1 "):
        assert administrator.post("/keys/card", at="/keys", number=strange).status_code == 404
    assert administrator.post("/keys/remove", at="/keys", slot=second).status_code == 404, "it is gone"


def test_a_passphrase_goes_where_another_one_stays(office: Office, administrator: Browser) -> None:
    set_passphrase(administrator)
    [first] = [slot.id for slot in status(office).slots if slot.kind == "passphrase"]
    assert "only one of its kind" in removed(administrator, first)
    set_passphrase(administrator, OTHER)
    assert "The passphrase opens the data no more" in removed(administrator, first)
    assert [slot.id for slot in status(office).slots if slot.kind == "passphrase"] != [first]
    key_file = next(slot.id for slot in status(office).slots if slot.kind == "key_file")
    for strange in (key_file, first, "", "x"):
        assert administrator.post("/keys/remove", at="/keys", slot=strange).status_code == 404


def removed(browser: Browser, slot: str) -> str:
    answer = browser.post("/keys/remove", at="/keys", slot=slot)
    return browser.get("/keys").text if answer.status_code == 303 else answer.text


def test_two_administrators_who_make_the_same_card_notice(office: Office, administrator: Browser) -> None:
    office.user("second", "administrator")
    other = office.browser(accept_language="en")
    other.client.set_cookie("language", "en")
    other.sign_in("second")
    set_passphrase(administrator)
    hers, his = shown_card(administrator), shown_card(other)
    assert hers != his
    type_back(administrator, hers)
    slot = status(office).cards[1].id
    assert "Somebody else has changed the cards meanwhile" in type_back(other, his)
    assert status(office).cards[1].id == slot


def test_the_card_is_printed_by_whom_it_was_shown_to_and_while_it_waits(
    office: Office, administrator: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    set_passphrase(administrator)
    nothing = administrator.post("/keys/card/pdf", at="/keys")
    assert nothing.status_code == 303, "no card waits"
    card = shown_card(administrator)
    printed = administrator.post("/keys/card/pdf", at="/keys")
    assert printed.data.startswith(b"%PDF") and printed.headers["Cache-Control"] == "no-store"
    assert printed.headers["Content-Disposition"] == 'inline; filename="card.pdf"'
    coordinator = office.signed_in("coordinator")
    assert coordinator.post("/keys/card/pdf", at="/profile").status_code == 403
    office.clock.pass_(minutes=6)
    assert administrator.post("/keys/card/pdf", at="/keys").status_code == 403, "she is asked who she is"
    assert administrator.post("/keys/card/pdf", at="/keys", _proof=PASSWORD).data.startswith(b"%PDF")
    type_back(administrator, card)
    assert administrator.post("/keys/card/pdf", at="/keys").status_code == 303, "it was shown once"
    assert not any(group in caplog.text for group in card)


def test_a_card_waits_for_half_an_hour_and_is_nobody_elses() -> None:
    now = [0.0]
    cards = PendingCards(clock=lambda: now[0])
    hers = cards.begin(1)
    assert cards.begin(1) == hers != cards.begin(2) and cards.of(3) is None
    assert cards.begin(1, 2).card != hers.card, "another number is another card"
    now[0] = 1799.0
    assert cards.of(1) is not None
    now[0] = 1800.0
    assert cards.of(2) is None and cards._cards == {}, "of nobody's anything stays in memory"


def test_a_key_file_of_other_data_is_never_written_over(office: Office, administrator: Browser) -> None:
    set_passphrase(administrator)
    print_card(administrator)
    file = Path(office.app.config["KEY_FILE"])
    file.write_text("the key of another folder")
    answer = administrator.post("/keys/one-laptop", at="/keys")
    assert answer.status_code == 422 and "is none of these data" in answer.text and not declared(office)
    assert file.read_text() == "the key of another folder"


def test_a_folder_that_takes_nothing_is_told(office: Office, administrator: Browser) -> None:
    slots_file(Path(office.app.config["DATA"])).mkdir()  # nobody writes over a folder, root neither
    answer = administrator.post("/keys/passphrase", at="/keys", password=PASSPHRASE, again=PASSPHRASE)
    assert answer.status_code == 422 and "cannot be written" in answer.text


def test_who_may(office: Office, vault: Vault, administrator: Browser) -> None:
    coordinator, ana = office.signed_in("coordinator"), office.signed_in("ana")
    assert [browser.get("/keys").status_code for browser in (coordinator, ana)] == [403, 403]
    assert [browser.get("/lock-everything").status_code for browser in (coordinator, ana)] == [200, 403]
    coordinator.post("/lock-everything", at="/lock-everything")
    assert vault.is_open, "nobody could open it again"
    set_passphrase(administrator)
    assert coordinator.post("/lock-everything", at="/lock-everything").location == "/"
    assert not vault.is_open


def test_locking_everything_asks_who_she_is(office: Office, vault: Vault, administrator: Browser) -> None:
    set_passphrase(administrator)
    coordinator = office.signed_in("coordinator")
    office.clock.pass_(minutes=6)
    asked = coordinator.post("/lock-everything", at="/lock-everything")
    assert asked.status_code == 403 and vault.is_open
    coordinator.post("/lock-everything", at="/lock-everything", _proof=PASSWORD)
    assert not vault.is_open


def test_in_the_demo_nothing_is_locked(office: Office, vault: Vault, administrator: Browser) -> None:
    with office.app.app_context(), office.services.store.writing():
        mark_as_demo(office.services.session)
    office.services.in_demo_mode, office.services._is_demo = True, None
    assert "The demo opens by itself" in administrator.get("/keys").text
    assert administrator.post("/keys/card", at="/profile").status_code == 404
    assert administrator.post("/keys/passphrase", at="/profile", password=OTHER, again=OTHER).status_code == 404
    assert "The demo opens by itself" in office.browser(accept_language="en").get("/sign-in").text
