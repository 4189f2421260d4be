"""The commands: ``dosar start``, ``dosar check`` and what keeps an organisation's forms and data in order."""

import argparse
import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from datetime import date
from getpass import getpass
from pathlib import Path
from threading import Timer
from typing import Any

from app import shipped

HOST, PORT, THREADS = "127.0.0.1", 8080, 8
IN_MEMORY = 64 * 2**20
"""More than any post or page: waitress writes nothing of either to a temporary file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    from app.records.trouble import Trouble

    asked = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dosar", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start = commands.add_parser("start", help="start the application")
    start.add_argument("--demo", action="store_true", help="with six fictional cases, on this machine only")
    start.add_argument("--port", type=int, default=PORT)
    start.add_argument("--no-browser", action="store_true", help="do not open a browser")
    _add_places(start)
    start.set_defaults(run=_start)
    check = commands.add_parser("check", help="say everything that is wrong in the form files")
    check.add_argument("--forms", type=Path, default=None)
    check.add_argument("--language", default="en", help="the language to say it in")
    check.set_defaults(run=_check)
    schema = commands.add_parser("schema", help="write the JSON Schema that editors use for form files")
    schema.add_argument("--forms", type=Path, default=None)
    schema.set_defaults(run=_schema)
    return parser


def _add_places(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, default=None, help="the data folder")
    command.add_argument("--forms", type=Path, default=None, help="the forms folder")
    command.add_argument("--key-file", type=Path, default=None, help="the key, outside the data folder")
    command.add_argument("--passphrase", action="store_true", help="ask for a passphrase instead of a key file")


def forms_folder(named: Path | None) -> Path:
    """The forms to run: those named, else those of the folder one stands in, else the shipped ones."""
    here = Path("forms")
    return named or (here if (here / "case.yaml").is_file() else shipped("forms"))


def data_folder(named: Path | None, demo: bool) -> Path:
    """Where the data lies: the folder named, else the user's own place for data."""
    from platformdirs import user_data_path

    return named or user_data_path("dosar") / ("demo" if demo else "data")


def _start(asked: argparse.Namespace) -> int:
    from app.running import opened_app

    data = data_folder(asked.data, asked.demo)
    data.mkdir(parents=True, exist_ok=True)
    app, findings = opened_app(
        data, forms_folder(asked.forms), _key(asked, data), os.environ.get("DATABASE_URL"), demo=asked.demo,
        today=date.today(),
    )
    for found in findings:
        print(found, file=sys.stderr)
    if findings:
        print("The last good version of these files runs. Mend them and start again.", file=sys.stderr)
    _greet(asked)
    _serve(app, asked)
    return 0


def _key(asked: argparse.Namespace, data: Path) -> bytes:
    from app.records.keys import keep_out_of_core_dumps, key_from_file, key_from_passphrase

    keep_out_of_core_dumps()
    if asked.passphrase:
        return key_from_passphrase(data, getpass("Passphrase: "))
    return key_from_file(data, asked.key_file)


def _greet(asked: argparse.Namespace) -> None:
    if asked.demo:
        from app.demo import accounts, password_of

        print("Demo: user name, password, role")
        for account in accounts(forms_folder(asked.forms)):
            print(f"{account['user']}\t{password_of(account['user'])}\t{account['role']}")
    print(f"Dosar: http://{HOST}:{asked.port}/   (Ctrl+C stops it)", flush=True)


def _serve(app: Any, asked: argparse.Namespace) -> None:
    import waitress

    if not asked.no_browser:
        Timer(1.0, webbrowser.open, [f"http://{HOST}:{asked.port}/"]).start()
    waitress.serve(
        app, host=HOST, port=asked.port, threads=THREADS, ident=None,
        inbuf_overflow=IN_MEMORY, outbuf_overflow=IN_MEMORY, max_request_body_size=27 * 2**20,
    )


def _check(asked: argparse.Namespace) -> int:
    import app.fields  # noqa: F401 - tells the language its kinds of question
    from app.access.translations import compiled, translator
    from app.language.checks import check
    from app.language.folder import read_folder
    from tempfile import TemporaryDirectory

    folder = forms_folder(asked.forms)
    with TemporaryDirectory() as made:
        translate = translator(compiled(shipped("translations"), Path(made)), asked.language)
        found = check(read_folder(folder))
        for one in found:
            print(one.say(translate))
    return 1 if found else 0


def _schema(asked: argparse.Namespace) -> int:
    import app.fields  # noqa: F401 - tells the language its kinds of question
    from app.language.schema import write_schema

    print(write_schema(forms_folder(asked.forms)))
    return 0


