"""Blocks of the first page for whoever looks after Dosar: what must not wait, and what to begin with."""

from flask import url_for
from flask_babel import gettext

from dosar.pages.admin.keys.keys_page import has_card_on_paper, keys_need_care
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext


def damage_block(context: PageContext) -> HomeBlock | None:
    """What whoever looks after Dosar must know first."""
    damage = context.repository.store.damage
    if damage is None or "users" not in context.worker.pages:
        return None
    return HomeBlock(gettext("The database is damaged"), empty=damage.message.say(gettext))


def keys_block(context: PageContext) -> HomeBlock | None:
    """That a stolen computer would tell everything, or that nothing is on paper."""
    if "organisation" not in context.worker.pages or not keys_need_care():
        return None
    line = HomeEntry(
        gettext("Set a passphrase and print the recovery card"),
        url_for("KeysPage.keys"),
        gettext("until then, whoever has this computer may have the data, or nobody has"),
    )
    return HomeBlock(gettext("Key of the data"), [line])


def administration_block(context: PageContext) -> HomeBlock | None:
    """What whoever looks after accounts and forms begins with."""
    if "users" not in context.worker.pages:
        return None
    copies, forms = f"{url_for('HelpPages.help')}#copies", url_for("FormProblemsPage.forms")
    lines = [
        (gettext("Invite a colleague"), url_for("UsersPage.new"), gettext("a link with which she chooses a password")),
        (gettext("See which forms run"), forms, gettext("and what is wrong in their files")),
        (
            gettext("Keep what opens the data in a second place"),
            copies,
            gettext("the recovery card or the key file: without it nobody can read the data"),
        ),
    ]
    done = {copies} if has_card_on_paper() else set()
    if "forms" not in context.worker.pages:
        done.add(forms)
    entries = [HomeEntry(*line) for line in lines if line[1] not in done]
    return HomeBlock(gettext("Looking after Dosar"), entries)
