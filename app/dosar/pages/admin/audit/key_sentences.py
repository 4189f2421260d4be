"""What the audit log tells of the key of the data: what opened them, what did not, and what was changed about that."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext, lazy_gettext

from dosar.access.sealed.opening_events import ONE_LAPTOP, UNSEALED_ACTION, WRONG_GUESSES_ACTION
from dosar.pages.formatting import moment_text

OPENED_BY = {
    "passphrase": lazy_gettext("The data were opened with a passphrase."),
    "card": lazy_gettext("The data were opened with the recovery card."),
    "key_file": lazy_gettext("The data opened by themselves, with the key file."),
    "keyring": lazy_gettext("The data opened by themselves, with the keyring of the computer's account."),
}
OPENED_BY_LAPTOP = {
    "key_file": lazy_gettext("The data opened by themselves, with the key file, as one-laptop mode wants it."),
    "keyring": lazy_gettext("The data opened by themselves, with the computer's keyring, as one-laptop mode wants it."),
}
CHANGES = {
    "passphrase": lazy_gettext("At the computer a passphrase was set (dosar key passphrase)."),
    "card": lazy_gettext("At the computer a new recovery card was made (dosar key card)."),
    "seal": lazy_gettext("At the computer it was set that the passphrase is typed at every start (dosar key seal)."),
    "file": lazy_gettext("At the computer it was set that a key file opens the data (dosar key file)."),
    "keyring": lazy_gettext("At the computer it was set that its keyring opens the data (dosar key keyring)."),
    "remove": lazy_gettext("At the computer a way to open the data was taken away (dosar key remove)."),
    "new": lazy_gettext("At the computer the data began to get another key (dosar key new)."),
}


def _opened_text(fields: Sequence[str]) -> str:
    kind, slots = fields[0], [field for field in fields[1:] if field != ONE_LAPTOP]
    sentence = (OPENED_BY_LAPTOP if ONE_LAPTOP in fields else OPENED_BY).get(kind)
    return _with_slot(str(sentence or gettext("The data were opened.")), slots)


def _changed_text(fields: Sequence[str]) -> str:
    return _with_slot(str(CHANGES.get(fields[0]) or gettext("What opens the data was changed.")), fields[1:])


def _wrong_guesses_text(fields: Sequence[str]) -> str:
    """How often, and between which moments."""
    count, first, last = int(fields[0]), *(moment_text(datetime.fromisoformat(field)) for field in fields[1:3])
    if count == 1:
        return gettext("While the data were locked, on %(first)s, a wrong passphrase or card was typed.", first=first)
    return gettext(
        "While the data were locked, wrong passphrases or cards were typed: %(count)s, from %(first)s to %(last)s.",
        count=count,
        first=first,
        last=last,
    )


def _with_slot(sentence: str, slots: Sequence[str]) -> str:
    """Which of several passphrases, cards or files: by the name that ``dosar key status`` shows."""
    return f"{sentence.removesuffix('.')} ({slots[0]})." if slots else sentence


KEY_SENTENCES: Mapping[str, Callable[[Sequence[str]], str]] = {
    UNSEALED_ACTION: _opened_text,
    WRONG_GUESSES_ACTION: _wrong_guesses_text,
    "key_changed": _changed_text,
}
"""The action of an event → its sentence, made of what its fields say."""
