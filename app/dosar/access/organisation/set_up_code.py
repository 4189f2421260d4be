"""The code that the set-up asks for: who reads it stands at the computer, or looks after the server.

It is made at each start, is nowhere but in this program's memory and on its console, and is asked for until there is
a first administrator.
"""

from hmac import compare_digest
from secrets import choice
from threading import Lock

from dosar.language.text.message import Mistake

LETTERS = "ACDEFHJKLMNPRTUVWXY34679"
"""None that looks like another one."""
LENGTH = 8
WRONG_TRIES = 50
"""So many of 110 thousand million; then only another start helps."""


class SetUpCode:
    """The code of this start."""

    def __init__(self) -> None:
        made = "".join(choice(LETTERS) for _ in range(LENGTH))
        self.shown = f"{made[: LENGTH // 2]}-{made[LENGTH // 2 :]}"
        self._wrong_tries = 0
        self._turn = Lock()

    @property
    def is_void(self) -> bool:
        """Whether there were too many wrong ones: even the right one opens nothing any more."""
        return self._wrong_tries >= WRONG_TRIES

    def fits(self, typed: str) -> bool:
        """Whether this is the code, however it is written; a wrong one is counted."""
        with self._turn:
            if self.is_void:
                return False
            is_right = compare_digest(_letters_of(typed).encode(), _letters_of(self.shown).encode())
            self._wrong_tries += not is_right
            return is_right


def require_set_up_code(code: SetUpCode, typed: str) -> None:
    """Raises :class:`Mistake` for a stranger, before anything else is told."""
    if code.fits(typed):
        return
    if code.is_void:
        raise Mistake("There were too many wrong codes. Stop Dosar and start it again: it then shows another code.")
    raise Mistake("This is not the code. It stands in the window in which Dosar was started, below the address.")


def _letters_of(written: str) -> str:
    return "".join(letter for letter in written.upper() if letter.isalnum())
