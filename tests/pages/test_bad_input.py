"""Whatever is typed or written into a form file: a clear sentence, nothing lost, never a broken page."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as odd
from werkzeug.test import TestResponse

from dosar.cli.demo import demo_password
from tests.applications import opened_app
from tests.databases import KEY
from tests.pages.conftest import token_on

FILES = {
    "case": """
form: case
title: {en: Case, ro: Caz}
plural: {en: Cases, ro: Cazuri}
record_title: "{code}"
list: [code]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: code, type: code, label: {en: Number, ro: Număr}}
""",
    "visit": """
form: visit
title: {en: Visit, ro: Vizită}
plural: {en: Visits, ro: Vizite}
record_title: "{day}"
list: [day, purpose]
sections:
  - title: {en: Visit, ro: Vizită}
    questions:
      - {name: day, type: date, label: {en: Date of visit, ro: Data vizitei}}
      - {name: purpose, type: text, required: true, label: {en: Purpose, ro: Scop}}
      - {name: number, type: personal_number, country: RO, label: {en: PNC, ro: CNP}}
      - {name: story, type: paragraph, label: {en: Story, ro: Povestea}}
      - name: family
        type: table
        label: {en: Family, ro: Familie}
        columns:
          - {name: name, type: text, label: {en: Name, ro: Nume}}
""",
    "roles": """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users, forms]}
  - role: coordinator
    title: {en: Coordinator, ro: Coordonator}
    scope: all
    clearances: [identity, health, legal, story]
    may: {"*": [see, enter, correct, delete]}
    pages: [forms]
""",
    "menu": "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]",
    "demo/users": """
users:
  - {user: administrator, first_name: Horia, last_name: Tătăranu, role: administrator}
  - {user: coordinator, first_name: Anca, last_name: Vornicescu, role: coordinator}
""",
}
CNP, WRONG_CNP = "1630615123457", "1630615123450"


def in_both(romanian: str, english: str) -> list[tuple[str, str]]:
    return [("ro", romanian), ("en", english)]


@dataclass
class Desk:
    """A coordinator's browser."""

    app: Flask
    browser: FlaskClient

    def get(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code < 500
        return answer.text

    def post(self, address: str, **boxes: object) -> TestResponse:
        """Send the sheet as its page sends it, with these boxes filled in."""
        page = self.get(address)
        hidden = dict(re.findall(r'<input type="hidden" name="(_\w+|csrf_token)" value="([^"]*)"', page))
        answer = self.browser.post(address, data={**hidden, **boxes})
        assert answer.status_code < 500
        return answer

    def speak(self, language: str) -> "Desk":
        self.browser.post("/language", data={"language": language, "csrf_token": token_on(self.get("/profile"))})
        return self


def write(folder: Path, **files: str | None) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True) if text is None else path.write_text(text, encoding="utf-8")


def opened(folder: Path) -> Desk:
    """The organisation started, and its coordinator signed in."""
    app, _ = opened_app(folder / "data", KEY, forms=folder / "forms", demo=True)
    browser = app.test_client()
    page = browser.get("/sign-in").text
    assert (
        browser.post(
            "/sign-in",
            data={
                "user_name": "coordinator",
                "password": demo_password("coordinator"),
                "csrf_token": token_on(page),
            },
        ).status_code
        == 303
    )
    return Desk(app, browser)


def close(desk: Desk) -> None:
    desk.app.extensions["dosar_repository"].store.close()


