"""``dosar remind``: the mails that are due, sent now."""

import sys

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import command
from dosar.cli.console.troubles import translate_trouble
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

SOME_FAILED = 1


@command(msgid("send by mail what is due, from cron or the Windows scheduler; while Dosar runs it does so by itself"))
@place_options
def remind(places: Places) -> int:
    from dosar.access.services import AccessServices
    from dosar.cli.runtime import open_used_store
    from dosar.mail.account import read_account
    from dosar.mail.delivery import MailDelivery
    from dosar.migrations.upgrade import last_good_definition
    from dosar.records.repository import Repository

    data = places.existing_data_folder(database_url())
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        store.open_kept_data_key()
        if read_account(store.session) is None:
            raise StoreError("No mail account is set up in Dosar yet: an administrator does so on the page “Mail”.")
        definition = last_good_definition(store)
        done = MailDelivery(AccessServices(store, definition), Repository(store, definition)).look()
    finally:
        store.close()
    told = Message("Mails sent: %(sent)s; not sent: %(failed)s.", {"sent": done.sent, "failed": done.failed})
    print(translate_message(told), flush=True)
    if done.trouble is not None:
        print(translate_trouble(done.trouble), file=sys.stderr, flush=True)
    return SOME_FAILED if done.failed else 0
