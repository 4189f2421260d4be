"""The vault: the application on the open data, or nothing while they are sealed.

It begins sealed, is opened by whoever types the passphrase or the card, and is sealed again on demand or when nobody
has worked for hours: then the database is closed and its keys are forgotten. Nothing here knows of a web.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread
from typing import Any

from dosar.access.sealed.guesses import Guesses
from dosar.access.sealed.opening_steps import OpeningSteps
from dosar.access.sealed.pending_cards import PendingCards
from dosar.database.keys.master_key import CardMistyped
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.long_work.progress import Progress

LONGEST_PAGE = 10.0
"""Seconds that a page which is still being made is waited for when the data are sealed."""
LONGEST_LINE = 30.0
"""Seconds that one guess waits for another: each takes 256 MB."""
LONGEST_SECRET = 1024
QUICK_OPENING = 2.0
"""Seconds in which the data are usually opened: a page about it would only flash by."""


@dataclass
class OpenData:
    """The application on open data, and how many pages of it are being made."""

    application: Any
    pages: int = 0


@dataclass(frozen=True)
class DataExchange:
    """Other data in the place of those that are open, as a back-up is restored."""

    put_in_place: Callable[[Progress], bytes] = field(repr=False)
    """Called while nothing is open, with what tells whoever waits how far it is; the key of what lies there then. One
    that raises :class:`StoreError` has changed nothing."""
    take_back: Callable[[], None]
    """Undo that, where the new data could not be opened. One that raises :class:`StoreError` has changed nothing."""
    key_before: bytes = field(repr=False)
    settle: Callable[[Any], None] = lambda application: None
    """Called with the application on the new data before anybody comes in."""
    note_failure: Callable[[StoreError], None] = lambda trouble: None
    """Called with why the new data did not come, before those of before are open again."""


@dataclass
class Vault:
    """What opens and closes the data of one program."""

    key_by_typing: Callable[[str], bytes | None]
    """The master key, for the passphrase or the card."""
    open_application: Callable[[bytes], Any]
    """The application on the data that this key opens; raises :class:`StoreError`."""
    close_application: Callable[[Any], None]
    """Close its database and forget its keys."""
    tell: Callable[[StoreError], None] = lambda trouble: None
    """Called when the data could not be opened."""
    can_be_unsealed: Callable[[], bool] = lambda: True
    """Whether there is a passphrase or a card: without one, nobody could open the data again."""
    clock: Callable[[], float] = time.time
    guesses: Guesses = field(default_factory=Guesses)
    cards: PendingCards = field(default_factory=PendingCards)
    steps: OpeningSteps = field(default_factory=OpeningSteps)
    """What ``open_application`` does just now, as it tells."""
    on_seal: Callable[[], None] = lambda: None
    """Called once the data are sealed: whatever else remembers what opens them forgets it."""
    trouble: StoreError | None = None
    """Why the data could not be opened the last time."""
    is_ending: bool = False
    """Whether the program ends because of that, since nobody could type anything that helps."""
    _open: OpenData | None = None
    _is_closing: bool = False
    _opening_since: float | None = None

    def __post_init__(self) -> None:
        self._changes = Condition()
        self._guess_turn, self._opening_turn = Lock(), Lock()
        self.note_use()

    @property
    def is_open(self) -> bool:
        """Whether the application answers."""
        return self._open is not None

    @property
    def seconds_opening(self) -> int | None:
        """For how long the data have been being opened; None unless they are."""
        since = self._opening_since
        return None if since is None else max(int(self.clock() - since), 0)

    def enter(self) -> OpenData | None:
        """What answers one request, which :meth:`leave` ends; None while the data are sealed. Who comes while they are
        opened waits a moment: mostly they are open then."""
        with self._changes:
            if self._opening_since is not None:
                left = min(max(self._opening_since + QUICK_OPENING - self.clock(), 0), QUICK_OPENING)
                self._changes.wait_for(lambda: self._open is not None or self._opening_since is None, left)
            if self._open is not None:
                self._open.pages += 1
            return self._open

    def leave(self, entered: OpenData) -> None:
        """The request is over."""
        with self._changes:
            entered.pages -= 1
            self._changes.notify_all()

    @property
    def seconds_idle(self) -> float:
        """For how long nobody has worked with the data, also by a clock that was set back."""
        return abs(self.clock() - self._last_use)

    def note_use(self) -> None:
        """Somebody who has signed in works with the data."""
        self._last_use = self.clock()

    def type_secret(self, typed: str, address: str) -> None:
        """Open the data with what was typed, in the background. Raises :class:`Mistake`, which tells nothing of what is
        right, and :class:`TooManyGuesses`."""
        self.guesses.count(address)
        try:
            key = self._key(typed[:LONGEST_SECRET])
        except CardMistyped as slip:
            raise Mistake(slip.message.text, **slip.message.values) from None
        except StoreError as trouble:
            self._note_trouble(trouble)
            return
        if key is None:
            raise Mistake(
                "This does not open the data. Look at the keyboard's language and at capitals, and try again."
            )
        self.guesses.forget(address)
        self.begin_opening(key)

    def _key(self, typed: str) -> bytes | None:
        if not self._guess_turn.acquire(timeout=LONGEST_LINE):
            raise Mistake("Many people are trying just now. Wait a minute and try again.")
        try:
            return self.key_by_typing(typed)
        finally:
            self._guess_turn.release()

    def open(self, key: bytes, settle: Callable[[Any], None] = lambda application: None) -> None:
        """Open the data now, unless they are open; ``settle`` is called with the application before anybody comes in.
        Raises :class:`StoreError`."""
        with self._opening_turn:
            self.wait_until_closed()
            if self._open is not None:
                return
            opened = OpenData(self.open_application(key))
            settle(opened.application)
            with self._changes:
                self.trouble, self._open = None, opened
                self._changes.notify_all()
            self.note_use()

    def fail_to_open(self, failure: Exception) -> None:
        """Remember why the program is about to end, for whoever looks at the page."""
        self.trouble, self.is_ending = _trouble_of(failure), True

    def begin_opening(self, key: bytes, over: Callable[[Exception | None], None] | None = None) -> None:
        """Open the data in the background, unless somebody does so already; ``over`` is called at the end, with what
        went wrong. Without it that is told, and somebody may try again."""
        with self._changes:
            if self._opening_since is not None or self._open is not None:
                return
            self.trouble, self._opening_since = None, self.clock()
        self.steps.begin()
        Thread(target=self._open_in_background, args=(key,), kwargs={"over": over}, daemon=True).start()

    def _open_in_background(
        self,
        key: bytes,
        settle: Callable[[Any], None] = lambda application: None,
        over: Callable[[Exception | None], None] | None = None,
    ) -> None:
        try:
            failure = self._try_to_open(key, settle)
            if over is not None:
                over(failure)
            elif failure is not None:
                self._note_trouble(_trouble_of(failure))
        finally:
            with self._changes:
                self._opening_since = None
                self._changes.notify_all()

    def _try_to_open(self, key: bytes, settle: Callable[[Any], None]) -> Exception | None:
        try:
            self.open(key, settle)
        except Exception as error:  # in a thread nobody would ever hear of it
            return error
        return None

    def _note_trouble(self, trouble: StoreError) -> None:
        self.trouble = trouble
        self.tell(trouble)

    def exchange(self, exchange: DataExchange) -> bool:
        """Close the data, put others in their place and open those, in the background. Whether there were any to
        close, and nobody is opening or exchanging them."""
        with self._changes:
            if self._open is None or self._opening_since is not None:
                return False
            closing, self._open = self._open, None
            self._is_closing, self.trouble, self._opening_since = True, None, self.clock()
        self.steps.begin()
        Thread(target=self._exchange, args=(closing, exchange), daemon=True).start()
        return True

    def _exchange(self, closing: OpenData, exchange: DataExchange) -> None:
        self._close(closing)
        try:
            key = exchange.put_in_place(self.steps.tell)
        except Exception as error:
            self._open_again(exchange, _trouble_of(error))
            return
        self._open_in_background(key, exchange.settle)
        if self._open is None and self.trouble is not None:
            self._take_back(exchange, self.trouble)

    def _take_back(self, exchange: DataExchange, trouble: StoreError) -> None:
        try:
            exchange.take_back()
        except Exception as error:  # a full disk perhaps; both are kept, and in a thread nobody would hear of it
            self._note_trouble(_trouble_of(error))
            return
        self._open_again(exchange, trouble)

    def _open_again(self, exchange: DataExchange, trouble: StoreError) -> None:
        exchange.note_failure(trouble)
        self._open_in_background(exchange.key_before)
        self._note_trouble(trouble)

    def seal(self) -> bool:
        """From this moment on nobody comes in; the data are closed as soon as the pages that are being made are there.

        Tells whether they were open, and can be opened again.
        """
        if not self.can_be_unsealed():
            return False
        with self._changes:
            closing, self._open = self._open, None
            self._is_closing = self._is_closing or closing is not None
        if closing is None:
            return False
        Thread(target=self._seal, args=(closing,), daemon=True).start()
        return True

    def _seal(self, closing: OpenData) -> None:
        self.on_seal()
        self._close(closing)

    def seal_if_idle(self, seconds: float) -> bool:
        """Seal the data if nobody has worked with them for so long."""
        return self.seconds_idle >= seconds and self.seal()

    def wait_until_closed(self, seconds: float = 2 * LONGEST_PAGE) -> bool:
        """Whether what was sealed is closed within so long."""
        with self._changes:
            return self._changes.wait_for(lambda: not self._is_closing, seconds)

    def _close(self, closing: OpenData) -> None:
        try:
            with self._changes:
                self._changes.wait_for(lambda: closing.pages == 0, LONGEST_PAGE)
            self.close_application(closing.application)
            closing.application = None
            self.cards.forget_all()
            gc.unfreeze()  # what was frozen at the start is looked through once, and let go of
            gc.collect()
        finally:
            with self._changes:
                self._is_closing = False
                self._changes.notify_all()


def _trouble_of(error: Exception) -> StoreError:
    """What is said of it; the words of an error that nobody thought of might hold answers."""
    if isinstance(error, StoreError):
        return error
    return StoreError("Something went wrong while the data were opened (%(what)s).", what=type(error).__name__)
