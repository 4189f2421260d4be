"""``dosar upgrade``: the database fits changed forms."""

from dosar.cli.language_option import language_option
from dosar.cli.localized import command, option
from dosar.cli.places import Places, database_url, place_options
from dosar.language.text.message import msgid


@command(msgid("make the database fit changed forms, after taking a copy"))
@option("--dry-run", msgid("only say what would change"), is_flag=True)
@language_option
@place_options
def upgrade(places: Places, dry_run: bool, language: str) -> int:
    from dosar.access.time_zones import local_time
    from dosar.cli.only_program import only_program
    from dosar.cli.runtime import open_used_store, stored_organisation
    from dosar.cli.upgrade import upgrade_organisation
    from dosar.database.system_tables import utc_now

    data = places.existing_data_folder(database_url())
    with only_program(data, database_url()):
        key = places.encryption_key(data)
        store = open_used_store(data, key, database_url())
        try:
            moment = local_time(utc_now(), stored_organisation(store).zone)
            return upgrade_organisation(store, data, places.forms_folder(), key, dry_run, moment, language)
        finally:
            store.close()
