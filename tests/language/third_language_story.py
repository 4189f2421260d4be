"""A story that :mod:`tests.language.test_third_language` has told by a Dosar that was given a third language.

Run with the folder of its data; what it saw is printed as JSON. Nothing here is in the languages that Dosar ships.
"""

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

from dosar import create_app
from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.appbuilder.install import create_access_tables
from dosar.access.i18n.language_names import LANGUAGE_NAMES
from dosar.access.i18n.languages import wording_countries
from dosar.access.services import access_services
from dosar.cli.console.locale import command_languages, computer_language, translate_message
from dosar.database.store import Store
from dosar.fields import QUESTION_KINDS
from dosar.fields.formats.days import days_by_word, format_day, read_day
from dosar.fields.numbers import read_number
from dosar.language.checks.form_checks import check_folder
from dosar.language.form import CASE_FORM
from dosar.language.load.folder import read_folder
from dosar.language.question import ReadingContext
from dosar.language.text.message import Message
from dosar.language.text.translations import LANGUAGES, WORDINGS
from dosar.migrations.upgrade import open_forms
from dosar.records.actor import Actor
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.telephones import connect_telephone, unused_code

ROOT = Path(sys.argv[1])
SPRING = date(1998, 3, 27)
NAMES = ["Яна", "Йосип", "Іван", "Дім", "Ґанок", "Гай", "Ілона", "Жито", "Єва", "Ера"]
PASSWORD = "patru cuvinte fără rost"


def _languages() -> dict[str, Any]:
    reading = ReadingContext("uk", date(2026, 11, 22))
    yes_no = QUESTION_KINDS["yes_no"].model_validate({"name": "x", "label": {"en": "X"}})
    return {
        "languages": LANGUAGES,
        "wordings": WORDINGS,
        "called": LANGUAGE_NAMES["uk"],
        "countries": wording_countries(),
        "commands": command_languages(),
        "of the computer": computer_language({"LANG": "uk_UA.UTF-8"}),
        "command": translate_message(Message("Choose Yes or No."), "uk"),
        "in one country": translate_message(Message("Choose Yes or No."), "uk-MD"),
        "day": format_day(SPRING, "uk"),
        "read back": [str(read_day(typed, reading.today)) for typed in ("27 березня 1998", "27 бер. 1998", "учора")],
        "days": days_by_word()["учора"],
        "number": str(read_number("1234,5", "uk", 2)),
        "yes": yes_no.shown(True, reading),
        "findings": [str(finding) for finding in check_folder(read_folder(ROOT / "forms"))],
    }


def _sorted(store: Store, repository: Repository) -> list[str]:
    form = repository.forms[CASE_FORM]
    with acting_as(SYSTEM_SCOPE):
        for name in NAMES:
            enter_sheet(repository, form, {"called": name}, Actor(None, "", date(2026, 11, 22)))
        found = list_page(
            repository, repository.forms, CASE_FORM, ListQuery(sort="called"), ReadingContext("uk", date(2026, 11, 22))
        )
    store.session.remove()
    return [line[0] for line in found.cells]


def _pages(store: Store, opened: Any) -> dict[str, Any]:
    app = create_app(store, opened, "geheim", ROOT / "data")
    with app.app_context():
        person = UserDetails("olena", "Олена", "Проба", frozenset({"administrator"}), frozenset())
        connect_telephone(access_services(), add_user(access_services(), None, person, PASSWORD))
    client = app.test_client()
    sign_in = client.get("/sign-in", headers={"Accept-Language": "uk"}).text
    _post(client, "/sign-in", sign_in, user_name="olena", password=PASSWORD)
    _post(client, "/sign-in/code", client.get("/sign-in/code").text, code=unused_code(app, "olena"))
    help_page = client.get("/help", headers={"Accept-Language": "uk"})
    return {
        "page": re.findall(r'<html lang="(\w+)"', sign_in),
        "title": "Увійти" in sign_in,
        "help": [help_page.status_code, "Спершу день" in help_page.text],
    }


def _post(client: Any, address: str, page: str, **boxes: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    sent = {**boxes, "csrf_token": token[1] if token else ""}
    client.post(address, data=sent, headers={"Accept-Language": "uk"})


def main() -> None:
    store = Store.open(ROOT / "data", None, bytes(range(32)))
    with store.writing() as session:
        create_access_tables(session.connection())
    opened = open_forms(store, ROOT / "forms")
    seen = _languages() | {"sorted": _sorted(store, Repository(store, opened.definition))} | _pages(store, opened)
    store.close()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
