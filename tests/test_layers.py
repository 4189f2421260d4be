"""Imports point one way, and only the store speaks to the database behind the session's back."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from tests.sources import APP, Syntax, file_names, nodes_of

LAYERS = [
    "language",
    "cleaning",
    "fields",
    "database",
    "records",
    "overview",
    "migrations",
    "filing",
    "paper",
    "handbooks",
    "network",
    "long_work",
    "access",
    "mail",
    "calendars",
    "backups",
    "updates",
    "exchange",
    "pages",
]
TOP = ""
FOLDERS = {
    "language": ["text", "rules", TOP, "privacy", "answers", "organisation", "deadlines", "load", "checks"],
    "fields": ["formats", TOP],
    "database": [
        "text",
        "store_errors",
        "sealing",
        "system_tables",
        "ordering",
        "audit",
        "writing",
        TOP,
        "installation",
        "keys",
        "copies",
    ],
    "records": [
        "history",
        "scope",
        "deadlines",
        TOP,
        "reading",
        "finding",
        "unsaved",
        "sheets",
        "lists",
        "links",
        "cases",
        "rights",
        "erasure",
    ],
    "migrations": ["compare", "convert", "plan", TOP],
    "access": [
        "lean_import",
        "framework",
        "migrations",
        "web",
        "tables",
        "organisation",
        "roles",
        TOP,
        "audit",
        "authorization",
        "sealed",
        "i18n",
        "login",
        "factors",
        "accounts",
        "recovery",
        "appbuilder",
        "installation",
    ],
    "backups": [
        "working",
        "file",
        "places",
        "reading",
        "making",
        "restoring",
        "salvage",
        "keeping",
    ],
    "updates": ["pinned", "pip", "programs", "file", "data", TOP, "check"],
    "pages": [
        "input",
        TOP,
        "rendering",
        "recovery",
        "sheet",
        "reports",
        "rights",
        "deadlines",
        "cases",
        "lists",
        "records",
        "account",
        "admin",
        "backups",
        "updates",
        "mail",
        "home",
        "help",
        "sealed",
    ],
    "pages/sheet": [TOP, "posting"],
    "pages/backups": [TOP, "restoring", "salvage"],
}
"""The folders inside another one, and the files beside them (``TOP``), from left to right as the layers are."""
WEB = {"flask", "flask_appbuilder", "flask_babel", "flask_wtf", "itsdangerous", "markupsafe", "werkzeug", "wtforms"}
MAY_USE = {
    "language": {"babel", "pydantic", "pydantic_core", "ruamel", "sqlalchemy", "yaml"},
    "cleaning": {"PIL", "pikepdf"},
    "fields": {"babel", "email_validator", "phonenumbers", "pydantic", "sqlalchemy", "stdnum"},
    "database": {
        "argon2",
        "cryptography",
        "filelock",
        "keyring",
        "platformdirs",
        "psycopg",
        "sqlalchemy",
        "sqlcipher3",
    },
    "records": {"rapidfuzz", "sqlalchemy"},
    "overview": {"sqlalchemy"},
    "migrations": {"sqlalchemy"},
    "filing": {"sqlalchemy"},
    "paper": {"typst"},
    "handbooks": {"markdown_it", "yaml"},
    "access": {
        *WEB,
        "alembic",
        "babel",
        "cryptography",
        "flask_jwt_extended",
        "flask_login",
        "pyotp",
        "webauthn",
        "sqlalchemy",
        "zxcvbn",
    },
    "network": {"truststore", "urllib3"},
    "long_work": set(),
    "mail": {"email_validator", "sqlalchemy"},
    "calendars": {"icalendar", "sqlalchemy"},
    "backups": {"cryptography", "obstore", "sqlalchemy", "sqlcipher3", "urllib3"},
    "updates": {"cryptography", "filelock", "platformdirs", "sqlalchemy", "urllib3"},
    "exchange": {"segno", "xlsxwriter"},
    "pages": {*WEB, "babel", "segno", "sqlalchemy"},
    "cli": {"click", "flask", "platformdirs", "sqlalchemy", "waitress", "werkzeug"},
    "desktop": {"click", "filelock"},
}
"""The libraries of others that each layer may use: below ``access`` nothing knows of the web or of Flask-AppBuilder."""
BEHIND_THE_SESSION = {
    "backups/restoring/server_restoring.py",  # moves tables into another schema
    "backups/making/snapshot.py",  # copies the pages of the whole file
    "backups/reading/table_contents.py",  # counts and adds up whole tables
    "database/copies_folder.py",  # asks a copy whether the key opens it
    "database/keys/rekey.py",  # gives a copy of the whole file another key
    "database/installation/program_lock.py",  # a connection of its own, that no session ever uses
    "database/postgresql_store.py",
    "database/sqlite_store.py",
    "database/store.py",
    "migrations/plan/schema.py",
    "migrations/plan/steps.py",
    "migrations/convert/renamed_forms.py",
    "migrations/convert/settled_choices.py",  # drops the indexes over what it seals, and the types of its columns
    "migrations/convert/sealed_values.py",
    "migrations/system_migrations.py",
    "database/writing/append_only.py",
    "database/writing/lasting_numbers.py",
    "database/copies/transfer.py",
}
"""The scope of the signed-in person is enforced in the session; these work below it."""
PAST_THE_SCOPE = {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
"""Ways to write that no flush announces, so that the scope would not be asked."""
RAW = {"connect", "raw_connection", "exec_driver_sql", "driver_connection", *PAST_THE_SCOPE}
WITHOUT_CONNECTIONS = ("pages/", "exchange/", "overview/", "filing/", "desktop/")
"""What is read through a connection passes by the scope: these have sessions alone."""
KIND_OF_DATABASE = {"name", "dialect"}
CONDITIONS_OF_INDEXES = {"database/system_tables.py"}
"""Written as SQL, but never run as a statement."""
TELLS_THE_TIME = {"database/system_tables.py"}
OF_THE_MACHINE = {
    "date.today",
    "datetime.today",
    "datetime.now",
    "datetime.utcnow",
    "date.fromtimestamp",
    "datetime.fromtimestamp",
    "time.localtime",
}

ASKS_FOR_THE_LOCALE = {"access/i18n/wordings.py"}
"""Everybody else asks for the wording, ``ro-MD``."""

FILES = Syntax(file_names())


def layer(name: str) -> int:
    """How far right a file or a module of ours stands; what ties all together stands last."""
    first = name.replace("/", ".").removesuffix(".py").removesuffix(".__init__").split(".")[0]
    return LAYERS.index(first) if first in LAYERS else len(LAYERS)


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module a file names, inside functions too."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_way(name: str, tree: ast.Module) -> list[str]:
    ours = (module.removeprefix("dosar.") for module in imports(tree) if module.startswith("dosar."))
    return [module for module in ours if layer(module) > layer(name)]


def folder(name: str, parent: str) -> int | None:
    """How far right a file or a module of ours stands in a folder, if it is in it; ``__init__`` ties it together."""
    path, beginning = name.replace("/", ".").removesuffix(".py"), f"{parent.replace('/', '.')}."
    if not path.startswith(beginning):
        return None
    first = path.removeprefix(beginning).split(".")[0]
    if first == "__init__":
        return len(FOLDERS[parent])
    return FOLDERS[parent].index(first if first in FOLDERS[parent] else TOP)


def is_wrong_folder(name: str, module: str, parent: str) -> bool:
    here, there = folder(name, parent), folder(module, parent)
    return here is not None and there is not None and there > here


def wrong_folder(name: str, tree: ast.Module) -> list[str]:
    ours = (module.removeprefix("dosar.") for module in imports(tree) if module.startswith("dosar."))
    return [module for module in ours if any(is_wrong_folder(name, module, parent) for parent in FOLDERS)]


def strange_library(name: str, tree: ast.Module) -> list[str]:
    if "/" not in name:
        return []
    used = {module.split(".")[0] for module in imports(tree)} - {"dosar"} - sys.stdlib_module_names
    return sorted(used - MAY_USE.get(name.split("/")[0], set()))


def above_the_window(name: str, tree: ast.Module) -> list[str]:
    """The window stands on top of all: it starts the program, which knows nothing of it."""
    used = [module for module in imports(tree) if module.startswith("dosar.desktop")]
    return [] if name.startswith("desktop/") else used


def behind_the_session(name: str, tree: ast.Module) -> list[str]:
    if name in BEHIND_THE_SESSION:
        return []
    attributes = [node for node in nodes_of(tree) if isinstance(node, ast.Attribute)]
    asked = [node.value for node in attributes if node.attr in KIND_OF_DATABASE]
    raw = [node.attr for node in attributes if node.attr in RAW]
    raw += [node.attr for node in attributes if node.attr == "engine" and node not in asked]
    if name.startswith(WITHOUT_CONNECTIONS):
        raw += [node.attr for node in attributes if node.attr == "connection"]
    if name not in CONDITIONS_OF_INDEXES:
        raw += [module for module in imports(tree) if module in {"sqlalchemy.text", "sqlalchemy.sql.text"}]
    return raw


def locale_as_text(name: str, tree: ast.Module) -> list[str]:
    """A locale written out is ``ro_MD``, which no reader's settings and no form say: they say ``ro-MD``."""
    nodes = nodes_of(tree)
    texts = [
        node.args[0]
        for node in nodes
        if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in {"str", "format", "repr"}
    ]
    texts += [node.value for node in nodes if isinstance(node, ast.FormattedValue)]
    found = [said for said in map(ast.unparse, texts) if re.match(r"[\w.]*locale", said)]
    if name not in ASKS_FOR_THE_LOCALE:
        found += [module for module in imports(tree) if module == "flask_babel.get_locale"]
    return found


