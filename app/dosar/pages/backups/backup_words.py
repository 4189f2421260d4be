"""What is said of back-ups: when, how large, where, and what is wrong with them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import format_decimal, gettext, lazy_gettext, ngettext

from dosar.backups.file.manifest import Manifest
from dosar.backups.keeping.warnings import BackupWarning, PlaceState, failed_places, last_good_of, long_away
from dosar.backups.places.addresses import PLACE_KINDS
from dosar.backups.reading.contents import contents_of
from dosar.backups.salvage.copy_work import CopyWork
from dosar.pages.formatting import time_text, when_text
from dosar.pages.rendering.work_progress import StepWords

KIND_NAMES: Mapping[str, object] = {kind: lazy_gettext(words) for kind, words in PLACE_KINDS.items()}


def last_backup_text(places: list[PlaceState], restored: datetime | None = None) -> str:
    """When the last good one was made; or of when the back-up is that the data came from, if none was made since."""
    if restored is not None:
        when = when_text(restored)
        return gettext("Restored from the back-up of %(when)s; none was made since", when=when)
    last = last_good_of(places)
    if last is None:
        return gettext("There is no back-up yet")
    return gettext("Last back-up: %(when)s, checked", when=when_text(last))


def warning_text(
    warning: BackupWarning, places: list[PlaceState], moment: datetime, restored: datetime | None = None
) -> str:
    """One sentence, with what to do."""
    return {
        BackupWarning.NO_PLACE: lambda: gettext(
            "No back-ups are made: nobody has said yet where they go. If this computer is lost, everything is lost."
        ),
        BackupWarning.NEVER: lambda: gettext("There is no back-up yet. Make the first one now."),
        BackupWarning.OLD: lambda: _old_text(last_good_of(places, restored) or moment, moment),
        BackupWarning.ONLY_THIS_DISK: lambda: gettext(
            "The back-ups lie on the same disk as the data: if the computer is stolen or the disk dies, both are gone. "
            "Add a USB stick or a place elsewhere."
        ),
        BackupWarning.FAILED: lambda: _failed_text(places, moment),
        BackupWarning.LONG_AWAY: lambda: " ".join(
            _away_text(place.title, moment - place.last_good)
            for place in long_away(places, moment)
            if place.last_good is not None
        ),
        BackupWarning.NO_CARD: lambda: gettext(
            "There is no recovery card yet: if the computer is lost and nobody knows the passphrase, no back-up can be "
            "opened."
        ),
    }[warning]()


def _old_text(last: datetime, moment: datetime) -> str:
    days = (moment - last) // timedelta(days=1)
    return ngettext(
        "The last back-up is %(num)s day old. Make one now.",
        "The last back-up is %(num)s days old. Make one now.",
        days,
    )


def _failed_text(places: list[PlaceState], moment: datetime) -> str:
    """Beside a good one of the same hour nobody is told that there is none."""
    failed = failed_places(places, moment)
    why = " ".join(f"{place.title}: {place.trouble.say(gettext)}" for place in failed if place.trouble is not None)
    if any(place.trouble is None for place in places):
        return gettext("The last back-up did not get to every place. %(why)s", why=why)
    return gettext("The last back-up did not succeed. %(why)s", why=why)


def _away_text(title: str, age: timedelta) -> str:
    days = age // timedelta(days=1)
    return ngettext(
        "%(place)s has not been connected for %(num)s day. Connect it, so that it gets a back-up, too.",
        "%(place)s has not been connected for %(num)s days. Connect it, so that it gets a back-up, too.",
        days,
        place=title,
    )


def contents_text(manifest: Manifest) -> str:
    """How much is in a back-up, and of when it is."""
    contents = contents_of(manifest.tables)
    return gettext(
        "%(cases)s, %(sheets)s, %(accounts)s, as of %(when)s.",
        cases=ngettext("%(count)s case", "%(count)s cases", contents.cases, count=format_decimal(contents.cases)),
        sheets=ngettext("%(count)s sheet", "%(count)s sheets", contents.sheets, count=format_decimal(contents.sheets)),
        accounts=ngettext(
            "%(count)s account", "%(count)s accounts", contents.accounts, count=format_decimal(contents.accounts)
        ),
        when=when_text(manifest.moment),
    )


def opened_copy_text(work: CopyWork) -> str:
    """That a back-up is open for single records, and for how long; nothing where none is."""
    if work.moment is None or work.closes_at is None:
        return ""
    return gettext(
        "The back-up of %(moment)s is open for single records until %(until)s. Whoever may bring deleted records back "
        "finds it under “Deleted records”.",
        moment=when_text(work.moment),
        until=time_text(work.closes_at),
    )


_COPIED, _WRITTEN = lazy_gettext("The data are being copied…"), lazy_gettext("The back-up is being written…")
_READ, _CHECKED = lazy_gettext("The back-up is being read back…"), lazy_gettext("The back-up is being checked…")
_FETCHED, _COUNTED = lazy_gettext("The back-up is being fetched…"), lazy_gettext("Everything in it is being counted…")
_TRIED = lazy_gettext("The card or the passphrase is being tried…")
MAKING_STEPS: Mapping[str, StepWords] = {
    "copy": StepWords(_COPIED, 0, 20),
    "count": StepWords(_COUNTED, 20, 30),
    "pack": StepWords(_WRITTEN, 30, 35),
    "seal": StepWords(_WRITTEN, 35, 40),
    "write": StepWords(_WRITTEN, 40, 55),
    "read": StepWords(_READ, 55, 70),
    "check": StepWords(_CHECKED, 70, 75),
    "unpack": StepWords(_CHECKED, 75, 80),
    "pages": StepWords(_CHECKED, 80, 90),
    "compare": StepWords(_COUNTED, 90, 100),
}
RESTORING_STEPS: Mapping[str, StepWords] = {
    "read": StepWords(_FETCHED, 0, 40),
    "check": StepWords(_CHECKED, 40, 55),
    "open": StepWords(_TRIED, 55, 60),
    "unpack": StepWords(_CHECKED, 60, 70),
    "pages": StepWords(_CHECKED, 70, 85),
    "compare": StepWords(_COUNTED, 85, 100),
    "fit": StepWords(lazy_gettext("The back-up is made to fit the forms of today…"), 85, 100),
}
