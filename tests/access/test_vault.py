"""Guesses and the vault: it opens for the right words, once, and closes when the last page is made."""

from threading import Event, Thread, Timer
from typing import Any

import pytest

from dosar.access.sealed.guesses import FREE_GUESSES, LONGEST_WAIT, MOST_ADDRESSES, Guesses, TooManyGuesses, wait_after
from dosar.access.sealed.vault import DataExchange, Vault
from dosar.database.keys.master_key import CardMistyped
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.long_work.progress import Progress
from tests.waiting import is_soon

KEY, OTHER_KEY = bytes(32), bytes(range(32))
PASSPHRASE = "patru cuvinte"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def key_for(typed: str) -> bytes | None:
    if typed == "slip":
        raise CardMistyped(3)
    if typed == "damaged":
        raise StoreError("The file of slots is damaged.")
    return KEY if typed == PASSPHRASE else None


def vault_with(clock: Clock, **more: Any) -> Vault:
    opened = more.pop("open_application", lambda key: {"open": True})
    return Vault(key_for, opened, lambda application: application.update(open=False), clock=clock, **more)


def test_waits_grow_and_are_bounded() -> None:
    waits = [wait_after(count) for count in range(200)]
    assert waits[:FREE_GUESSES] == [0.0] * FREE_GUESSES and waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT


def test_wrong_guesses_of_one_address_keep_no_other_waiting() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    tried = 0
    for _ in range(3600):
        try:
            guesses.count("203.0.113.9")
            tried += 1
        except TooManyGuesses as waiting:
            assert 1 <= waiting.seconds <= LONGEST_WAIT + 1
        clock.now += 1
    assert tried <= 70, "an hour of guessing"
    guesses.count("198.51.100.7")
    clock.now += 600
    guesses.count("203.0.113.9")


def test_a_guesser_with_many_addresses_takes_no_memory() -> None:
    guesses = Guesses(Clock())
    for number in range(3 * MOST_ADDRESSES):
        guesses.count(f"address {number}")
    assert len(guesses._wrong) <= MOST_ADDRESSES


def test_it_opens_for_the_right_words_alone() -> None:
    vault = vault_with(Clock())
    for typed, told in [("wrong", "does not open"), ("", "does not open"), ("slip", "probably in group 3")]:
        with pytest.raises(Mistake, match=told):
            vault.type_secret(typed, "127.0.0.1")
        assert vault.enter() is None
    vault.type_secret(PASSPHRASE, "127.0.0.1")
    assert is_soon(lambda: vault.is_open)
    vault.guesses.count("127.0.0.1")


def test_what_is_damaged_is_told_and_not_counted_as_open() -> None:
    told: list[StoreError] = []
    vault = vault_with(Clock(), tell=told.append)
    vault.type_secret("damaged", "127.0.0.1")
    assert [str(trouble) for trouble in told] == ["The file of slots is damaged."] and vault.trouble is told[0]
    assert not vault.is_open


@pytest.mark.parametrize("error", [StoreError("The database is damaged."), ValueError("Ana Popescu")])
def test_a_database_that_does_not_open_is_told_and_can_be_tried_again(error: Exception) -> None:
    def failing(key: bytes) -> Any:
        raise error

    told: list[StoreError] = []
    vault = vault_with(Clock(), tell=told.append, open_application=failing)
    vault.type_secret(PASSPHRASE, "127.0.0.1")
    assert is_soon(lambda: bool(told) and vault.seconds_opening is None)
    assert "Popescu" not in str(told[0]) and not vault.is_open
    vault.open_application = lambda key: {"open": True}
    vault.type_secret(PASSPHRASE, "127.0.0.1")
    assert is_soon(lambda: vault.is_open) and vault.trouble is None


def test_for_how_long_it_has_been_opening_is_told() -> None:
    clock, goes_on = Clock(), Event()
    vault = vault_with(clock, open_application=lambda key: goes_on.wait(60) and {"open": True})
    vault.type_secret(PASSPHRASE, "127.0.0.1")
    clock.now += 7
    assert vault.seconds_opening == 7 and vault.enter() is None
    vault.type_secret(PASSPHRASE, "127.0.0.1")  # a second person, at the same moment
    goes_on.set()
    assert is_soon(lambda: vault.is_open)


