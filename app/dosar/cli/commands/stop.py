"""``dosar stop``: for an installer, a script, or whoever has closed the window."""

import time
from typing import Any

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import command, option
from dosar.cli.places import Places, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

LONGEST_STOP = 60.0
LOOK_SECONDS = 0.2


@command(msgid("stop the Dosar that runs on the data folder, once what is being saved is saved"))
@option("--demo", msgid("the demo"), is_flag=True)
@place_options
def stop(places: Places, demo: bool, **_: Any) -> int:
    from dosar.cli.serving.single_instance import is_answering
    from dosar.cli.serving.stop_request import ask_to_stop
    from dosar.database.installation.lock_file import published_instance

    data = places.data_folder(demo)
    instance = published_instance(data)
    if instance is None or not is_answering(instance):
        print(translate_message(Message("No Dosar runs on the data folder %(folder)s.", {"folder": data})))
        return 0
    ask_to_stop(data, instance)
    until = time.monotonic() + LONGEST_STOP
    while published_instance(data) == instance:
        if time.monotonic() > until:
            raise StoreError(
                "Dosar has been asked to stop, and is still at work: it may be making a back-up. Wait a little, and "
                "try again."
            )
        time.sleep(LOOK_SECONDS)
    print(translate_message(Message("Dosar has stopped, and the data are closed.")))
    return 0
