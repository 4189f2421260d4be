"""``dosar update``: which version runs, a new one beside it, and back to the one before."""

from pathlib import Path

import click

from dosar.cli.console.localized import PATH, LocalizedCommand, option
from dosar.cli.places import Places, place_options
from dosar.language.text.message import msgid


@click.command(
    cls=LocalizedCommand,
    help=msgid("put a new version beside the one that runs, and go over to it; without a file: say which one runs"),
    options_metavar=msgid("[OPTIONS]"),
)
@click.argument("file", type=PATH, metavar="[FILE]", required=False)
@option("--look", msgid("only look at the file: who signed it, what it brings"), is_flag=True)
@option("--back", msgid("back to the version before, with the data of before"), is_flag=True)
@option("--without-backup", msgid("do it also where no back-up can be made"), is_flag=True)
@place_options
def update(places: Places, file: Path | None, look: bool, back: bool, without_backup: bool) -> int:
    from dosar.cli.update import look_at_update, say_what_runs, update_program
    from dosar.cli.update_back import go_back_to_before

    if back:
        go_back_to_before(places)
    elif file is None:
        say_what_runs(places)
    else:
        found = look_at_update(file)
        if not look:
            update_program(places, found, without_backup)
    return 0
