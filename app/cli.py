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

from app import shipped
from app.language.finding import meant_of
from app.language.message import Message, Translate, msgid
from app.records.trouble import Trouble
from app.speaking import languages, own_language, say, translate_to

HOST, PORT = "127.0.0.1", 8080
ENVIRONMENT = msgid("""\
environment:
  DATABASE_URL   keep the data in PostgreSQL instead of the data folder, for example
                 postgresql://dosar:password@localhost/dosar
  LANG           a language that begins with "ro" lets the commands speak Romanian
""")
Run = Callable[[argparse.Namespace], int]
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a file or a pipe on Windows has no ș and ț
            stream.reconfigure(errors="replace")
    asked = _understood(arguments)
    run: Run = asked.run
    try:
        return run(asked)
    except Trouble as trouble:
        print(say(trouble), file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        print(say(Message("%(file)s cannot be used: %(why)s.", {
            "file": error.filename, "why": error.strerror,
        })), file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 2


# --- what can be asked -------------------------------------------------------------------------------

def _understood(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for. The words of the person's language take a while to come; only who must be told waits."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return _parser(str).parse_args(arguments)
    except SystemExit:
        own_words = translate_to(own_language())
        vars(argparse)["_"] = own_words
        return _parser(own_words).parse_args(arguments)


def _parser(_: Translate) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "dosar", description=_("Dosar: case files of an organisation, from forms written in YAML."),
        epilog=_(ENVIRONMENT), formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"))

    def command(name: str, run: Run, does: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=_(ENVIRONMENT),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    start = command("start", _start, _("start the application"))
    start.add_argument("--demo", action="store_true", help=_("with nine invented cases, on this machine only"))
    start.add_argument("--port", type=int, default=PORT, help=_("the port of the pages (%(default)s)"))
    start.add_argument(
        "--address", type=_https_address, metavar="https://…",
        help=_("the address under which a web server with HTTPS, on this machine, shows Dosar to others"),
    )
    start.add_argument("--no-browser", action="store_true", help=_("do not open a browser"))
    _add_places(start, _)
    upgrade = command("upgrade", _upgrade, _("make the database fit changed forms, after taking a copy"))
    upgrade.add_argument("--dry-run", action="store_true", help=_("only say what would change"))
    _add_places(upgrade, _)
    copy = command("copy", _copy, _("copy everything to another, empty database"))
    copy.add_argument("--to", required=True, help=_("a postgresql:// address, or a new data folder"))
    copy.add_argument("--to-key-file", type=Path, help=_("the key of the new data folder, outside of it"))
    _add_places(copy, _)
    check = command("check", _check, _("say everything that is wrong in the form files"))
    check.add_argument("--language", type=_language, default=own_language(), help=_("the language to say it in"))
    _add_places(check, _)
    schema = command("schema", _schema, _("write the JSON Schema that editors use for form files"))
    schema.add_argument("--forms", type=Path, help=_("the forms folder"))
    return parser


def _https_address(text: str) -> str:
    """The host of an address such as ``https://dosar.exemplu.ro``."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise argparse.ArgumentTypeError(str(say(Message(
            "write the address like https://dosar.exemplu.ro, without anything behind the name"
        ))))
    return parts.hostname


def _language(text: str) -> str:
    if text not in languages():
        raise argparse.ArgumentTypeError(say(Message(
            'unknown language "%(language)s"%(hint)s', {"language": text, "hint": meant_of(text, languages())},
        )))
    return text


def _add_places(command: argparse.ArgumentParser, _: Translate) -> None:
    command.add_argument("--data", type=Path, help=_("the data folder (default: the user's own place for data)"))
    command.add_argument("--forms", type=Path, help=_("the forms folder (default: ./forms, else those shipped)"))
    command.add_argument("--key-file", type=Path, help=_("the key, outside the data folder"))
    command.add_argument("--passphrase", action="store_true", help=_("ask for a passphrase instead of a key file"))


def forms_folder(named: Path | None) -> Path:
    """The forms to run: those named, else those of the folder one stands in, else the shipped ones."""
    here = Path("forms")
    folder = named or (here if (here / "case.yaml").is_file() else shipped("forms"))
    if not folder.is_dir():
        raise Trouble("There is no forms folder %(folder)s. Name it with --forms.", folder=folder)
    return folder


def data_folder(named: Path | None, demo: bool = False) -> Path:
    """Where the data lies: the folder named, else the user's own place for data."""
    from platformdirs import user_data_path

    return named or user_data_path("dosar") / ("demo" if demo else "data")


def _existing_data(asked: argparse.Namespace) -> Path:
    """The data folder of a command that needs what is in it."""
    from app.records.store import database_file

    data = data_folder(asked.data)
    if not database_url() and not database_file(data).is_file():
        raise Trouble(
            "There is no database in %(folder)s. Name the data folder with --data, or start Dosar there first.",
            folder=data,
        )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data


def database_url() -> str | None:
    """The PostgreSQL database to use, if the environment names one."""
    return os.environ.get("DATABASE_URL") or None


def _key(asked: argparse.Namespace, data: Path) -> bytes:
    from app.records.keys import keep_out_of_core_dumps, key_from_file, key_from_passphrase

    keep_out_of_core_dumps()
    if asked.passphrase:
        return key_from_passphrase(data, getpass(say(Message("Passphrase: "))))
    return key_from_file(data, asked.key_file)


# --- dosar start ------------------------------------------------------------------------------------

def _start(asked: argparse.Namespace) -> int:
    from app.records.alone import InUse
    from app.single_instance import running_address

    data = data_folder(asked.data, asked.demo)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _run_alone(asked, data)
    except InUse:
        address = running_address(data)
        if address is None:
            return _run_alone(asked, data)  # it may have ended meanwhile
    print(say(Message(
        "Dosar is running on the data folder %(folder)s already: %(address)s (Ctrl+C in its window stops it)",
        {"folder": data, "address": address},
    )), flush=True)
    if not asked.no_browser:
        webbrowser.open(address)
    return 0


def _run_alone(asked: argparse.Namespace, data: Path) -> int:
    with _made_to_stay():
        from app.records.alone import alone_with, publish_instance
        from app.running import opened_app
        from app.serving import serve
        from app.single_instance import new_instance

    instance = new_instance(_address(asked))
    with alone_with(data), _listening(asked.port) as door:
        publish_instance(data, instance)
        with _made_to_stay():
            app, findings = opened_app(
                data, forms_folder(asked.forms), _key(asked, data), database_url(), demo=asked.demo,
                HOSTS=[asked.address] if asked.address else [], INSTANCE=instance.token,
            )
        _tell_findings(findings)
        _greet(asked)
        serve(app, door, bool(asked.address))
    return 0


def _address(asked: argparse.Namespace) -> str:
    """Where this machine's browser finds the pages."""
    return f"http://{HOST}:{asked.port}/"


@contextmanager
def _made_to_stay() -> Iterator[None]:
    """What is made inside is never looked through for garbage: that would take a third of the start, and later
    hold up a page for a fifth of a second."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _listening(port: int) -> socket.socket:
    """The place where browsers knock; taken first, since it may be somebody else's."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError):
        raise Trouble(
            "Port %(port)s cannot be used: another program has it, or this account may not. Choose another "
            "one, for example: dosar start --port %(other)s",
            port=port, other=PORT + 1 if port == PORT else PORT,
        ) from None


def _tell_findings(findings: Sequence[Any]) -> None:
    from app.language.folder import only_advice

    for found in findings:
        print(_said(found), file=sys.stderr)
    if not only_advice(findings):
        last_good = Message("The last good version of these files runs. Mend them and start again.")
        print(say(last_good), file=sys.stderr)


def _said(found: Any) -> str:
    return str(found.say(translate_to(own_language())))


def _greet(asked: argparse.Namespace) -> None:
    if asked.demo:
        from app.demo import accounts, password_of

        print(say(Message("Demo: user name, password, role")))
        for account in accounts(forms_folder(asked.forms)):
            print(f"{account['user']}\t{password_of(account['user'])}\t{account['role']}")
    address = _address(asked)
    print(f"Dosar: {address}   ({say(Message('Ctrl+C stops it'))})", flush=True)
    if not asked.no_browser:
        Timer(1.0, webbrowser.open, [address]).start()


# --- the other commands --------------------------------------------------------------------------------

def _upgrade(asked: argparse.Namespace) -> int:
    from app.access.time_zones import here
    from app.records.alone import alone_with
    from app.records.system import now
    from app.running import open_store, organisation_of
    from app.upgrading import upgrade

    data = _existing_data(asked)
    with alone_with(data):
        key = _key(asked, data)
        store = open_store(data, key, database_url())
        try:
            moment = here(now(), organisation_of(store).zone)
            return upgrade(store, data, forms_folder(asked.forms), key, asked.dry_run, moment)
        finally:
            store.close()


def _copy(asked: argparse.Namespace) -> int:
    from app.moving import move, target_of
    from app.records.alone import alone_with
    from app.running import open_store

    data = _existing_data(asked)
    with alone_with(data):
        source = open_store(data, _key(asked, data), database_url())
        target = target_of(asked.to, asked.to_key_file)
        try:
            move(source, target, asked.to)
        finally:
            source.close()
            target.close()
    return 0


def _check(asked: argparse.Namespace) -> int:
    import app.fields  # noqa: F401 - tells the language its kinds of question
    from app.language.checks import check
    from app.language.folder import read_folder

    forms = forms_folder(asked.forms)
    found = _compared_with_answers(asked, forms) if _can_open(asked) else check(read_folder(forms))
    for one in found:
        print(one.say(translate_to(asked.language)))
    return 1 if found else 0


def _can_open(asked: argparse.Namespace) -> bool:
    """Whether there are answers that the forms can be compared with: those named, or those of a usual start."""
    from app.records.keys import default_key_file
    from app.records.store import database_file

    if asked.data or database_url():
        return True
    usual = data_folder(None)
    key_file = asked.key_file or default_key_file(usual)
    return database_file(usual).is_file() and (asked.passphrase or key_file.is_file())


def _compared_with_answers(asked: argparse.Namespace, forms: Path) -> Sequence[Any]:
    from app.records.upgrade import look
    from app.running import open_store

    data = _existing_data(asked)
    store = open_store(data, _key(asked, data), database_url())
    try:
        return look(store, forms, converting=False).findings
    finally:
        store.close()


def _schema(asked: argparse.Namespace) -> int:
    import app.fields  # noqa: F401 - tells the language its kinds of question
    from app.language.schema import write_schema

    print(write_schema(forms_folder(asked.forms)))
    return 0
