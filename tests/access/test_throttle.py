"""Guesses wait; whoever works here waits neither for others' guesses nor for old typos nor for a wrong clock."""

from datetime import timedelta
from itertools import count

import pytest

from dosar.access.login.throttle import Guess, TooManyTries, count_try, forget_tries
from tests.access.conftest import PASSWORD, Browser, Office

SECRET = "only for tests"
HERE = "192.0.2.1"


def at(office: Office, address: str) -> Browser:
    browser = office.browser()
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def wait_after(office: Office, guess: Guess) -> int:
    """Guess, and for how many minutes that is refused."""
    try:
        with office.services.store.writing():
            count_try(office.services, SECRET, guess)
    except TooManyTries as closed:
        return closed.minutes
    return 0


def held_back(office: Office, user_name: str = "ana") -> None:
    """Somebody has guessed at this account, from elsewhere, until it takes no guess any more."""
    guesser = at(office, "203.0.113.66")
    while guesser.sign_in(user_name, "wrong").status_code != 429:
        pass


def test_a_typo_a_day_of_seven_people_never_closes_their_address(office: Office) -> None:
    waits = []
    for day in range(60):
        waits += [wait_after(office, Guess(f"worker{day % 7}", HERE))]
        office.clock.pass_(days=1)
    assert waits == [0] * 60


def test_twenty_wrong_passwords_at_one_computer_close_it_for_minutes(office: Office) -> None:
    """All who share it have one address; it opens by itself, a guess every three minutes."""
    assert [wait_after(office, Guess(f"user{number}", HERE)) for number in range(21)] == [0] * 20 + [1]
    office.clock.pass_(minutes=60)
    assert [wait_after(office, Guess(f"other{number}", HERE)) for number in range(20)] == [0] * 20


def test_an_office_that_signs_in_all_morning_never_closes_its_address(office: Office) -> None:
    """Nor are the guesses forgotten that another made from there."""
    guess = Guess("ana", HERE)
    guessed = [wait_after(office, Guess(f"user{number}", HERE)) for number in range(18)]
    for _ in range(40):
        with office.services.store.writing():
            forget_tries(office.services, SECRET, guess, count_try(office.services, SECRET, guess))
    guessed += [wait_after(office, Guess(f"other{number}", HERE)) for number in range(3)]
    assert guessed == [0] * 20 + [1]


def test_from_her_own_device_the_right_password_passes_while_others_guess(office: Office) -> None:
    hers = office.signed_in("ana")
    hers.post("/sign-out", at="/profile")
    held_back(office)
    assert office.browser().sign_in("ana").status_code == 429, "a device nobody knows has to wait"
    assert hers.sign_in("ana", "o greșeală").status_code == 401
    assert hers.sign_in("ana").status_code == 303


def test_from_her_own_device_she_passes_when_her_address_has_to_wait(office: Office) -> None:
    hers = office.signed_in("ana")
    hers.post("/sign-out", at="/profile")
    guesser = office.browser()
    answers = [guesser.sign_in(f"user{number}", "wrong").status_code for number in range(21)]
    assert answers[-1] == 429
    assert hers.sign_in("ana").status_code == 303


@pytest.mark.parametrize("how", ["another's", "made up", "changed", "half a year old"])
def test_a_device_that_only_pretends_waits_like_any_other(office: Office, how: str) -> None:
    ana, vera = office.signed_in("ana"), office.signed_in("vera")
    name, word = next((c.key, c.value) for c in ana.client._cookies.values() if c.key.startswith("known-"))
    other = next(c.value for c in vera.client._cookies.values() if c.key.startswith("known-"))
    if how == "half a year old":
        office.clock.pass_(days=180)
    held_back(office)
    words = {"another's": other, "made up": "x.y", "changed": f"{word[:-4]}AAAA", "half a year old": word}
    thief = office.browser()
    thief.client.set_cookie(name, words[how], path="/sign-in")
    assert thief.sign_in("ana").status_code == 429


def test_a_device_that_is_known_guesses_little_itself(office: Office) -> None:
    hers = office.signed_in("ana")
    hers.post("/sign-out", at="/profile")
    held_back(office)
    assert [hers.sign_in("ana", "wrong").status_code for _ in range(4)] == [401] * 3 + [429]


@pytest.mark.parametrize("device", [None, "known"])
def test_no_account_takes_more_than_forty_guesses_a_day(office: Office, device: str | None) -> None:
    """Each from another address, and from a device that is known besides; the first day and any other."""
    addresses, guesses = count(), []
    begun = office.clock()
    while office.clock() < begun + timedelta(days=2):
        wait = wait_after(office, Guess("ana", f"address{next(addresses)}", device))
        if wait:
            office.clock.pass_(minutes=1 if device else wait)
        else:
            guesses.append(office.clock())
    in_a_day = max(sum(first <= guess < first + timedelta(days=1) for guess in guesses) for first in guesses)
    assert in_a_day <= 40


def test_a_wrong_clock_keeps_nobody_waiting_for_a_year(office: Office) -> None:
    office.clock.pass_(days=365)
    for number in range(30):
        wait_after(office, Guess("ana", f"address{number}"))
    for _ in range(30):
        wait_after(office, Guess("somebody", HERE))
    office.clock.pass_(days=-365)
    assert office.browser().sign_in("ana", "wrong").status_code == 401
    assert wait_after(office, Guess("ana")) <= 60
    office.clock.pass_(hours=12)
    assert [wait_after(office, Guess("ana", HERE)) for _ in range(5)] == [0] * 5, "what was counted then goes away too"


def test_a_session_does_not_outlive_a_clock_that_is_set_back(office: Office) -> None:
    ana = office.signed_in("ana")
    office.clock.pass_(days=-65)
    assert ana.get("/").status_code == 303


def test_the_cookie_of_a_device_tells_nothing_and_is_sent_to_the_sign_in_pages_only(office: Office) -> None:
    (line,) = [line for line in office.browser().sign_in("ana").headers.getlist("Set-Cookie") if "known-" in line]
    assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/sign-in" in line
    browser = office.browser()
    browser.client.set_cookie(line.partition("=")[0], line.partition("=")[2].partition(";")[0], path="/sign-in")
    assert browser.get("/").status_code == 303 and browser.get("/sign-in").status_code == 200, "it opens nothing"
    assert PASSWORD not in line
