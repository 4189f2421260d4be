"""What may be said once instead of at every command: in a file of settings, or in the environment.

A file is read before any option, and fills in what neither the command line nor the environment says. What is wrong in
it stops the command: a service that quietly used other folders than it was told would begin a new organisation there.
No secret stands in either; both name files in which one is.
"""

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from dosar.cli.console.locale import translate_message
from dosar.database.store_errors import StoreError
from dosar.language.load.finding import suggest_or_list
from dosar.language.text.message import Message

PREFIX = "DOSAR_"
SETTINGS_VARIABLE = "DOSAR_SETTINGS"
DATABASE_VARIABLE, DATABASE_FILE_VARIABLE = "DATABASE_URL", "DATABASE_URL_FILE"
SYSTEM_FILE = Path("/etc/dosar/dosar.toml")
"""Read where no other is named, and it is there."""
FILE_KEY = "dosar.settings_file"
"""Where a command remembers which file it has read."""
DATABASE_FILE_KEY = "dosar.database_file"
"""Where it remembers in which file the address of the database stands."""
OPENS_DATA = re.compile(r"pass|key|secret|card|token|slot", re.IGNORECASE)
"""Names of what must be typed, or lie in a file of its own."""


class SettingsRefused(click.ClickException):
    """What is wrong in the settings, all of it, each with its place."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        print(self.message, file=file or sys.stderr, flush=True)


def environment_name(option_name: str) -> str:
    """The variable of an option: ``--seal-after`` is ``DOSAR_SEAL_AFTER``."""
    return PREFIX + option_name.lstrip("-").replace("-", "_").upper()


def is_setting(option: click.Parameter) -> bool:
    """Whether an option may be said in the file and the environment, too."""
    return option.envvar is not None and option.envvar != SETTINGS_VARIABLE


def settings_of(command: click.Command) -> dict[str, click.Parameter]:
    """The settings of a program, by their names in the file."""
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    found = {str(option.name): option for option in command.params if is_setting(option)}
    for one in inner:
        found |= settings_of(one)
    return found


def read_settings(context: click.Context, _: click.Parameter, named: Path | None) -> None:
    """Fill in what the file says. Raises :class:`SettingsRefused`."""
    program = context.find_root().command
    known = settings_of(program)
    findings = [*_strange_variables(os.environ, known)]
    file = named or _system_file()
    if file is not None:
        said, text = _read(file)
        findings += _findings(file, text, said, known)
        taken = said.keys() & settings_of(context.command).keys()
        context.default_map = {name: _as_typed(file, known[name], said[name]) for name in taken}
        context.meta[FILE_KEY] = file
    if findings:
        raise SettingsRefused("\n".join(translate_message(finding) for finding in findings))


def use_database_file(context: click.Context, _: click.Parameter, file: Path | None) -> None:
    """The address of the database, with its password, stands in a file. Raises :class:`StoreError`."""
    if file is None:
        return
    if os.environ.get(DATABASE_VARIABLE):
        raise StoreError(
            "The address of the database is said twice: in DATABASE_URL and by DATABASE_URL_FILE or database_url_file. "
            "Take one of them away."
        )
    address = file.read_text(encoding="utf-8-sig").strip()
    if not address:
        raise StoreError("%(file)s is empty. Write the address of the database into it: postgresql://…", file=file)
    context.meta[DATABASE_FILE_KEY] = file
    context.with_resource(_variable(DATABASE_VARIABLE, address))


def place_of_setting(context: click.Context | None, option: click.Parameter) -> str | None:
    """Where somebody said what is wrong with the option, unless at the command line."""
    source = context.get_parameter_source(str(option.name)) if context is not None else None
    if context is not None and source is click.core.ParameterSource.DEFAULT_MAP:
        return f"{context.meta[FILE_KEY]}: {option.name}"
    return str(option.envvar) if source is click.core.ParameterSource.ENVIRONMENT else None


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Inside, the environment says so."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def _system_file() -> Path | None:
    """The file of the computer; one that lies where this account may not look is somebody else's."""
    try:
        SYSTEM_FILE.stat()
    except OSError:
        return None
    return SYSTEM_FILE


def _read(file: Path) -> tuple[dict[str, Any], str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except ValueError as error:
        unread = Message(
            '%(file)s cannot be read as TOML: %(why)s. Each line is like port = 8080 or data = "/var/lib/dosar/data".',
            {"file": file, "why": error},
        )
        raise SettingsRefused(translate_message(unread)) from None


def _findings(
    file: Path, text: str, said: Mapping[str, Any], known: Mapping[str, click.Parameter]
) -> Iterator[Message]:
    for name, value in said.items():
        place = _place(file, text, name)
        if name not in known:
            yield _unknown(place, name, known)
        elif not _fits(known[name], value):
            yield Message(
                "%(place)s: %(name)s has a value of another kind. Write true or false behind what is said or not, a "
                "number, or a text between quotation marks.",
                {"place": place, "name": name},
            )


def _unknown(place: str, name: str, known: Mapping[str, click.Parameter]) -> Message:
    if name.lower() == DATABASE_VARIABLE.lower():
        return Message(
            "%(place)s: the address of the database has a password in it. Write it into a file that only Dosar may "
            'read, and its name here: database_url_file = "/etc/dosar/database-url".',
            {"place": place},
        )
    if OPENS_DATA.search(name) and not get_close_matches(name, known, n=1, cutoff=0.8):
        return _opens_data(place)
    return Message(
        '%(place)s: unknown setting "%(name)s"%(hint)s',
        {"place": place, "name": name, "hint": suggest_or_list(name, known)},
    )


def _opens_data(place: str) -> Message:
    return Message(
        "%(place)s: what opens the data stands neither in a file of settings nor in the environment, where other "
        "programs and logs see it. Type it in the page, or name a key file with key_file or DOSAR_KEY_FILE.",
        {"place": place},
    )


def _strange_variables(environment: Mapping[str, str], known: Mapping[str, click.Parameter]) -> Iterator[Message]:
    """Names that were mistyped. Others that begin so are not ours: Kubernetes sets ``DOSAR_SERVICE_HOST``."""
    ours = {str(option.envvar) for option in known.values()} | {SETTINGS_VARIABLE, DATABASE_FILE_VARIABLE}
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in ours or not environment[name]:
            continue
        if close := get_close_matches(name, ours, n=1, cutoff=0.85):
            yield Message('%(name)s: unknown setting; did you mean "%(close)s"?', {"name": name, "close": close[0]})
        elif OPENS_DATA.search(name):
            yield _opens_data(name)


def _place(file: Path, text: str, name: str) -> str:
    lines = text.splitlines()
    written = re.compile(rf"""\s*\[*["']?{re.escape(name)}\b""")
    number = next((number for number, line in enumerate(lines, 1) if written.match(line)), None)
    return f"{file}:{number}" if number else str(file)


def _fits(option: click.Parameter, value: Any) -> bool:
    return (
        isinstance(value, bool)
        if _is_flag(option)
        else isinstance(value, str | int | float) and not isinstance(value, bool)
    )


def _as_typed(file: Path, option: click.Parameter, value: Any) -> Any:
    """As at the command line; the name of a file begins where the settings lie."""
    if isinstance(value, bool):
        return value
    return str(file.absolute().parent / str(value)) if isinstance(option.type, click.Path) else str(value)


def _is_flag(option: click.Parameter) -> bool:
    return isinstance(option, click.Option) and option.is_flag
