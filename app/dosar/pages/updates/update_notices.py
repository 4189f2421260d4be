"""What the first page tells whoever answers for the organisation of new versions."""

from flask import url_for
from flask_babel import gettext

from dosar.access.services import access_services
from dosar.database.joint_reads import DeferredRead, known_result
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext
from dosar.pages.formatting import when_text
from dosar.pages.updates.update_state import versions
from dosar.pages.updates.update_words import out_of_date_text, trouble_lines
from dosar.updates.check.check_settings import CheckSettings, query_check_settings


def query_news(context: PageContext) -> DeferredRead[CheckSettings | None]:
    """What is known of new versions, for who answers for the organisation; of a demo nothing."""
    if "organisation" not in context.worker.pages or access_services().is_demo():
        return known_result(None)
    return query_check_settings()


def update_block(settings: CheckSettings | None) -> HomeBlock | None:
    """Nothing where nothing is new, on trial or wrong."""
    if settings is None:
        return None
    found = versions()
    url = url_for("UpdatePage.update")
    entries = [HomeEntry(line, url, is_warning=True) for line in trouble_lines(found)]
    if found.is_on_trial and found.since is not None:
        on_trial = gettext("Version %(version)s is running on trial", version=found.running)
        entries.append(HomeEntry(on_trial, url, gettext("since: %(when)s", when=when_text(found.since))))
    if out_of_date_text(settings, access_services().clock().date()):
        entries.append(HomeEntry(gettext("There is no fresh news of new versions"), url, is_warning=True))
    newer = settings.newer_than(found.running) if settings.is_on else None
    if newer is not None:
        entries.append(HomeEntry(gettext("Version %(version)s is there", version=newer.version), url))
    return HomeBlock(gettext("Update"), entries) if entries else None
