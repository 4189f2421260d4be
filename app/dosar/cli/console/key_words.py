"""What is said and asked at the command line about keys."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_bytes

from dosar.access.login.passwords import require_good_password
from dosar.access.sealed.pending_cards import PendingCards
from dosar.cli.console.locale import translate_message
from dosar.cli.console.secret_input import ask_secret
from dosar.cli.swap_space import unencrypted_swap
from dosar.database.keys.key_changes import KeyChanges, KeyStatus
from dosar.database.keys.key_slots import KEY_BYTES, KeySlot, KeySlots, SlotKind
from dosar.database.keys.master_key import made_today, passphrase_secret
from dosar.database.keys.old_key import KEPT_FOR
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.keys.rekey import NewKey, kept_copy, kept_key_file
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, Mistake, msgid

SLOT_LINES: Mapping[SlotKind, str] = {
    "passphrase": msgid("- a passphrase"),
    "card": msgid("- recovery card %(number)s"),
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
    yield from swap_lines()
    step = next_step(status)
    if step is not None:
        yield step


def swap_lines() -> Iterator[Message]:
    """What is in memory may come to lie on the disk, where it is not encrypted."""
    places = unencrypted_swap()
    if places:
        yield Message(
            "Swap space of this computer is not encrypted, as far as can be seen (%(places)s): keys and names that are "
            "in memory may lie on its disk. Encrypt the disk, or switch swap off.",
            {"places": ", ".join(places)},
        )


def _slot_line(slot: KeySlot) -> Message:
    text = SLOT_LINES[slot.kind]
    values = {"place": slot.place, "number": slot.card_number}
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
    if len(status.cards) == 1:
        return Message("A second card for a second person, kept in another place: dosar key card --add")
    return None


def new_card_number(status: KeyStatus, add: bool, replaced: str | None) -> int:
    """The number of the card that is made: of the one it replaces, or a free one. Raises :class:`StoreError`."""
    numbers = {slot.id: number for number, slot in status.cards.items()}
    if replaced is not None and replaced not in numbers:
        raise StoreError(
            'No recovery card is called "%(slot)s". Nothing was changed: dosar key status says their names.',
            slot=replaced,
        )
    if replaced is not None:
        return numbers[replaced]
    if len(numbers) == 1 and not add:
        return next(iter(numbers.values()))
    free = status.free_card_number
    if free is None:
        raise StoreError(
            "There are two recovery cards. Name the one that the new one replaces: dosar key card --replace %(slots)s",
            slots=" | ".join(numbers),
        )
    return free


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


def show_new_card(number: int) -> RecoveryCard:
    """A new card, shown once; two of its groups are typed back. Raises :class:`StoreError`."""
    pending = PendingCards().begin(0, number)
    told = Message("Recovery card %(number)s. Write it down; it is not shown again:", {"number": number})
    print(translate_message(told))
    print("\n    " + "  ".join(pending.card.groups) + "\n")
    print(translate_message(Message("Keep it in a closed envelope, away from the computer.")))
    for group in pending.asked:
        if not pending.card.has_group(group, ask_secret(Message("Group %(group)s of the card: ", {"group": group}))):
            raise StoreError("This is not what stands on the card. Nothing was changed: an older card goes on opening.")
    return pending.card


STEPS = {
    "copied": msgid("A copy is made."),
    "encrypted": msgid("The copy has another key."),
    "compared": msgid("It was looked through, and is what the database is."),
    "announced": msgid("From here on both keys open; stopped now, nothing is lost."),
    "kept": msgid("The old database has a name of its own."),
    "swapped": msgid("The new one stands in its place."),
    "finished": msgid("Only the new key opens the data from now on."),
}


def step_message(step: str) -> Message:
    """What was just done."""
    return Message(STEPS[step])


def ask_new_key(changes: KeyChanges) -> NewKey:
    """A new master key with the ways that opened the old one: each of them new, too. Raises :class:`StoreError`."""
    status, key = changes.status(), token_bytes(KEY_BYTES)
    slots, file, secrets = KeySlots(), None, (b"", b"")
    if status.has_passphrase:
        slots = slots.with_slot(key, *passphrase_secret(ask_new_passphrase()), made_today())
    for number in status.cards:
        slots = slots.with_slot(key, "card", show_new_card(number).secret, made_today(), str(number))
    for slot in (slot for slot in status.slots if slot.kind == "key_file"):
        file, secrets = Path(slot.place), (changes.secret_in_file(Path(slot.place)), token_bytes(KEY_BYTES))
        slots = slots.with_slot(key, "key_file", secrets[1], made_today(), slot.place)
        break
    if not slots.slots:
        raise StoreError("Set a passphrase first: dosar key passphrase")
    return NewKey(changes.data, changes.master_key, key, changes.slots(), slots, file, *secrets)


def kept_lines(change: NewKey, moment: str, on_server: bool) -> Iterator[Message]:
    """Where the old data are, and who may still open what."""
    if not on_server:
        yield Message(
            "The database with the old key is kept in %(folder)s. It holds also persons who are erased from now on, "
            "and whoever knows the old key reads it. Once you have seen that everything is there, delete it (dosar key "
            "forget), and older back-ups; after %(days)s days it goes by itself at the next start.",
            {"folder": kept_copy(change.data, moment), "days": KEPT_FOR.days},
        )
        if change.key_file is not None:
            yield Message("Its key file is %(file)s.", {"file": kept_key_file(change.key_file, moment)})
    yield Message("Passphrases of other people, and what was in the keyring, open nothing any more: add them again.")