def machine_clock(name: str, tree: ast.Module) -> list[str]:
    """What day and what time it is, the organisation's time zone says, not the machine's."""
    calls = [node for node in nodes_of(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found = [
        ast.unparse(call)
        for call in calls
        if ast.unparse(call.func) in OF_THE_MACHINE or (call.func.attr == "astimezone" and not call.args)
    ]
    return [] if name in TELLS_THE_TIME else found


def test_there_is_something_to_look_at() -> None:
    assert {name.split("/")[0] for name in FILES} >= {"language", "fields", "records"}


@pytest.mark.parametrize(
    "rule",
    [wrong_way, wrong_folder, strange_library, above_the_window, behind_the_session, locale_as_text, machine_clock],
)
def test_no_file_breaks_the_rule(rule) -> None:  # type: ignore[no-untyped-def]
    broken = {name: found for name, tree in FILES.items() if (found := rule(name, tree))}
    assert broken == {}


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (wrong_way, "fields/text.py", "from dosar.database.store import Store"),
        (wrong_way, "database/store.py", "def late():\n    import dosar.pages.lists"),
        (wrong_way, "database/store.py", "from dosar.filing.read import read_texts"),
        (wrong_way, "filing/read.py", "from dosar.access.worker import Worker"),
        (wrong_folder, "language/rules/evaluation.py", "from dosar.language.question import Question"),
        (wrong_folder, "records/repository.py", "def late():\n    from dosar.records.cases.merge import merge_cases"),
        (wrong_folder, "pages/context.py", "from dosar.pages.rendering.sheet_form import SheetForm"),
        (wrong_folder, "pages/cases/find.py", "from dosar.pages.records import deletion"),
        (wrong_folder, "pages/sheet/faces.py", "from dosar.pages.sheet.posting.buttons import BUTTON_ACTIONS"),
        (wrong_folder, "access/menu.py", "from dosar.access.i18n.languages import request_wording"),
        (strange_library, "database/store.py", "from flask import g"),
        (strange_library, "filing/read.py", "from werkzeug.datastructures import MultiDict"),
        (strange_library, "records/teams.py", "from flask_appbuilder.security.sqla.models import User"),
        (strange_library, "fields/text.py", "def late():\n    import wtforms"),
        (strange_library, "pages/lists.py", "import requests"),
        (strange_library, "desktop/window.py", "import sqlalchemy"),
        (above_the_window, "cli/commands/start.py", "from dosar.desktop.window import Window"),
        (behind_the_session, "pages/lists.py", "store.engine.connect()"),
        (behind_the_session, "pages/lists.py", "with store.engine.begin() as connection: pass"),
        (behind_the_session, "pages/lists.py", "from sqlalchemy import select, text"),
        (behind_the_session, "pages/lists.py", "session.connection().exec_driver_sql('SELECT 1')"),
        (behind_the_session, "pages/lists.py", "session.connection().execute(select(case_table))"),
        (behind_the_session, "pages/lists.py", "session.bulk_save_objects([record])"),
        (machine_clock, "pages/home/home_page.py", "date.today()"),
        (machine_clock, "pages/home/home_page.py", "datetime.now(UTC)"),
        (machine_clock, "pages/home/home_page.py", "stamp.replace(tzinfo=UTC).astimezone()"),
        (locale_as_text, "access/i18n/wordings.py", "said(str(get_locale()))"),
        (locale_as_text, "pages/formatting.py", "said(f'{locale}')"),
        (locale_as_text, "pages/formatting.py", "from flask_babel import get_locale"),
    ],
)
def test_a_broken_rule_is_noticed(rule, name: str, source: str) -> None:  # type: ignore[no-untyped-def]
    assert rule(name, ast.parse(source))


def test_every_folder_of_modules_is_a_package() -> None:
    """Pages are found by walking through the packages: a folder without ``__init__.py`` would be passed over."""
    folders = {file.parent for file in APP.rglob("*.py")} - {APP / "access/migrations/versions"}
    lacking = [str(folder.relative_to(APP)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()]
    assert lacking == [], "give each of these folders an empty __init__.py"


def test_the_right_way_is_allowed() -> None:
    tree = ast.parse("from dosar.language.text.message import Message\nfrom dosar.database.store import Store")
    assert wrong_way("database/keys/key_file.py", tree) == []
