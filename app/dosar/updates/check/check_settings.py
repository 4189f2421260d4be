"""Whether the organisation wants to be told of new versions, and what it was told last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dosar.access.organisation.settings import query_settings, write_setting
from dosar.database.joint_reads import DeferredRead
from dosar.updates.check.newest import Newest, newest_from_text, newest_to_text
from dosar.updates.programs.versions import is_newer

ASKS_SETTING, ASKED_SETTING, SEEN_SETTING = "updates.asks", "updates.asked", "updates.seen"


@dataclass(frozen=True)
class CheckSettings:
    """As it is until somebody says otherwise: nobody is asked."""

    is_on: bool = False
    asked: datetime | None = None
    """When it was asked last, whatever came of it."""
    seen: Newest | None = None
    """The newest version that was told."""

    def is_out_of_date(self, today: date) -> bool:
        """Whether news are wanted, and what was told last is not to be believed any more."""
        return self.is_on and self.seen is not None and self.seen.until < today

    def newer_than(self, version: str) -> Newest | None:
        """What is there that is newer than the version that runs."""
        return self.seen if self.seen is not None and is_newer(self.seen.version, version) else None


def read_check_settings(session: Any) -> CheckSettings:
    """What is wanted and known now."""
    return query_check_settings().read(session)


def query_check_settings() -> DeferredRead[CheckSettings]:
    """The same, to be asked for together with others."""
    return query_settings(ASKS_SETTING, ASKED_SETTING, SEEN_SETTING).then(_check_settings)


def _check_settings(kept: Mapping[str, str]) -> CheckSettings:
    asked = kept[ASKED_SETTING]
    return CheckSettings(
        bool(kept[ASKS_SETTING]),
        datetime.fromisoformat(asked) if asked else None,
        newest_from_text(kept[SEEN_SETTING]),
    )


def switch_check(session: Any, on: bool) -> None:
    """Have it asked once a day, or never, inside the caller's transaction."""
    write_setting(session, ASKS_SETTING, "1" if on else "")


def note_asked(session: Any, moment: datetime) -> None:
    """It is asked now, inside the caller's transaction."""
    write_setting(session, ASKED_SETTING, moment.isoformat())


def note_seen(session: Any, newest: Newest) -> None:
    """Keep what was told, inside the caller's transaction."""
    write_setting(session, SEEN_SETTING, newest_to_text(newest))
