"""``dosar audit``: whether the audit log is whole, and the line by which that is told later."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dosar.cli.console.locale import translate_message
from dosar.cli.console.localized import LocalizedGroup, command, option
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from dosar.database.audit.verification import AuditVerdict
    from dosar.database.store import Store

BROKEN_EXIT_CODE = 1
EMPTIED = Message(
    "The audit log was emptied: it does not begin with the first start of Dosar. Keep the data folder as it is, and "
    "compare it with the last back-up."
)


@command(msgid("check that nothing in the audit log was changed or left out"))
@option("--anchor", msgid("a line that dosar audit anchor printed: nothing before it may be missing"), type=str)
@place_options
def verify(places: Places, anchor: str | None) -> int:
    from dosar.database.audit.chain import AUDIT_PURPOSE
    from dosar.database.audit.verification import begins_with_first_start, read_anchor, verify_chain

    line = read_anchor(anchor) if anchor is not None else None
    if anchor is not None and line is None:
        raise StoreError("This is no anchor. Copy the whole line that dosar audit anchor printed.")
    with _audited_store(places) as store, store.snapshot() as connection:
        verdict = verify_chain(connection, store.purpose_key(AUDIT_PURPOSE), line)
        is_emptied = verdict.broken_at is None and not verdict.removed and not begins_with_first_start(connection)
    if is_emptied:
        print(translate_message(EMPTIED))
        return BROKEN_EXIT_CODE
    print(translate_message(_told(verdict)))
    return 0 if verdict.is_whole and not verdict.is_anchor_removed else BROKEN_EXIT_CODE


@command(msgid("print the end of the audit log as one line, to be kept on paper or elsewhere"))
@place_options
def anchor(places: Places) -> int:
    from dosar.database.audit.reading import ANCHORED_ACTION
    from dosar.database.audit.verification import anchor_line

    with _audited_store(places) as store:
        store.tell(ANCHORED_ACTION)
        with store.snapshot() as connection:
            print(anchor_line(connection))
    return 0


@command(msgid("remove old entries of the audit log; what is left still proves itself"))
@option(
    "--years",
    msgid("how many years are kept; without it as many as the page “Organisation” says"),
    type=click.IntRange(1, 100),
    metavar="YEARS",
)
@place_options
def prune(places: Places, years: int | None) -> int:
    from dosar.access.audit.audit_term import read_audit_years
    from dosar.database.audit_pruning import prune_events
    from dosar.database.system_tables import utc_now

    today = utc_now().replace(hour=0, minute=0, second=0)
    with _audited_store(places) as store:
        with store.snapshot() as connection:
            least = read_audit_years(connection)
        if years is not None and years < least:
            raise StoreError(
                "The audit log is kept for %(least)s years, and nothing younger is removed. The page “Organisation” "
                "says so; fewer than there need a second person.",
                least=least,
            )
        before = today.replace(year=today.year - (years or least), day=min(today.day, 28))
        removed = prune_events(store, before)
    print(
        translate_message(
            Message(
                "Entries of before %(day)s that were removed from the audit log: %(number)s. Take a new anchor "
                "(dosar audit anchor): those of before prove nothing any more.",
                {"day": before.date().isoformat(), "number": removed},
            )
            if removed
            else Message("The audit log has no entry of before %(day)s.", {"day": before.date().isoformat()})
        )
    )
    return 0


audit = LocalizedGroup(
    "audit",
    commands=[verify, anchor, prune],
    help=msgid("check the audit log, print its end, or remove its oldest entries"),
    options_metavar=None,
    subcommand_metavar=msgid("COMMAND"),
)


def _told(verdict: "AuditVerdict") -> Message:
    if verdict.broken_at is not None:
        return Message(
            "The audit log was changed: event %(number)s is missing, or is not as it was written. Keep the data "
            "folder as it is, and compare it with the last back-up.",
            {"number": verdict.broken_at},
        )
    if verdict.lacks_anchor:
        return Message(
            "The audit log was cut off or replaced: it has not the event of the anchor. Keep the data folder as it "
            "is, and compare it with the last back-up.",
            {},
        )
    if verdict.is_anchor_removed:
        return Message(
            "The audit log is whole behind event %(number)s, up to which old ones were removed; the anchor is of one "
            "of those, and proves nothing any more. Take a later one.",
            {"number": verdict.removed},
        )
    if verdict.removed:
        return Message(
            "The audit log is whole: %(number)s events, behind event %(removed)s, up to which old ones were removed.",
            {"number": verdict.head.seq - verdict.removed, "removed": verdict.removed},
        )
    return Message("The audit log is whole: %(number)s events.", {"number": verdict.head.seq})


@contextmanager
def _audited_store(places: Places) -> Iterator["Store"]:
    """The database as it is, while Dosar may be running: nothing is written but to the log itself."""
    from dosar.cli.runtime import open_used_store

    data = places.existing_data_folder(database_url())
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        if not store.open_kept_data_key():
            raise StoreError("The database has no audit log yet. Start Dosar on it first (dosar start).")
        yield store
    finally:
        store.close()
