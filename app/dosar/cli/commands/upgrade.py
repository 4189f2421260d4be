"""``dosar upgrade``: the database fits changed forms."""

from dosar.cli.console.language_option import language_option
from dosar.cli.console.localized import command, option
from dosar.cli.places import Places, place_options
from dosar.language.text.message import msgid


@command(msgid("make the database fit changed forms, after taking a copy"))
@option("--dry-run", msgid("only say what would change"), is_flag=True)
@language_option
@place_options
def upgrade(places: Places, dry_run: bool, language: str) -> int:
    from dosar.access.organisation.time_zones import local_time
    from dosar.cli.only_program import stopped_data
    from dosar.cli.runtime import stored_organisation
    from dosar.cli.upgrade import upgrade_organisation
    from dosar.database.system_tables import utc_now

    with stopped_data(places) as data:
        moment = local_time(utc_now(), stored_organisation(data.store).zone)
        return upgrade_organisation(data.store, data.folder, places.forms_folder(), data.key, dry_run, moment, language)
