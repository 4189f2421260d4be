"""Recovery cards that were shown and whose groups nobody has typed back yet: in memory alone, for a short while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from time import monotonic

from dosar.database.keys.key_slots import CARD_NUMBERS, KeySlot
from dosar.database.keys.recovery_card import GROUPS, RecoveryCard
from dosar.language.text.message import Message

CARD_LIFETIME = 30 * 60.0
GROUPS_TYPED = 2


def card_opens(number: int, is_replaced: bool) -> Message:
    """What is said once a card opens the data; older back-ups have the slots of their day."""
    if is_replaced:
        return Message(
            "Recovery card %(number)s opens the data from now on, and the one it replaces no more. That one still "
            "opens the back-ups made until now: keep it with them in an envelope, or delete them and destroy it.",
            {"number": number},
        )
    return Message(
        "Recovery card %(number)s opens the data from now on, and every back-up that is made from now on.",
        {"number": number},
    )


def slot_removed(slot: KeySlot) -> Message:
    """What is said once a card or a passphrase opens the data no more."""
    if slot.kind == "card":
        return Message(
            "Recovery card %(number)s opens the data no more. It still opens the back-ups made until now: keep it with "
            "them in an envelope, or delete them and destroy it.",
            {"number": slot.card_number},
        )
    return Message(
        "The passphrase opens the data no more. Whoever knows it still opens the back-ups made until now: where that "
        "must not be, dosar key new makes another key, and the old back-ups are deleted."
    )


@dataclass(frozen=True)
class PendingCard:
    """A card that opens nothing yet."""

    card: RecoveryCard
    asked: tuple[int, ...]
    """Which groups show that it was written down, counted from 1."""
    made: float
    number: int = CARD_NUMBERS[0]
    replaced: str = ""
    """The slot of the card that goes when this one opens; none where it is one more."""


@dataclass
class PendingCards:
    """One for each user at most."""

    clock: Callable[[], float] = monotonic
    _cards: dict[int, PendingCard] = field(default_factory=dict, repr=False)

    def of(self, user_id: int) -> PendingCard | None:
        """Hers, unless it is too old."""
        now = self.clock()
        self.forget(*(user for user, card in self._cards.items() if now - card.made >= CARD_LIFETIME))
        return self._cards.get(user_id)

    def begin(self, user_id: int, number: int = CARD_NUMBERS[0], replaced: str = "") -> PendingCard:
        """The one she is writing down, or a new one."""
        found = self.of(user_id)
        if found is None or (found.number, found.replaced) != (number, replaced):
            asked = tuple(sorted(SystemRandom().sample(range(1, GROUPS + 1), GROUPS_TYPED)))
            found = PendingCard(RecoveryCard.new(), asked, self.clock(), number, replaced)
            self._cards[user_id] = found
        return found

    def forget(self, *user_ids: int) -> None:
        """Forget theirs."""
        for user_id in user_ids:
            self._cards.pop(user_id, None)

    def forget_all(self) -> None:
        """Forget everybody's."""
        self._cards.clear()
