"""``dosar update --back``: the version before, with the data of before."""

from pathlib import Path

from dosar.cli.console.locale import translate_message
from dosar.cli.only_program import only_program
from dosar.cli.places import Places, database_url
from dosar.cli.update import restart_running, say_lines_back
from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Message
from dosar.updates.data.going_back import NoWayBack, go_back, put_back_data, way_back
from dosar.updates.data.kept import read_kept
from dosar.updates.programs.program import running_version


def go_back_to_before(places: Places) -> None:
    """Where both programs lie side by side, all of it; where the one before was installed by hand, its data. Raises
    :class:`~dosar.database.store_errors.StoreError`, and nothing was changed."""
    data = places.existing_data_folder(database_url())
    kept = read_kept(data)
    if way_back(data) is not None:
        _go_back(places, data)
    elif kept is None:
        raise NoWayBack
    elif kept.to == running_version():
        say_lines_back(places, kept)
    else:
        _put_back(places, data)


def _go_back(places: Places, data: Path) -> None:
    program = go_back(data, places.encryption_key(data), utc_now())
    told = Message(
        "Version %(version)s runs from the next start on, with the data of before the update. What is there now will "
        "be kept in %(folder)s.",
        {"version": program.version, "folder": data / BEFORE_RESTORE_FOLDER},
    )
    print(translate_message(told), flush=True)
    restart_running(data)


def _put_back(places: Places, data: Path) -> None:
    with only_program(data):
        aside = put_back_data(data, places.encryption_key(data), utc_now())
    told = Message(
        "The data of before the update are in place again. What was there is kept in %(folder)s.", {"folder": aside}
    )
    print(translate_message(told), flush=True)
