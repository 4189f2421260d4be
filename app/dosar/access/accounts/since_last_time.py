"""What happened to an account since its owner last came in: she alone knows what of it was not hers.

Whoever comes in first may not be she. So it is told at every sign-in until somebody says that it was seen, and then for
a week more in browsers where nobody said so.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from dosar.access.audit.account_log import AccountAction, AccountEntry, account_entries
from dosar.access.organisation.settings import read_setting, write_setting
from dosar.access.services import AccessServices
from dosar.access.tables import user_table

WAYS_IN: tuple[AccountAction, ...] = (
    "invited",
    "password",
    "telephone",
    "telephone_dropped",
    "telephone_code",
    "telephone_reset_asked",
    "recovery_codes",
    "passkey_added",
    "passkey_removed",
    "unlocked",
)
"""What changes how somebody gets in."""
WORTH_TELLING = 3
"""So many wrong passwords and codes are no slip of her fingers any more."""
MOST_CHANGES = 20
"""On her profile: more than somebody makes who wants one of them pushed out of sight, unseen."""


TOLD_ELSEWHERE_FOR = timedelta(days=7)
"""So long it is told in other browsers after somebody said in one that it was seen: he may have been the thief."""
MOST_BROWSERS = 10


@dataclass(frozen=True)
class KeptNotice:
    """What is kept of it with the account; the changes are read from its history."""

    last: str
    wrong_tries: int
    seen: str = ""
    """When somebody said that it was seen."""
    browsers: tuple[str, ...] = ()
    """Where that was said, by their devices."""


@dataclass(frozen=True)
class SinceLastTime:
    """What she is told of when she comes in."""

    last: datetime
    wrong_tries: int
    """Wrong passwords and codes, or 0 where they were few."""
    changes: Sequence[AccountEntry]
    """Of the ways into her account, the newest first."""
    seen: datetime | None = None
    """When somebody said, in another browser, that it was seen."""


def notice_at_sign_in(services: AccessServices, user_id: int, device: str | None) -> SinceLastTime | None:
    """What is told to whoever comes in on this device, and kept until it was seen.

    To be asked before :func:`~dosar.access.login.login.count_sign_in`; None where there is nothing to tell, and at her
    first sign-in.
    """
    kept = _kept_notice(services, user_id)
    found = _since_sign_in(services, user_id, kept)
    if found is not None:
        kept = (
            found
            if kept is None
            else replace(kept, wrong_tries=kept.wrong_tries + found.wrong_tries, seen="", browsers=())
        )
        with services.store.writing() as session:
            write_setting(session, _notice_setting(user_id), json.dumps(asdict(kept)))
    return None if kept is None or device in kept.browsers else _as_told(services, user_id, kept)


def waiting_notice(services: AccessServices, user_id: int) -> SinceLastTime | None:
    """What is still told somewhere."""
    kept = _kept_notice(services, user_id)
    return None if kept is None else _as_told(services, user_id, kept)


def mark_seen(services: AccessServices, user_id: int, device: str | None) -> None:
    """Tell it no more in this browser, and for a while only in others."""
    with services.store.writing() as session:
        if (kept := _kept_notice(services, user_id)) is not None:
            browsers = (*kept.browsers, *filter(None, [device]))[-MOST_BROWSERS:]
            seen = replace(kept, seen=kept.seen or services.clock().isoformat(), browsers=browsers)
            write_setting(session, _notice_setting(user_id), json.dumps(asdict(seen)))


def _kept_notice(services: AccessServices, user_id: int) -> KeptNotice | None:
    """What is kept and not over."""
    text = read_setting(services.session, _notice_setting(user_id))
    kept = KeptNotice(**json.loads(text)) if text else None
    if kept is None:
        return None
    told_for = services.clock() - datetime.fromisoformat(kept.seen) if kept.seen else timedelta()
    return replace(kept, browsers=tuple(kept.browsers)) if told_for < TOLD_ELSEWHERE_FOR else None


def _since_sign_in(services: AccessServices, user_id: int, kept: KeptNotice | None) -> KeptNotice | None:
    """What happened since the last sign-in, or since that was seen which happened before."""
    user = user_table.c
    last, failed = services.session.execute(
        select(user.last_login, user.fail_login_count).where(user.id == user_id)
    ).one()
    if last is None:
        return None
    known = max(last, datetime.fromisoformat(kept.seen)) if kept is not None and kept.seen else last
    wrong_tries = failed if (failed or 0) >= WORTH_TELLING else 0
    has_changes = any(entry.at > known for entry in changed_ways_in(services, user_id))
    return KeptNotice(last.isoformat(), wrong_tries) if wrong_tries or has_changes else None


def _as_told(services: AccessServices, user_id: int, kept: KeptNotice) -> SinceLastTime:
    last = datetime.fromisoformat(kept.last)
    changes = [entry for entry in changed_ways_in(services, user_id) if entry.at > last]
    return SinceLastTime(last, kept.wrong_tries, changes, datetime.fromisoformat(kept.seen) if kept.seen else None)


def _notice_setting(user_id: int) -> str:
    return f"since_last_time.{user_id}"


def changed_ways_in(services: AccessServices, user_id: int) -> list[AccountEntry]:
    """The last changes of the ways into this account, the newest first."""
    return account_entries(services, MOST_CHANGES, user_id=user_id, actions=WAYS_IN)
