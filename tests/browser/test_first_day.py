"""The first run: an empty Dosar asks who it belongs to, once."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.serving import Site
from tests.browser.visitors import PASSWORD, Visitor


def code_of_set_up(site: Site) -> str:
    """What stands on the console."""
    shown: str = site.app.extensions["dosar_access"].set_up_code.shown
    return shown


def test_the_organisation_is_set_up_in_the_browser(visit: Any, empty_site: Site) -> None:
    visitor: Visitor = visit(empty_site)
    visitor.open("/")
    assert visitor.page.url.endswith("/set-up")
    visitor.speak("ro")
    visitor.open(f"/set-up#{code_of_set_up(empty_site)}")
    expect(visitor.page.locator("#code")).to_have_value(code_of_set_up(empty_site))
    assert "#" not in visitor.page.url, "nobody finds it in the history"
    visitor.type(
        organisation="Asociația Prima Zi",
        last_name="Întâi",
        first_name="Ana",
        user_name="ana.intai",
        password="scurt",
        again="scurt",
    )
    visitor.press("Salvează")
    assert visitor.page.title().startswith("Eroare:")
    assert visitor.typed("organisation") == "Asociația Prima Zi", "nothing typed is lost"
    visitor.type(password=PASSWORD, again=PASSWORD)
    visitor.press("Salvează")
    assert visitor.heading == "Conectează telefonul"
    visitor.type(code="000000")
    visitor.press("Conectează")
    assert visitor.page.title().startswith("Eroare:")
    visitor.connect_telephone()
    assert visitor.sees("Ana Întâi")
    visitor.follow("Utilizatori")
    assert [row[1] for row in visitor.rows] == ["ana.intai"]
    visitor.open("/set-up")
    assert visitor.heading == "Pagina nu există sau nu aveți acces la ea"


NO_PERMISSION = "void (navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError')))"
PLAIN_HTTP = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
NO_WAY = "void (document.execCommand = () => false)"


def copies(administrator: Visitor, address: str, then: str = "Copiat") -> None:
    """The button puts the address on the clipboard: it arrives where it is pasted."""
    page = administrator.page
    page.evaluate("text => { document.getElementById('invitation').value = text }", address)
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_have_text(then)
    page.evaluate("document.body.append(document.createElement('textarea'))")
    if then == "Copiat":
        page.locator("textarea").last.press("Control+V")
        assert page.locator("textarea").last.input_value() == address
    else:
        assert page.evaluate("getSelection().toString()") == address, "the keys that copy it are all that is left"


def test_a_colleague_is_invited_and_comes_in(visit: Any, empty_site: Site) -> None:
    administrator: Visitor = visit(empty_site)
    administrator.set_up(code_of_set_up(empty_site))
    administrator.follow("Utilizatori")
    administrator.follow("Adaugă utilizator")
    administrator.type(user_name="vera.doi", last_name="Doi", first_name="Vera")
    administrator.tick("Roluri", "Voluntar")
    administrator.press("Salvează")
    address = administrator.page.locator("#invitation").input_value()
    copies(administrator, address)
    for trouble in (NO_PERMISSION, PLAIN_HTTP):
        administrator.page.evaluate(trouble)
        copies(administrator, f"{address}?{len(trouble)}")
    administrator.page.evaluate(NO_WAY)
    copies(administrator, address, then="Selectat: copiați cu Ctrl+C")
    colleague: Visitor = visit(empty_site)
    colleague.open("/" + address.split("/", 3)[3])
    colleague.type(password="alte patru cuvinte bune", again="alte patru cuvinte bune")
    colleague.press("Salvează")
    colleague.connect_telephone()
    assert colleague.sees("Vera Doi")
