"""Long work that somebody asks for in the browser: done in the background, one piece at a time, each step told."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, RLock, Thread

from dosar.database.store_errors import StoreError


@dataclass(frozen=True)
class WorkProgress:
    """How far the work is."""

    step: str = ""
    fraction: float = 0.0
    place: str = ""
    """Where it is done, if that is at one place after another."""


class BackgroundWork:
    """One piece of work at a time, in a thread of its own, and what is known of it."""

    def __init__(self) -> None:
        self._turn, self._change = Lock(), RLock()
        self.progress: WorkProgress | None = None
        """How far it is; None while nothing is being done."""
        self.trouble: StoreError | None = None
        """Why the work that was done last came to nothing."""

    @property
    def is_running(self) -> bool:
        """Whether something is being done just now."""
        return self.progress is not None

    def tell(self, step: str, fraction: float) -> None:
        """Say how far it is."""
        self.progress = WorkProgress(step, fraction)

    def _take_turn(self) -> bool:
        """Whether nothing else is being done, so that this may be; the end of the work gives the turn back."""
        with self._change:
            if not self._turn.acquire(blocking=False):
                return False
            self.progress, self.trouble = WorkProgress(), None
        return True

    def _start(self, do: Callable[[], None]) -> None:
        """Do it in the background, now that it is its turn."""
        Thread(target=self._work, args=(do,), daemon=True).start()

    def _work(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # nobody would ever hear of it
            self.trouble = self._trouble_of(error)
        finally:
            self._end()

    def _trouble_of(self, error: Exception) -> StoreError:
        """What is said of an error, where there are words for it."""
        raise error

    def _end(self) -> None:
        with self._change:  # whoever sees that nothing is being done may begin
            self.progress = None
            self._turn.release()
