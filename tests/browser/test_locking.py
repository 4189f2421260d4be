"""The key of a new organisation, in the browser: a passphrase, a card on paper, everything locked and opened again."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from dosar.access.sealed.vault import Vault
from dosar.database.keys import key_slots
from dosar.database.keys.key_slots import Argon2Cost
from tests.browser.programs import code_of_set_up, running_program
from tests.browser.serving import Site
from tests.browser.visitors import PASSWORD, Visitor

PASSPHRASE = "ploaie caută fereastră veche"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, Vault]]:
    """On a new folder, with a key file."""
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with running_program(tmp_path / "data", tmp_path / "key") as running:
        yield running


def test_a_new_organisation_gets_a_passphrase_is_locked_and_opened_again(
    program: tuple[Site, Vault], visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    site, vault = program
    visitor = visit(site)
    set_up(visitor, vault)
    assert visitor.heading == "Cheia datelor" and visitor.sees("cine are acest calculator are datele")

    visitor.follow("Încuie tot")
    assert visitor.sees("Încă nu se poate încuia")
    visitor.follow("Cheia datelor")
    visitor.type(password="scurt", again="scurt")
    visitor.press("Stabilește fraza-parolă")
    assert visitor.page.title().startswith("Eroare:")
    visitor.type(password=PASSPHRASE, again=PASSPHRASE)
    shows_until_the_page_is_hidden(visitor, "password")
    visitor.press("Stabilește fraza-parolă")
    assert visitor.notice == "Fraza-parolă este stabilită." and (tmp_path / "key").exists()
    assert visitor.sees("Mai este un pas"), "the key file is still here"

    visitor.press("Fă un card de recuperare")
    card = visitor.page.locator(".card-groups code").all_inner_texts()
    printed = visitor.page.pdf(prefer_css_page_size=True)
    with pikepdf.open(BytesIO(printed)) as paper:
        assert len(paper.pages) == 1, "a fold in its middle, and nothing left over"
    visitor.follow("Îl am pe hârtie: continuă")
    visitor.type(first="0000", second="0000")
    visitor.press("Este pe hârtie")
    assert "Nu este ce scrie pe card" in visitor.notice and (tmp_path / "key").exists()
    asked = [int(label.split()[1]) for label in visitor.page.locator("main label").all_inner_texts()]
    visitor.type(first=card[asked[0] - 1].lower(), second=card[asked[1] - 1])
    visitor.press("Este pe hârtie")
    assert visitor.sees("Un calculator furat nu spune nimic") and not (tmp_path / "key").exists()
    assert visitor.sees("Un al doilea card, pentru o a doua persoană")
    visitor.follow("Mai departe, la copiile de siguranță")
    assert visitor.page.url.endswith("/backups")

    visitor.follow("Încuie tot")
    visitor.press("Încuie tot acum")
    expect(visitor.page.locator("h1")).to_have_text("Datele sunt încuiate")
    assert vault.wait_until_closed()
    unlock(visitor, "ceva greșit")
    assert "nu deschide datele" in visitor.notice
    visitor.page.fill("[name=secret]", PASSPHRASE)
    visitor.press("Arată")
    assert visitor.named("secret").get_attribute("type") == "text", "while the data are locked, too"
    visitor.press("Deschide datele")
    expect(visitor.page.locator("h1")).to_have_text("Autentificare")
    visitor.type(user_name="ana.intai", password=PASSWORD)
    visitor.press("Autentifică-te")
    assert visitor.page.url.endswith("/sign-in/code"), "she is known, and was signed out"

    vault.seal()
    by_card = visit(site, javascript=False, width=390)
    by_card.open("/cases")
    by_card.page.fill("[name=secret]", "".join(card).lower())
    by_card.press("Deschide datele")
    expect(by_card.page.locator("h1")).to_have_text("Autentificare")


def set_up(visitor: Visitor, vault: Vault) -> None:
    """The organisation and its first administrator."""
    visitor.set_up(code_of_set_up(vault))


def shows_until_the_page_is_hidden(visitor: Visitor, box: str) -> None:
    """What the page is told when Shift was pressed three times."""
    button = visitor.page.locator(f"[data-shows={box}]")
    button.click()
    expect(button).to_have_text("Ascunde")
    assert visitor.named(box).get_attribute("type") == "text"
    visitor.page.evaluate("dispatchEvent(new Event('dosar:hide'))")
    expect(button).to_have_text("Arată")
    assert visitor.named(box).get_attribute("type") == "password"


def unlock(visitor: Visitor, typed: str) -> None:
    visitor.page.fill("[name=secret]", typed)
    visitor.press("Deschide datele")
