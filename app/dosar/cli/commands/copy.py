"""``dosar copy``: an organisation moves to another database.

Who moves to the database that ``DATABASE_URL`` names already, moves there from the data folder.
"""

from pathlib import Path

from dosar.cli.console.localized import PATH, command, option
from dosar.cli.places import Places, database_url, place_options
from dosar.language.text.message import msgid


@command(msgid("copy everything to another, empty database"))
@option(
    "--to",
    msgid("a new data folder, a postgresql:// address, or @FILE with such an address in it"),
    type=str,
    required=True,
)
@option("--to-key-file", msgid("the key of the new data folder, outside of it"), type=PATH)
@place_options
def copy(places: Places, to: str, to_key_file: Path | None) -> int:
    from dosar.cli.copy import (
        copy_organisation,
        is_database_address,
        named_target,
        open_copy_target,
        refuse_unfit_target,
    )
    from dosar.cli.only_program import only_program
    from dosar.cli.runtime import open_used_store

    to = named_target(to)
    source_url = None if to == database_url() else database_url()
    data = places.existing_data_folder(source_url)
    refuse_unfit_target(to, data)
    target_url = to if is_database_address(to) else None
    with only_program(data, source_url, target_url):
        key = places.encryption_key(data)
        source = open_used_store(data, key, source_url)
        target = open_copy_target(to, key, to_key_file)
        try:
            copy_organisation(source, target, to)
        finally:
            source.close()
            target.close()
    return 0
