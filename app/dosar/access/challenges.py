"""What an authenticator signs to prove that it is here now: random, for a few minutes, one browser, one use and once.

Nothing is kept of a challenge that is given out, so a visitor who asks for thousands of them writes nothing. What one
is for, for whom and until when is sealed into it with a key of this run of the program; only those that came back are
remembered, for as long as they would be good.
"""

import hmac
from datetime import datetime, timedelta
from secrets import token_bytes
from threading import Lock

CHALLENGE_LIFETIME = timedelta(minutes=5)
RANDOM_BYTES, TIME_BYTES, SEAL_BYTES = 16, 8, 32
_EPOCH = datetime(1970, 1, 1)


class Challenges:
    """The challenges of one run of the program."""

    def __init__(self) -> None:
        self._key = token_bytes(32)
        self._spent: dict[bytes, datetime] = {}
        """What came back → until when it would have been good."""
        self._turn = Lock()

    def give(self, purpose: str, browser: str, moment: datetime) -> bytes:
        """A new challenge for this purpose, to the browser with this session."""
        until = int((moment + CHALLENGE_LIFETIME - _EPOCH).total_seconds())
        body = token_bytes(RANDOM_BYTES) + until.to_bytes(TIME_BYTES)
        return body + self._seal(body, purpose, browser)

    def use(self, challenge: bytes, purpose: str, browser: str, moment: datetime) -> bool:
        """Whether it was given to this browser for this purpose and is good; from now on it is not."""
        body, seal = challenge[:-SEAL_BYTES], challenge[-SEAL_BYTES:]
        if len(body) != RANDOM_BYTES + TIME_BYTES or not hmac.compare_digest(seal, self._seal(body, purpose, browser)):
            return False
        until = _EPOCH + timedelta(seconds=int.from_bytes(body[RANDOM_BYTES:]))
        with self._turn:
            self._spent = {spent: end for spent, end in self._spent.items() if end > moment}
            if body in self._spent or not moment < until <= moment + CHALLENGE_LIFETIME:
                return False
            self._spent[body] = until
        return True

    def _seal(self, body: bytes, purpose: str, browser: str) -> bytes:
        return hmac.digest(self._key, b"\0".join((purpose.encode(), browser.encode(), body)), "sha256")
