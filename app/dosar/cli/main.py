"""Dosar: case files of an organisation, from forms written in YAML."""

import argparse
import gc
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from getpass import getpass
from io import StringIO, TextIOWrapper
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from dosar import shipped_folder
from dosar.cli.locale import command_languages, command_translator, computer_language, translate_message
from dosar.database.store_errors import StoreError
from dosar.language.load.finding import suggest_or_list
from dosar.language.text.message import Message, Translate, msgid

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8080
ENVIRONMENT_HELP = msgid("""\
environment:
  DATABASE_URL   keep the data in PostgreSQL instead of the data folder, for example
                 postgresql://dosar:password@localhost/dosar
  LANG           the language that the commands speak, such as ro_RO.UTF-8
""")
CommandFunction = Callable[[argparse.Namespace], int]
INTERRUPTED_EXIT_CODE = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a file or a pipe on Windows has no ș and ț
            stream.reconfigure(errors="replace")
    asked = _parse_arguments(arguments)
    run: CommandFunction = asked.run
    try:
        return run(asked)
    except StoreError as trouble:
        print(translate_message(trouble), file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        print(
            translate_message(
                Message(
                    "%(file)s cannot be used: %(why)s.",
                    {
                        "file": error.filename,
                        "why": error.strerror,
                    },
                )
            ),
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
    return 2


# --- what can be asked -------------------------------------------------------------------------------


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for. The words of the person's language take a while to come; only who must be told waits."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return _build_parser(str).parse_args(arguments)
    except SystemExit:
        own_words = command_translator(computer_language())
        vars(argparse)["_"] = own_words
        return _build_parser(own_words).parse_args(arguments)


def _build_parser(_: Translate) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "dosar",
        description=_("Dosar: case files of an organisation, from forms written in YAML."),
        epilog=_(ENVIRONMENT_HELP),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"))

    def command(name: str, run: CommandFunction, does: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name,
            help=does,
            description=f"{does[0].upper()}{does[1:]}.",
            epilog=_(ENVIRONMENT_HELP),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    start = command("start", _run_start, _("start the application"))
    start.add_argument("--demo", action="store_true", help=_("with nine invented cases, on this machine only"))
    start.add_argument("--port", type=int, default=DEFAULT_PORT, help=_("the port of the pages (%(default)s)"))
    start.add_argument(
        "--address",
        type=_https_address,
        metavar="https://…",
        help=_("the address under which a web server with HTTPS, on this machine, shows Dosar to others"),
    )
    start.add_argument("--no-browser", action="store_true", help=_("do not open a browser"))
    _add_folder_options(start, _)
    upgrade = command("upgrade", _run_upgrade, _("make the database fit changed forms, after taking a copy"))
    upgrade.add_argument("--dry-run", action="store_true", help=_("only say what would change"))
    _add_folder_options(upgrade, _)
    copy = command("copy", _run_copy, _("copy everything to another, empty database"))
    copy.add_argument("--to", required=True, help=_("a postgresql:// address, or a new data folder"))
    copy.add_argument("--to-key-file", type=Path, help=_("the key of the new data folder, outside of it"))
    _add_folder_options(copy, _)
    check = command("check", _run_check, _("say everything that is wrong in the form files"))
    check.add_argument(
        "--language", type=_language_code, default=computer_language(), help=_("the language to say it in")
    )
    _add_folder_options(check, _)
    schema = command("schema", _run_schema, _("write the JSON Schema that editors use for form files"))
    schema.add_argument("--forms", type=Path, help=_("the forms folder"))
    return parser


def _https_address(text: str) -> str:
    """The host of an address such as ``https://dosar.exemplu.ro``."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise argparse.ArgumentTypeError(
            str(
                translate_message(
                    Message("write the address like https://dosar.exemplu.ro, without anything behind the name")
                )
            )
        )
    return parts.hostname


def _language_code(text: str) -> str:
    if text not in command_languages():
        raise argparse.ArgumentTypeError(
            translate_message(
                Message(
                    'unknown language "%(language)s"%(hint)s',
                    {"language": text, "hint": suggest_or_list(text, command_languages())},
                )
            )
        )
    return text


def _add_folder_options(command: argparse.ArgumentParser, _: Translate) -> None:
    command.add_argument("--data", type=Path, help=_("the data folder (default: the user's own place for data)"))
    command.add_argument("--forms", type=Path, help=_("the forms folder (default: ./forms, else those shipped)"))
    command.add_argument("--key-file", type=Path, help=_("the key, outside the data folder"))
    command.add_argument("--passphrase", action="store_true", help=_("ask for a passphrase instead of a key file"))


def forms_folder(named: Path | None) -> Path:
    """The forms to run: those named, else those of the folder one stands in, else the shipped ones."""
    here = Path("forms")
    folder = named or (here if (here / "case.yaml").is_file() else shipped_folder("forms"))
    if not folder.is_dir():
        raise StoreError("There is no forms folder %(folder)s. Name it with --forms.", folder=folder)
    return folder


def data_folder(named: Path | None, demo: bool = False) -> Path:
    """Where the data lies: the folder named, else the user's own place for data."""
    from platformdirs import user_data_path

    return named or user_data_path("dosar") / ("demo" if demo else "data")


def _existing_data_folder(asked: argparse.Namespace) -> Path:
    """The data folder of a command that needs what is in it."""
    from dosar.database.store import database_file

    data = data_folder(asked.data)
    if not database_url() and not database_file(data).is_file():
        raise StoreError(
            "There is no database in %(folder)s. Name the data folder with --data, or start Dosar there first.",
            folder=data,
        )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data


def database_url() -> str | None:
    """The PostgreSQL database to use, if the environment names one."""
    return os.environ.get("DATABASE_URL") or None


def _encryption_key(asked: argparse.Namespace, data: Path) -> bytes:
    from dosar.database.keys import keep_out_of_core_dumps, key_from_file, key_from_passphrase

    keep_out_of_core_dumps()
    if asked.passphrase:
        return key_from_passphrase(data, getpass(translate_message(Message("Passphrase: "))))
    return key_from_file(data, asked.key_file)


# --- dosar start ------------------------------------------------------------------------------------


def _run_start(asked: argparse.Namespace) -> int:
    from dosar.cli.single_instance import running_address
    from dosar.database.lock_file import FolderInUse

    data = data_folder(asked.data, asked.demo)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _serve_alone(asked, data)
    except FolderInUse:
        address = running_address(data)
        if address is None:
            return _serve_alone(asked, data)  # it may have ended meanwhile
    print(
        translate_message(
            Message(
                "Dosar is running on the data folder %(folder)s already: %(address)s (Ctrl+C in its window stops it)",
                {"folder": data, "address": address},
            )
        ),
        flush=True,
    )
    if not asked.no_browser:
        webbrowser.open(address)
    return 0


def _serve_alone(asked: argparse.Namespace, data: Path) -> int:
    with _garbage_collection_paused():
        from dosar.cli.runtime import open_app
        from dosar.cli.server import serve_requests
        from dosar.cli.single_instance import new_instance
        from dosar.database.lock_file import lock_folder, publish_instance

    instance = new_instance(_pages_address(asked))
    with lock_folder(data), _listening_socket(asked.port) as door:
        publish_instance(data, instance)
        with _garbage_collection_paused():
            app, findings = open_app(
                data,
                forms_folder(asked.forms),
                _encryption_key(asked, data),
                database_url(),
                demo=asked.demo,
                HOSTS=[asked.address] if asked.address else [],
                INSTANCE=instance.token,
            )
        _print_findings(findings)
        _print_greeting(asked)
        serve_requests(app, door, bool(asked.address))
    return 0


def _pages_address(asked: argparse.Namespace) -> str:
    """Where this machine's browser finds the pages."""
    return f"http://{DEFAULT_HOST}:{asked.port}/"


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """What is made inside is never looked through for garbage: that would take a third of the start, and later
    hold up a page for a fifth of a second."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _listening_socket(port: int) -> socket.socket:
    """The place where browsers knock; taken first, since it may be somebody else's."""
    try:
        return socket.create_server((DEFAULT_HOST, port))
    except (OSError, OverflowError):
        raise StoreError(
            "Port %(port)s cannot be used: another program has it, or this account may not. Choose another "
            "one, for example: dosar start --port %(other)s",
            port=port,
            other=DEFAULT_PORT + 1 if port == DEFAULT_PORT else DEFAULT_PORT,
        ) from None


def _print_findings(findings: Sequence[Any]) -> None:
    from dosar.language.load.folder import is_only_advice

    for found in findings:
        print(_finding_text(found), file=sys.stderr)
    if not is_only_advice(findings):
        last_good = Message("The last good version of these files runs. Mend them and start again.")
        print(translate_message(last_good), file=sys.stderr)


def _finding_text(found: Any) -> str:
    return str(found.say(command_translator(computer_language())))


def _print_greeting(asked: argparse.Namespace) -> None:
    if asked.demo:
        from dosar.cli.demo import demo_accounts, demo_password

        print(translate_message(Message("Demo: user name, password, role")))
        for account in demo_accounts(forms_folder(asked.forms)):
            print(f"{account['user']}\t{demo_password(account['user'])}\t{account['role']}")
    address = _pages_address(asked)
    print(f"Dosar: {address}   ({translate_message(Message('Ctrl+C stops it'))})", flush=True)
    if not asked.no_browser:
        Timer(1.0, webbrowser.open, [address]).start()


# --- the other commands --------------------------------------------------------------------------------


def _run_upgrade(asked: argparse.Namespace) -> int:
    from dosar.access.i18n.time_zones import local_time
    from dosar.cli.runtime import open_store, stored_organisation
    from dosar.cli.upgrade import upgrade_organisation
    from dosar.database.lock_file import lock_folder
    from dosar.database.system_tables import utc_now

    data = _existing_data_folder(asked)
    with lock_folder(data):
        key = _encryption_key(asked, data)
        store = open_store(data, key, database_url())
        try:
            moment = local_time(utc_now(), stored_organisation(store).zone)
            return upgrade_organisation(store, data, forms_folder(asked.forms), key, asked.dry_run, moment)
        finally:
            store.close()


def _run_copy(asked: argparse.Namespace) -> int:
    from dosar.cli.copy import copy_organisation, open_copy_target
    from dosar.cli.runtime import open_store
    from dosar.database.lock_file import lock_folder

    data = _existing_data_folder(asked)
    with lock_folder(data):
        source = open_store(data, _encryption_key(asked, data), database_url())
        target = open_copy_target(asked.to, asked.to_key_file)
        try:
            copy_organisation(source, target, asked.to)
        finally:
            source.close()
            target.close()
    return 0


def _run_check(asked: argparse.Namespace) -> int:
    import dosar.fields  # noqa: F401 - tells the language its kinds of question
    from dosar.language.checks.form_checks import check_folder
    from dosar.language.load.folder import read_folder

    forms = forms_folder(asked.forms)
    found = _findings_with_answers(asked, forms) if _has_answers(asked) else check_folder(read_folder(forms))
    for one in found:
        print(one.say(command_translator(asked.language)))
    return 1 if found else 0


def _has_answers(asked: argparse.Namespace) -> bool:
    """Whether there are answers that the forms can be compared with: those named, or those of a usual start."""
    from dosar.database.keys import default_key_file
    from dosar.database.store import database_file

    if asked.data or database_url():
        return True
    usual = data_folder(None)
    key_file = asked.key_file or default_key_file(usual)
    return database_file(usual).is_file() and (asked.passphrase or key_file.is_file())


def _findings_with_answers(asked: argparse.Namespace, forms: Path) -> Sequence[Any]:
    from dosar.cli.runtime import open_store
    from dosar.migrations.upgrade import preview_upgrade

    data = _existing_data_folder(asked)
    store = open_store(data, _encryption_key(asked, data), database_url())
    try:
        return preview_upgrade(store, forms, converting=False).findings
    finally:
        store.close()


def _run_schema(asked: argparse.Namespace) -> int:
    import dosar.fields  # noqa: F401 - tells the language its kinds of question
    from dosar.language.load.json_schema import write_schema

    print(write_schema(forms_folder(asked.forms)))
    return 0