def organisation_in(folder: Path) -> Path:
    """The folder, with the organisation's forms in it."""
    write(folder / "forms", **{name.replace("/", "__"): text for name, text in FILES.items()})
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return organisation_in(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the organisation has kept a sheet, and the sheet's address."""
    folder = organisation_in(tmp_path_factory.mktemp("kept"))
    desk = opened(folder)
    address = desk.post("/records/visit/new", purpose="sprijin", day="2.1.2026").headers["Location"]
    close(desk)
    return folder, address


@pytest.fixture(scope="module")
def lasting_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for whatever is typed: nothing of it may leave the desk unusable."""
    desk = opened(organisation_in(tmp_path_factory.mktemp("typed")))
    yield desk
    close(desk)


@pytest.fixture
def desk(lasting_desk: Desk) -> Desk:
    """The desk, in Romanian again."""
    return lasting_desk.speak("ro")


@pytest.fixture
def own_desk(folder: Path) -> Iterator[Desk]:
    """A desk of the test's own: what it types is kept as a draft, and too much for the next to draw."""
    desk = opened(folder)
    yield desk
    close(desk)


@pytest.fixture(scope="module")
def odd_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for many odd requests: none of them may leave it unusable."""
    desk = opened(organisation_in(tmp_path_factory.mktemp("odd")))
    yield desk
    close(desk)


# --- what is typed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language, sentence", in_both("Scrieți data ca zi.lună.an", "Write the date as day.month"))
def test_a_number_in_a_date(desk: Desk, language: str, sentence: str) -> None:
    boxes = {"day": "123456789", "purpose": "țintă „dublă”", "story": "<b>x</b>\nă"}
    answer = desk.speak(language).post("/records/visit/new", **boxes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="123456789"' in answer.text and "țintă „dublă”" in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;\nă" in answer.text


@pytest.mark.parametrize("language, sentence", in_both("Cifra de control", "check digit"))
def test_a_wrong_digit_is_doubted_and_can_be_confirmed(desk: Desk, language: str, sentence: str) -> None:
    boxes = {"purpose": "sprijin", "number": WRONG_CNP}
    doubted = desk.speak(language).post("/records/visit/new", **boxes)
    assert doubted.status_code == 422
    assert sentence in html.unescape(doubted.text) and f'value="{WRONG_CNP}"' in doubted.text
    assert re.search(r'for="reason">[^<]*<span class="optional">', doubted.text), "it may be saved without a reason"
    kept = desk.post("/records/visit/new", **boxes, _confirmed="1", _reason="așa e pe buletin")
    assert kept.status_code == 303
    assert WRONG_CNP in desk.get(kept.headers["Location"])
    assert "așa e pe buletin" in desk.get(f"{kept.headers['Location']}/history")


def test_a_right_number_is_not_doubted(desk: Desk) -> None:
    assert desk.post("/records/visit/new", purpose="sprijin", number=CNP).status_code == 303


@pytest.mark.parametrize("page", ["/records/visit", "/records/visit/columns"])
def test_parameters_of_an_address_stay_parameters(desk: Desk, page: str) -> None:
    """``url_for`` would take these for its own: links that lead elsewhere, or an error."""
    shown = desk.get(f"{page}?_external=1&_scheme=javascript&_anchor=%0Aalert(1)&endpoint=x&purpose=a")
    assert 'href="javascript:' not in shown and "/records/visit" in shown
    assert "javascript://" not in shown


@pytest.mark.parametrize("language, sentence", in_both("limita de 20000 cu 980000", "980000 characters over the limit"))
def test_a_megabyte_in_a_box(own_desk: Desk, language: str, sentence: str) -> None:
    text = "ș" * 1_000_000
    answer = own_desk.speak(language).post("/records/visit/new", purpose="sprijin", story=text)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert text in answer.text


@pytest.mark.parametrize("language, sentence", in_both("rânduri în tabel este 500", "room for at most 500 rows"))
def test_ten_thousand_rows(own_desk: Desk, language: str, sentence: str) -> None:
    rows = {f"family.{number}.name": f"Nume {number}" for number in range(10_000)}
    answer = own_desk.speak(language).post("/records/visit/new", purpose="sprijin", **rows)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Nume 0"' in answer.text and 'value="Nume 9999"' in answer.text


def test_more_than_anybody_types_is_refused_in_a_sentence(own_desk: Desk) -> None:
    answer = own_desk.post("/records/visit/new", purpose="sprijin", story="a" * 27 * 2**20)
    assert answer.status_code == 413
    assert "<h1>" in answer.text


@pytest.mark.parametrize("code", ["xx", "", "ro-RO", "../ro", "română", "x" * 10_000])
def test_an_unknown_language(desk: Desk, code: str) -> None:
    token = token_on(desk.get("/profile"))
    desk.speak("en")
    for boxes in ({"language": code}, {"language": code, "next": "//evil.example"}):
        answer = desk.browser.post("/language", data={**boxes, "csrf_token": token})
        assert answer.status_code < 500 and "evil" not in answer.headers.get("Location", "")
    assert desk.post("/records/visit/new", purpose="sprijin", _language=code).status_code in (200, 400)
    assert '<html lang="en"' in desk.get("/")


@pytest.mark.parametrize("address", ["/static/css/bootstrap.css.map", "/static/"])
def test_a_script_that_is_not_there_signs_nobody_out(desk: Desk, address: str) -> None:
    for method in ("GET", "POST"):
        answer = desk.browser.open(address, method=method)
        assert answer.status_code >= 400 and "Set-Cookie" not in answer.headers
    assert desk.browser.get("/").status_code == 200


@pytest.mark.parametrize("language, told", in_both("Lista nu ajunge până aici.", "The list does not reach this far."))
def test_a_page_beyond_the_end_of_the_list(desk: Desk, language: str, told: str) -> None:
    assert told in desk.speak(language).get("/records/visit?page=900")
    assert told not in desk.get("/records/visit?page=1")


@pytest.mark.parametrize("told", ["xx", "*", "ro;q=x", ",,;;", "x" * 3000])
def test_a_browser_that_asks_for_nonsense(desk: Desk, told: str) -> None:
    stranger = desk.app.test_client()
    stranger.set_cookie("language", told)
    answer = stranger.get("/sign-in", headers={"Accept-Language": told})
    assert (answer.status_code, '<html lang="ro"' in answer.text) == (200, True)


# --- what is written into a form file ----------------------------------------------------------------

BOMB = "form: visit\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
TOO_DEEP = "form: visit\nx: " + "[" * 40 + "]" * 40 + "\n"
TWICE = FILES["visit"].replace("plural:", "title: {en: Two, ro: Două}\nplural:")
NO_LIST = FILES["visit"].replace("type: date,", "type: select_one, choices: judet,")
TWIN = FILES["visit"].replace("Date of visit", "Another form").replace("Data vizitei", "Alt formular")
MISTAKES = [
    ({"visit": BOMB}, "forms/visit.yaml:2: F002", "Ancorele și trimiterile", "Anchors and aliases"),
    ({"visit": TOO_DEEP}, "forms/visit.yaml:2: F002", "20 de niveluri", "20 levels"),
    ({"visit": TWICE}, "forms/visit.yaml:4: F003", "apare aici de două ori", "stands here twice"),
    ({"zzz": TWIN}, "forms/zzz.yaml:1: F014", "este deja numele", "is already the name of"),
    ({"visit": NO_LIST}, "forms/visit.yaml:10: F004", "necunoscută „judet”", 'unknown choice list "judet"'),
    ({"visit": "form: ["}, "forms/visit.yaml:1: F001", "O paranteză nu este închi", "A bracket is not closed"),
    ({"visit": "x" * 1_000_001}, "forms/visit.yaml:1: F001", "depășește 1 MB", "larger than 1 MB"),
    ({"menu": "menu: 3"}, "forms/menu.yaml:1: F008", "o listă", "must be a list"),
    ({"roles": "roles: []\nrole: x"}, "forms/roles.yaml:2: F005", "cheie necunoscută", "unknown key"),
]


@pytest.mark.parametrize("files, place, romanian, english", MISTAKES, ids=[case[1] for case in MISTAKES])
def test_a_mistake_in_a_file(
    kept: tuple[Path, str], tmp_path: Path, files: dict[str, str], place: str, romanian: str, english: str
) -> None:
    before, address = kept
    folder = copytree(before, tmp_path / "again")
    write(folder / "forms", **files)
    desk = opened(folder)
    try:
        assert "sprijin" in desk.get(address), "the last good version runs"
        assert "Data vizitei" in desk.get("/records/visit/new")
        for language, sentence in (("ro", romanian), ("en", english)):
            said = html.unescape(desk.speak(language).get("/forms"))
            assert place in said and sentence in said
    finally:
        close(desk)


@pytest.mark.parametrize("files, place, romanian, english", MISTAKES[:7], ids=[case[1] for case in MISTAKES[:7]])
def test_a_mistake_on_the_first_day(
    folder: Path, files: dict[str, str], place: str, romanian: str, english: str
) -> None:
    write(folder / "forms", **files)
    desk = opened(folder)
    try:
        assert place in html.unescape(desk.get("/forms"))
        assert desk.browser.get("/records/visit").status_code in (200, 404)
        assert desk.browser.get("/records/case").status_code == 200
    finally:
        close(desk)


def test_a_form_that_runs_with_a_text_missing_is_not_called_the_last_good_version(folder: Path) -> None:
    write(folder / "forms", visit=FILES["visit"].replace("{en: Date of visit, ro: Data vizitei}", "{ro: Ziua}"))
    desk = opened(folder)
    try:
        assert "Ziua" in desk.get("/records/visit/new")
        said = html.unescape(desk.get("/forms"))
        assert "F010" in said and "Toate rulează așa cum sunt." in said and "ultima versiune bună" not in said
        assert "toate rulează" in desk.get("/")
    finally:
        close(desk)


def test_the_overview_names_the_file_that_a_form_lies_in(folder: Path) -> None:
    (folder / "forms/visit.yaml").rename(folder / "forms/vizite.yaml")
    for _ in ("first start", "nothing changed since"):
        desk = opened(folder)
        try:
            said = html.unescape(desk.get("/forms"))
            assert "vizite.yaml</td>" in said and "visit.yaml</td>" not in said
            assert "forms/vizite.yaml:2: F036" in said and "Toate rulează așa cum sunt." in said
        finally:
            close(desk)
    (folder / "forms/vizite.yaml").rename(folder / "forms/visit.yaml")
    desk = opened(folder)
    assert "visit.yaml</td>" in desk.get("/forms")
    close(desk)


def test_a_removed_form_keeps_its_records(kept: tuple[Path, str], tmp_path: Path) -> None:
    before, address = kept
    folder = copytree(before, tmp_path / "again")
    write(folder / "forms", visit=None)
    without = opened(folder)
    for gone in (address, f"{address}/history", f"{address}/edit", "/records/visit", "/records/visit/new"):
        answer = without.browser.get(gone)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
    for page in ("/", "/forms", "/records/case"):
        assert without.browser.get(page).status_code == 200
    assert "F019" in without.get("/forms")
    close(without)

    write(folder / "forms", visit=FILES["visit"])
    again = opened(folder)
    assert "sprijin" in again.get(address)
    close(again)


# --- what no page sends ------------------------------------------------------------------------------

HUGE = "9" * 4301
"""More digits than Python makes a number of."""
ODD_VALUES = [
    HUGE,
    "-1",
    "10**30",
    "1" + "0" * 30,
    "٣",
    "²",
    "\x00",
    "a\x00b",
    "=1",
    "",
    " ",
    "[]",
    '{"a":1}',
    "31.02.9999",
]
ODD_VALUES += ["2026-02-30", "00:00", "1.5", "9999-12-31..", "\ud7ff\ue000", "x" * 5000, "family." * 900, "on"]
BOX_NAMES = [
    "day",
    "purpose",
    "number",
    "family",
    "code",
    "name",
    "_row",
    "_pick",
    "_picked",
    "_once",
    "_face",
    "_confirmed",
]
BOX_NAMES += [
    "family.0.name",
    "family.999999.name",
    f"family.{HUGE}.id",
    "family.٣.id",
    "family.-1.id",
    "family..",
    ".",
]
ROW_ORDERS = ["add family", f"add family.{HUGE}", f"copy family.{HUGE}", "delete family.٣", "add family.²", "add", ""]
QUERIES = ["page", "case", "sort", "day", "day.from", "day.to", "purpose", "q", "all", "face", "user", "record", "step"]
ADDRESSES = [
    "/",
    "/records/visit",
    "/records/case",
    "/records/visit/new",
    "/records/visit/columns",
    "/find",
    "/figures",
]
odd_values = odd.one_of(odd.sampled_from(ODD_VALUES), odd.text(max_size=8))
odd_rounds = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


@pytest.mark.parametrize(
    "part",
    ['form-data; name="purpose"; filename="x.txt"', "form-data", "form-data; filename=x.txt"],
    ids=["a file for a text", "no name", "a file without a name"],
)
def test_a_part_that_is_not_what_its_box_asks_for_is_no_answer(desk: Desk, part: str) -> None:
    page = desk.get("/records/visit/new")
    hidden = re.findall(r'<input type="hidden" name="(_\w+|csrf_token)" value="([^"]*)"', page)
    parts = [*((f'form-data; name="{name}"', text) for name, text in hidden), (part, "sprijin")]
    body = "".join(f"--b\r\nContent-Disposition: {head}\r\n\r\n{text}\r\n" for head, text in parts)
    answer = desk.browser.post(
        "/records/visit/new", data=f"{body}--b--\r\n".encode(), content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 422 and 'name="purpose"' in answer.text and "sprijin" not in answer.text


def test_numbers_of_thousands_of_digits_are_no_numbers(desk: Desk) -> None:
    for order in ROW_ORDERS:
        boxes = {f"family.{HUGE}.id": "", "family.999999.name": "Ana", "purpose": "sprijin", "_row": order}
        answer = desk.post("/records/visit/new", **boxes)
        assert answer.status_code in (200, 303), order
    assert 'value="Ana"' in desk.post("/records/visit/new", **{**boxes, "_row": "add family"}).text
    assert desk.get(f"/records/visit?page={HUGE}&case={HUGE}&sort={HUGE}&day.from={HUGE}")


@odd_rounds
@given(
    odd_boxes=odd.dictionaries(odd.one_of(odd.sampled_from(BOX_NAMES), odd.text(max_size=8)), odd_values, max_size=5)
)
def test_whatever_is_posted_is_answered_in_words(odd_desk: Desk, odd_boxes: dict[str, str]) -> None:
    odd_desk.post("/records/visit/new", **odd_boxes)


@odd_rounds
@given(address=odd.sampled_from(ADDRESSES), query=odd.dictionaries(odd.sampled_from(QUERIES), odd_values, max_size=4))
def test_whatever_is_asked_for_is_answered_in_words(odd_desk: Desk, address: str, query: dict[str, str]) -> None:
    odd_desk.get(f"{address}?{urlencode(query, errors='replace')}")
