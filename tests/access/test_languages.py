"""Which language a page is in."""

import os
import runpy
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from dosar.access.i18n.languages import compiled_texts_folder, request_reading
from dosar.access.i18n.translations import language_texts
from dosar.language.text.catalogs import refresh_catalogs
from dosar.language.text.message import Message
from tests.access.conftest import ROMANIAN, ROOT, Browser, Office


def language_of(browser: Browser, address: str = "/profile") -> str:
    shown = browser.get(address).text
    return shown.split('<html lang="')[1][:2]


def test_the_organisation_s_language_greets_visitors(office: Office) -> None:
    assert language_of(office.browser(accept_language="en-GB,en"), "/sign-in") == "ro"


def test_before_the_set_up_the_browser_is_asked(new_office: Office) -> None:
    assert language_of(new_office.browser(accept_language="en-GB,en;q=0.8"), "/set-up") == "en"
    assert language_of(new_office.browser(accept_language="fr"), "/set-up") == "ro"


def test_the_choice_follows_the_worker_to_another_browser(office: Office) -> None:
    browser = office.signed_in("ana")
    assert language_of(browser) == "ro"
    answer = browser.post("/language", at="/profile", language="en", next="/records/visit_report?page=2")
    assert (answer.status_code, answer.location) == (303, "/records/visit_report?page=2")
    assert language_of(browser) == "en"
    assert language_of(office.signed_in("ana")) == "en"
    assert language_of(office.signed_in("vera")) == "ro"


def test_a_visitor_s_choice_lasts_beyond_the_session(office: Office) -> None:
    browser = office.browser()
    browser.post("/language", language="en", next="/sign-in")
    office.clock.pass_(hours=11)
    assert language_of(browser, "/sign-in") == "en"
    browser.sign_in("vera")
    assert language_of(office.signed_in("vera")) == "en", "and becomes hers when she had chosen none"


def test_an_unknown_language_is_refused(office: Office) -> None:
    assert office.browser().post("/language", language="xx").status_code == 400
    browser = office.browser()
    browser.client.set_cookie("language", "../../etc")
    assert language_of(browser, "/sign-in") == "ro"


def test_changing_the_language_leads_to_no_other_site(office: Office) -> None:
    answer = office.browser().post("/language", language="en", next="https://evil.example/")
    assert answer.location == "/"


def test_a_choice_of_language_is_no_link(office: Office) -> None:
    assert office.browser().get("/language?language=en").status_code == 405


def test_reading_knows_language_and_day(office: Office) -> None:
    with office.app.test_request_context("/"):
        office.app.preprocess_request()
        assert (request_reading().language, str(request_reading().today)) == ("ro", "2026-11-22")


def test_texts_are_translated_outside_of_requests_too(office: Office) -> None:
    romanian = language_texts(compiled_texts_folder(office.app), "ro").gettext
    english = language_texts(compiled_texts_folder(office.app), "en").gettext
    assert Message("Sign in").say(romanian) == "Autentificare"
    assert Message("Sign in").say(english) == "Sign in"


@pytest.mark.parametrize(
    ("minutes", "spoken"),
    [
        (1, "peste 1 minut."),
        (2, "peste 2 minute."),
        (19, "peste 19 minute."),
        (20, "peste 20 de minute."),
        (101, "peste 101 minute."),
    ],
)
def test_romanian_has_three_plurals(office: Office, minutes: int, spoken: str) -> None:
    waits = language_texts(compiled_texts_folder(office.app), "ro").ngettext(
        "There were too many wrong passwords. Try again in %(num)d minute.",
        "There were too many wrong passwords. Try again in %(num)d minutes.",
        minutes,
    )
    assert (waits % {"num": minutes}).endswith(spoken)


def test_changed_texts_are_compiled_anew(tmp_path: Path) -> None:
    source = tmp_path / "translations/ro/LC_MESSAGES/messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(ROMANIAN, encoding="utf-8")
    assert compiled_text(source, "Sign in") == "Autentificare"
    made = source.with_suffix(".mo").stat().st_mtime_ns
    assert compiled_text(source, "Sign in") == "Autentificare"
    assert source.with_suffix(".mo").stat().st_mtime_ns == made, "nothing to do"
    source.write_text(ROMANIAN.replace("Autentificare", "Intrare"), encoding="utf-8")
    os.utime(source, ns=(made + 1, made + 1))
    assert compiled_text(source, "Sign in") == "Intrare"
    assert [file.name for file in sorted(source.parent.iterdir())] == ["messages.mo", "messages.po"]


def compiled_text(source: Path, text: str) -> str:
    refresh_catalogs(source.parents[2])
    with source.with_suffix(".mo").open("rb") as compiled:
        return GNUTranslations(compiled).gettext(text)


def test_a_build_compiles_the_texts_before_there_is_a_dosar_to_import(tmp_path: Path) -> None:
    copytree(ROOT / "translations", tmp_path, ignore=ignore_patterns("*.mo"), dirs_exist_ok=True)
    runpy.run_path(str(ROOT / "app/dosar/language/text/catalogs.py"))["compile_catalogs"](tmp_path)
    assert language_texts(tmp_path, "ro").gettext("Save") == "Salvează"


def test_flask_appbuilder_adds_no_texts_of_its_own(office: Office) -> None:
    assert office.app.extensions["babel"].translation_directories == [str(compiled_texts_folder(office.app))]


def test_the_gate_needs_no_network_and_no_compiled_texts_to_be_imported() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", "import dosar.access.installation"], check=True, timeout=60)
