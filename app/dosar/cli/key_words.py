"""What is said and asked at the command line about keys."""

from collections.abc import Iterator, Mapping

from dosar.access.login.passwords import require_good_password
from dosar.access.pending_cards import PendingCards
from dosar.cli.locale import translate_message
from dosar.cli.secret_input import ask_secret
from dosar.database.key_changes import KeyChanges, KeyStatus
from dosar.database.key_slots import KeySlot, SlotKind
from dosar.database.recovery_card import RecoveryCard
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, Mistake, msgid

SLOT_LINES: Mapping[SlotKind, str] = {
    "passphrase": msgid("- a passphrase"),
    "card": msgid("- the recovery card"),
    "key_file": msgid("- the key file %(place)s"),
    "keyring": msgid("- the keyring of the computer's account"),
}


def status_lines(status: KeyStatus) -> Iterator[Message]:
    """What opens the data, and what that gives up."""
    yield Message("The data are opened by:")
    for slot in status.slots:
        yield _slot_line(slot)
    if status.opens_by_itself:
        yield Message("They open by themselves: whoever has this computer has the data.")
    else:
        yield Message("Somebody types the passphrase or the card at every start.")
    if status.has_salt:
        yield Message(
            "passphrase.salt is of an older Dosar: with it the first passphrase makes the key, even after it was "
            "changed. dosar key new ends that."
        )
    step = next_step(status)
    if step is not None:
        yield step


def _slot_line(slot: KeySlot) -> Message:
    text = SLOT_LINES[slot.kind]
    values = {"place": slot.place}
    if not slot.id:
        return Message(text, values)
    return Message("%(what)s, since %(day)s (%(id)s)", {"what": Message(text, values), "day": slot.made, "id": slot.id})


def next_step(status: KeyStatus) -> Message | None:
    """What is missing until a stolen computer tells nothing, and nobody is locked out."""
    if not status.has_passphrase:
        return Message("For a passphrase: dosar key passphrase")
    if not status.has_card:
        return Message("Make a recovery card, for when nobody remembers the passphrase: dosar key card")
    if status.opens_by_itself:
        return Message("To have the passphrase asked for at every start: dosar key seal")
    return None


def ask_new_passphrase() -> str:
    """A good new passphrase, typed twice. Raises :class:`StoreError`."""
    typed, again = ask_secret(Message("New passphrase: ")), ask_secret(Message("Once more: "))
    try:
        require_good_password(typed, again, "")
    except Mistake as mistake:
        raise StoreError(mistake.message.text, **mistake.message.values) from None
    return typed


def replaced_passphrase(changes: KeyChanges) -> str | None:
    """The slot that the new passphrase replaces; of several, the one whose passphrase is typed."""
    ids = [slot.id for slot in changes.status().slots if slot.kind == "passphrase"]
    if len(ids) <= 1:
        return ids[0] if ids else None
    return changes.slot_opened_by(ask_secret(Message("The passphrase that shall be changed: ")))


def show_new_card() -> RecoveryCard:
    """A new card, shown once; two of its groups are typed back. Raises :class:`StoreError`."""
    pending = PendingCards().begin(0)
    print(translate_message(Message("The recovery card. Write it down or print it; it is not shown again:")))
    print("\n    " + "  ".join(pending.card.groups) + "\n")
    print(translate_message(Message("Keep it in a closed envelope, away from the computer.")))
    for group in pending.asked:
        if not pending.card.has_group(group, ask_secret(Message("Group %(group)s of the card: ", {"group": group}))):
            raise StoreError("This is not what stands on the card. Nothing was changed: an older card goes on opening.")
    return pending.card
