"""The laptop is stolen: on a blank computer the back-up on the stick and the card on paper bring everything back."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from dosar.access.sealed.vault import Vault
from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.system_tables import history_table
from dosar.pages.backups.backup_state import RESTORE, WORK
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.backups.offices import enter, names_in, new_office
from tests.browser.programs import code_of_set_up, open_application_of, running_program
from tests.browser.visitors import PASSWORD, Visitor
from tests.telephones import unused_code

ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users, organisation]}
"""
OF_ALONE = """
roles:
  - role: administrator
    title: {en: Administrator, ro: Administrator}
    scope: all
    may: {case: [see, enter, correct, delete]}
    pages: [users, organisation, recycle]
"""
"""In a small house one person looks after everything."""
NOTE_KIND_SENT = "addEventListener('submit', () => { sessionStorage.kind = document.querySelector('#secret').type; })"
WOMEN = ["Ancuța Cânepă", "Doina Rusu"]


@pytest.fixture(autouse=True)
def new_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No keys of before, no forms in the folder one stands in, and keys that are made fast."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_everything_comes_back_on_another_computer(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    office, card = new_office(tmp_path / "office"), RecoveryCard.new()
    laptop, other, stick = tmp_path / "laptop", tmp_path / "other", tmp_path / "stick"
    stick.mkdir()
    (office.forms / "roles.yaml").write_text(ROLES, encoding="utf-8")
    with running_program(laptop, tmp_path / "key", office.forms) as (site, vault):
        administrator = visit(site)
        administrator.set_up(code_of_set_up(vault))
        with open_application_of(vault) as application:
            KeyChanges(laptop, application.extensions["dosar_access"].store.master_key, tmp_path / "key").set_card(card)
        worked = work(vault)
        back_up_to(administrator, stick)
    shutil.rmtree(laptop)
    (tmp_path / "key").unlink()

    with running_program(other, tmp_path / "new-key") as (site, vault):
        rescuer = visit(site)
        rescuer.open("/")
        rescuer.speak("ro")
        code = code_of_set_up(vault)
        rescuer.type(code=code)
        rescuer.follow("Am o copie de siguranță")
        expect(rescuer.page.locator("#code")).to_have_value(code)
        assert rescuer.sees("oricât de mare este") and not rescuer.sees("25 MB"), "scripts send a file in pieces"
        first, path = (rescuer.page.locator(box).bounding_box()["y"] for box in ("#file", "#path"))
        assert first < path, "whoever has a stick chooses the file; hardly anybody knows its path"
        rescuer.type(secret="cu totul altceva")
        rescuer.page.set_input_files("#file", cut_off(stick))
        rescuer.page.get_by_role("button", name="Deschide și numără").click()
        expect(rescuer.page.locator(".notice-danger")).to_contain_text("îi lipsește sfârșitul")
        rescuer.page.set_input_files("#file", next(stick.rglob("*.dosar")))
        rescuer.page.get_by_role("button", name="Deschide și numără").click()
        expect(rescuer.page.locator(".notice-danger")).to_contain_text("nu se deschide")
        assert rescuer.typed("code") == code, "nothing typed is lost"
        assert kind_of(rescuer, "secret") == "password"
        rescuer.type(secret=" ".join(card.groups).lower())
        rescuer.press("Arată")
        assert kind_of(rescuer, "secret") == "text", "nine groups are not typed blind"
        rescuer.page.evaluate(NOTE_KIND_SENT)
        rescuer.press("Deschide și numără")
        expect(rescuer.page.locator("h1")).to_have_text("Copia de siguranță este întreagă")
        assert rescuer.page.evaluate("sessionStorage.kind") == "password"
        assert rescuer.sees("2 cazuri, 0 fișe, 1 cont, așa cum erau: astăzi")
        rescuer.press("Lucrează cu aceste date")
        expect(rescuer.page.locator("h1")).to_have_text("Autentificare")
        assert rescuer.sees("Datele din copia de siguranță sunt aici.")
        assert worked == contents(vault)
        sign_in(rescuer, vault)
        assert rescuer.sees("Ana Întâi") and rescuer.sees("După restabilire: înlocuiți cardurile de recuperare")
        rescuer.follow("După restabilire: stabiliți o frază-parolă nouă; poate au văzut-o și alții pe cea veche.")
        assert rescuer.page.url.endswith("/keys#passphrase")
        rescuer.press("Lasă-le cum sunt")
        rescuer.open("/")
        assert rescuer.sees("Copii de siguranță") and not rescuer.sees("După restabilire")
        rescuer.open("/restore")
        assert rescuer.heading == "Pagina nu există sau nu aveți acces la ea", "it is there once"
        rescuer.open("/backups")
        assert rescuer.sees("stickul albastru")


