"""What is to be made anew after a restore: the passphrase or a card was taken out and typed, perhaps before others.

It stands among the data that came back, until it is done or somebody says that it stays as it is.
"""

from typing import Any

from dosar.access.organisation.settings import read_setting, write_setting

RENEWAL_SETTING = "keys.renew_after_restore"
PASSPHRASE, CARD = "passphrase", "card"
NEW_KEY = "new"
"""Another key of the data, with a new passphrase and new cards."""


def ask_for_renewal(session: Any) -> None:
    """Write down that both are wanted, inside the caller's transaction."""
    _write(session, [PASSPHRASE, CARD])


def wanted_renewal(session: Any) -> list[str]:
    """What is still to be made anew."""
    return str(read_setting(session, RENEWAL_SETTING)).split()


def note_renewed(session: Any, *done: str) -> None:
    """Take down that it was, inside the caller's transaction."""
    wanted = wanted_renewal(session)
    left = [] if NEW_KEY in done else [each for each in wanted if each not in done]
    if left != wanted:
        _write(session, left)


def leave_as_it_is(session: Any) -> None:
    """Ask no more, inside the caller's transaction."""
    _write(session, [])


def _write(session: Any, wanted: list[str]) -> None:
    write_setting(session, RENEWAL_SETTING, " ".join(wanted))
