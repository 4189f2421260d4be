"""``dosar --version``: what somebody who helps from afar asks first."""

import click

from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message


def tell_version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    """Say it and end; reads no data, and takes no longer than help does."""
    if not wanted:
        return
    from dosar.database.format_number import FORMAT_VERSION
    from dosar.updates.programs.program import running_version

    told = Message(
        "Dosar %(version)s, database format %(format)s", {"version": running_version(), "format": FORMAT_VERSION}
    )
    click.echo(translate_message(told))
    context.exit()