def test_who_comes_while_it_opens_waits_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says so would only flash by."""
    monkeypatch.setattr("dosar.access.sealed.vault.QUICK_OPENING", 60)
    goes_on = Event()
    vault = vault_with(Clock(), open_application=lambda key: goes_on.wait(60) and {"open": True})
    vault.begin_opening(KEY)
    Timer(0.05, goes_on.set).start()
    assert vault.enter() is not None


def test_sealing_waits_for_the_page_that_is_being_made_and_lets_nobody_else_in() -> None:
    vault = vault_with(Clock())
    vault.open(KEY)
    entered = vault.enter()
    assert entered is not None
    application = entered.application
    assert vault.seal() and not vault.seal()
    assert vault.enter() is None and not vault.wait_until_closed(0.05)
    assert application["open"], "somebody reads it"
    vault.leave(entered)
    assert vault.wait_until_closed() and not application["open"]


def test_it_opens_again_only_after_it_is_closed() -> None:
    made: list[dict[str, bool]] = []
    vault = vault_with(Clock(), open_application=lambda key: made.append({"open": True}) or made[-1])
    vault.open(KEY)
    entered = vault.enter()
    assert entered is not None and vault.seal()
    opening = Thread(target=vault.open, args=(KEY,))
    opening.start()
    vault.leave(entered)
    opening.join(60)
    assert [application["open"] for application in made] == [False, True]


def test_hours_without_anybody_at_work_seal_it() -> None:
    clock = Clock()
    vault = vault_with(clock)
    vault.open(KEY)
    clock.now += 11 * 3600
    vault.note_use()
    clock.now += 11 * 3600
    assert not vault.seal_if_idle(12 * 3600) and vault.is_open
    clock.now += 3600
    assert vault.seal_if_idle(12 * 3600) and not vault.is_open


def test_without_a_passphrase_it_stays_open() -> None:
    vault = vault_with(Clock(), can_be_unsealed=lambda: False)
    vault.open(KEY)
    assert not vault.seal() and vault.is_open


def test_other_data_are_put_in_the_place_of_those_that_are_open() -> None:
    """As a restore does it: closed, exchanged, opened with the other key, and settled before anybody comes in."""
    did: list[str] = []
    vault = vault_with(Clock(), open_application=lambda key: {"open": True, "key": key})

    def settle(application: dict[str, Any]) -> None:
        application["settled"] = True

    exchange = DataExchange(lambda tell: did.append("put") or OTHER_KEY, lambda: did.append("back"), KEY, settle)
    assert not vault.exchange(exchange), "nothing is open"
    vault.open(KEY)
    before = vault.enter()
    assert before is not None
    vault.leave(before)
    assert vault.exchange(exchange) and is_soon(lambda: vault.is_open and vault.seconds_opening is None)
    after = vault.enter()
    assert after is not None and after.application == {"open": True, "key": OTHER_KEY, "settled": True}
    assert did == ["put"] and before.application is None


@pytest.mark.parametrize("fails", ["putting", "opening"])
def test_data_that_cannot_take_the_place_leave_the_old_ones_open(fails: str) -> None:
    did: list[str] = []

    def put(tell: Progress) -> bytes:
        tell("Putting", 0.5)
        if fails == "putting":
            raise StoreError("The disk is full.")
        return OTHER_KEY

    def opened(key: bytes) -> dict[str, Any]:
        if key == OTHER_KEY:
            raise StoreError("The disk is full.")
        return {"key": key}

    vault = vault_with(Clock(), open_application=opened)
    vault.open(KEY)
    failures: list[StoreError] = []
    exchange = DataExchange(put, lambda: did.append("back"), KEY, note_failure=failures.append)
    assert vault.exchange(exchange)
    assert is_soon(lambda: vault.is_open and vault.trouble is not None)
    assert did == (["back"] if fails == "opening" else []) and "full" in str(vault.trouble)
    assert failures == [vault.trouble], "whoever asked for it is told, too"
    found = vault.enter()
    assert found is not None and found.application == {"key": KEY}


def test_what_cannot_even_be_taken_back_is_told() -> None:
    def opened(key: bytes) -> dict[str, Any]:
        if key == OTHER_KEY:
            raise StoreError("The new data are damaged.")
        return {"key": key}

    def take_back() -> None:
        raise StoreError("The disk is full.")

    vault = vault_with(Clock(), open_application=opened)
    vault.open(KEY)
    assert vault.exchange(DataExchange(lambda tell: OTHER_KEY, take_back, KEY))
    assert is_soon(lambda: "full" in str(vault.trouble)) and not vault.is_open, "neither is opened with the other's key"
