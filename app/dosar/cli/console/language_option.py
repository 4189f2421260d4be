"""``--language``: for a command whose words somebody else reads than whoever set the computer up."""

import click

from dosar.cli.console.locale import command_languages, computer_language, translate_message
from dosar.cli.console.localized import option
from dosar.language.load.finding import suggest_or_list
from dosar.language.text.message import Message, msgid


def _known_language(context: click.Context, parameter: click.Parameter, language: str) -> str:
    if language in command_languages():
        return language
    hint = suggest_or_list(language, command_languages())
    raise click.BadParameter(
        translate_message(Message('unknown language "%(language)s"%(hint)s', {"language": language, "hint": hint}))
    )


language_option = option(
    "--language", msgid("the language to say it in"), type=str, default=computer_language, callback=_known_language
)
