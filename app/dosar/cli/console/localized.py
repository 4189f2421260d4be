"""Click in the language of the person's computer: its own sentences by gettext, as it asks for them, and ours.

Help is translated when it is shown, so that a command that nobody asks about reads no texts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import bindtextdomain, gettext
from pathlib import Path
from typing import Any

import click

from dosar.cli.console.locale import computer_language
from dosar.cli.console.settings_file import environment_name, place_of_setting
from dosar.language.text.message import msgid
from dosar.language.text.translations import translations_folder

ENVIRONMENT_HELP = msgid("""\
environment:
  DATABASE_URL        keep the data in PostgreSQL instead of the data folder, for example
                      postgresql://dosar:password@localhost/dosar
  DATABASE_URL_FILE   as --database-url-file
  DOSAR_DATA, ...     as --data and so on; they and the file of --settings are told in Operations
  LANG                the language that the commands speak, such as ro_RO.UTF-8
""")
AS_IT_STANDS = "\b\n"
"""Tells click that the lines of a paragraph are not to be filled."""
GETTEXT_DOMAIN = "messages"
GETTEXT_LANGUAGE = "LANGUAGE"
"""The variable that gettext asks first, on Windows too."""


@contextmanager
def speaking_computer_language() -> Iterator[None]:
    """Inside, gettext speaks as the computer does."""
    before = os.environ.get(GETTEXT_LANGUAGE)
    bindtextdomain(GETTEXT_DOMAIN, str(translations_folder()))
    os.environ[GETTEXT_LANGUAGE] = computer_language()
    try:
        yield
    finally:
        del os.environ[GETTEXT_LANGUAGE]
        if before is not None:
            os.environ[GETTEXT_LANGUAGE] = before


class LocalizedCommand(click.Command):
    """A command whose help says, in any language, what it does: ``start the application``."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        does = gettext(str(self.help))
        formatter.write_paragraph()
        formatter.write_text(f"{does[0].upper()}{does[1:]}{'' if does.endswith('.') else '.'}")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text(AS_IT_STANDS + gettext(ENVIRONMENT_HELP))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [gettext(piece) for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click makes it once, in the language of that moment."""
        shows_help = super().get_help_option(ctx)
        if shows_help is not None:
            shows_help.help = gettext(msgid("Show this message and exit."))
        return shows_help

    def get_short_help_str(self, limit: int = 45) -> str:
        return gettext(str(self.help))


class LocalizedGroup(LocalizedCommand, click.Group):
    """The commands of a program, in the order they are given in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class LocalizedOption(click.Option):
    """An option whose help is translated; what is to be written behind it is called as the option is."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        spelled, help_text = super().get_help_record(ctx) or ("", "")
        return spelled, gettext(help_text) % {"default": self.default}

    def get_error_hint(self, ctx: click.Context | None) -> str:
        return place_of_setting(ctx, self) or super().get_error_hint(ctx)

    def make_metavar(self, ctx: click.Context) -> str:
        return self.metavar or str(self.name).upper()


def command(does: str) -> Callable[[Callable[..., Any]], LocalizedCommand]:
    """A command named like its function, that returns the exit code."""
    return click.command(cls=LocalizedCommand, help=does, options_metavar=msgid("[OPTIONS]"))


def option(name: str, says: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option of a command."""
    return click.option(name, cls=LocalizedOption, help=says, **settings)


def setting(name: str, says: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that the environment and the file of settings may say, too."""
    return option(name, says, **{"envvar": environment_name(name), **settings})


PATH = click.Path(path_type=Path)
