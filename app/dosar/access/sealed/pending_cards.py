"""Recovery cards that were shown and whose groups nobody has typed back yet: in memory alone, for a short while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from time import monotonic

from dosar.database.keys.recovery_card import GROUPS, RecoveryCard

CARD_LIFETIME = 30 * 60.0
GROUPS_TYPED = 2


@dataclass(frozen=True)
class PendingCard:
    """A card that opens nothing yet."""

    card: RecoveryCard
    asked: tuple[int, ...]
    """Which groups show that it was written down, counted from 1."""
    made: float


@dataclass
class PendingCards:
    """One for each user at most."""

    clock: Callable[[], float] = monotonic
    _cards: dict[int, PendingCard] = field(default_factory=dict, repr=False)

    def of(self, user_id: int) -> PendingCard | None:
        """Hers, unless it is too old."""
        found = self._cards.get(user_id)
        return found if found is not None and self.clock() - found.made < CARD_LIFETIME else None

    def begin(self, user_id: int) -> PendingCard:
        """The one she is writing down, or a new one."""
        found = self.of(user_id)
        if found is None:
            asked = tuple(sorted(SystemRandom().sample(range(1, GROUPS + 1), GROUPS_TYPED)))
            found = self._cards[user_id] = PendingCard(RecoveryCard.new(), asked, self.clock())
        return found

    def forget(self, *user_ids: int) -> None:
        """Forget hers, or all of them."""
        for user_id in user_ids or tuple(self._cards):
            self._cards.pop(user_id, None)