def test_yesterday_comes_back_over_what_was_done_wrong_today(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    office, stick = new_office(tmp_path / "office"), tmp_path / "stick"
    stick.mkdir()
    (office.forms / "roles.yaml").write_text(OF_ALONE, encoding="utf-8")
    with running_program(tmp_path / "data", tmp_path / "key", office.forms) as (site, vault):
        administrator, other = visit(site), visit(site, javascript=False, width=390)
        administrator.set_up(code_of_set_up(vault))
        yesterday = work(vault)
        back_up_to(administrator, stick)
        work(vault)
        take_out_what_was_deleted(administrator)
        administrator.open("/backups")
        administrator.follow("Vezi copiile de acolo")
        administrator.press("Restabilește…")
        expect(administrator.page.locator("h1")).to_have_text("Copia de siguranță este întreagă")
        assert administrator.sees("Ce s-a salvat de la această copie se pierde: 4 înregistrări din istoric.")
        administrator.press("Restabilește peste ce este aici")
        notice = administrator.page.locator(".notice-danger").first
        assert "Bifați că știți" in notice.inner_text() and "/help" not in notice.inner_html(), "it is no sheet"
        with open_application_of(vault) as application:
            restore = application.extensions[RESTORE]
        restore.found = replace(restore.found, word="of one that a colleague opened")
        administrator.page.check("#sure")
        administrator.press("Restabilește peste ce este aici")
        assert "Între timp s-a deschis altă copie de siguranță" in administrator.notice
        administrator.page.check("#sure")
        with a_backup_under_way(vault):
            administrator.press("Restabilește peste ce este aici")
            assert administrator.sees("Tocmai se face o copie de siguranță") and contents(vault) != yesterday
        administrator.press("Restabilește peste ce este aici")
        expect(administrator.page.locator("h1")).to_have_text("Autentificare")
        assert administrator.sees("Datele din copia de siguranță sunt aici.")
        assert contents(vault) == yesterday, "and everybody is signed out"
        assert list((tmp_path / "data" / "before-restore").iterdir()), "what was there is kept"
        sign_in(administrator, vault)
        administrator.open("/")
        assert administrator.sees("de atunci nu s-a mai făcut nicio copie")
        other.open("/")
        assert other.heading == "Autentificare"


@contextmanager
def a_backup_under_way(vault: Vault) -> Iterator[None]:
    """One that takes its time."""
    with open_application_of(vault) as application:
        making = application.extensions[WORK]
    assert making._take_turn()
    yield
    making._end()


def take_out_what_was_deleted(administrator: Visitor) -> None:
    """She deleted the wrong one on Friday."""
    administrator.open("/records/case/1")
    administrator.press("Șterge")
    administrator.open("/backups")
    administrator.follow("Vezi copiile de acolo")
    administrator.press("Înregistrări separate…")
    expect(administrator.page.locator("h1")).to_have_text("Copii de siguranță")
    assert administrator.sees("este deschisă pentru înregistrări separate")
    administrator.open("/")
    assert administrator.sees("este deschisă pentru înregistrări separate")
    administrator.open("/deleted")
    administrator.follow("Caută ce lipsește într-o copie de siguranță")
    assert administrator.sees("ștearsă între timp")
    administrator.page.locator("main .entries a").first.click()
    expect(administrator.page.locator("main table")).to_contain_text(WOMEN[0])
    administrator.press("Adu înapoi")
    assert administrator.sees("Înregistrarea a fost adusă înapoi.") or administrator.sees(WOMEN[0])
    administrator.open("/records/case/1/history")
    assert administrator.sees("Din copia de siguranță din")


def work(vault: Vault) -> Any:
    """Two women come; what there is then."""
    with open_application_of(vault) as application, application.app_context(), acting_as(SYSTEM_SCOPE):
        enter(application.extensions["dosar_repository"], *WOMEN)
    return contents(vault)


def contents(vault: Vault) -> tuple[list[str], int]:
    """Whose cases there are, and how long the history is."""
    with open_application_of(vault) as application, application.app_context(), acting_as(SYSTEM_SCOPE):
        repository = application.extensions["dosar_repository"]
        count = repository.session.scalar(select(func.count()).select_from(history_table))
        return names_in(repository), count


def kind_of(visitor: Visitor, name: str) -> str:
    """Of which type a box is: of one for passwords nothing is seen."""
    return str(visitor.named(name).get_attribute("type"))


def back_up_to(administrator: Visitor, stick: Path) -> None:
    """From the first page to a back-up that was checked."""
    administrator.open("/")
    assert administrator.sees("Nu se fac copii de siguranță")
    administrator.page.locator('main a[href="/backups"]').first.click()
    administrator.follow("Stick USB, disc sau loc din rețea")
    administrator.type(title="stickul albastru", folder="nicăieri")
    administrator.press("Încearcă și păstrează")
    assert administrator.page.title().startswith("Eroare:")
    assert administrator.typed("title") == "stickul albastru"
    administrator.type(folder=str(stick))
    administrator.press("Încearcă și păstrează")
    administrator.press("Fă o copie acum")
    expect(administrator.page.locator(".notice-success")).to_contain_text("făcută și verificată")
    assert administrator.sees("Ultima copie de siguranță: astăzi")


def cut_off(stick: Path) -> Path:
    """What is left of a back-up where the stick was pulled out at once."""
    left = stick.parent / next(stick.rglob("*.dosar")).name
    left.touch()
    return left


def sign_in(visitor: Visitor, vault: Vault) -> None:
    """With the account and the telephone of before."""
    visitor.type(user_name="ana.intai", password=PASSWORD)
    visitor.press("Autentifică-te")
    with open_application_of(vault) as application:
        visitor.type(code=unused_code(application, "ana.intai"))
    visitor.enter()
