"""What the first page tells of the back-ups: one line, and what is wrong with them."""

from collections.abc import Iterator

from flask import current_app, url_for
from flask_babel import gettext

from dosar.access.sealed.after_restore import CARD, PASSPHRASE
from dosar.access.services import access_services
from dosar.backups.keeping.runs import restored_from
from dosar.backups.keeping.warnings import backup_warnings
from dosar.pages.admin.keys.changing import wanted_here
from dosar.pages.backups.backup_state import WORK, current_copy, has_card, place_states
from dosar.pages.backups.backup_words import last_backup_text, opened_copy_text, warning_text
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext

WHO_LOOKS = frozenset({"organisation", "recycle"})
"""Whoever opens one of these administration pages is told: the administrator and the coordinator."""


def backup_block(context: PageContext) -> HomeBlock | None:
    """Nothing where there is nobody who could make one."""
    services = access_services()
    if context.worker.pages.isdisjoint(WHO_LOOKS) or WORK not in current_app.extensions or services.is_demo():
        return None
    may_change = "organisation" in context.worker.pages
    url = url_for("BackupsPage.backups") if may_change else f"{url_for('HelpPages.help')}#copies"
    places, now = place_states(), services.clock()
    restored = restored_from(services.session)
    lines = [HomeEntry(last_backup_text(places, restored), url)] if places or restored else []
    warnings = backup_warnings(places, has_card(), now, restored)
    lines += [HomeEntry(warning_text(warning, places, now, restored), url, is_warning=True) for warning in warnings]
    if may_change:
        lines += [HomeEntry(text, address, is_warning=True) for text, address in _renewal()]
    if "recycle" in context.worker.pages and (opened := opened_copy_text(current_copy())):
        lines.append(HomeEntry(opened, url_for("SalvagePage.overview")))
    return HomeBlock(gettext("Back-ups"), lines)


def _renewal() -> Iterator[tuple[str, str]]:
    """What to make anew after a restore, and where."""
    wanted, keys = wanted_here(), url_for("KeysPage.keys")
    if PASSPHRASE in wanted:
        yield gettext("After the restore: set a new passphrase, others may have seen it."), f"{keys}#passphrase"
    if CARD in wanted:
        yield gettext("After the restore: replace the recovery cards, the envelope was opened."), f"{keys}#cards"
