"""Mails that leave by themselves while Dosar runs. The thread ends when the store is closed: while the data are locked
nothing is sent."""

from dataclasses import dataclass
from logging import getLogger
from threading import Thread

from dosar.mail.delivery import MailDelivery

log = getLogger(__name__)

LOOK_SECONDS = 60.0


@dataclass
class MailSchedule:
    """Looks every minute whether something is to be sent."""

    delivery: MailDelivery

    def watch(self) -> None:
        """Look from now on, in the background."""
        Thread(target=self._look_on, daemon=True).start()

    def _look_on(self) -> None:
        store = self.delivery.services.store
        while not store.closed.wait(LOOK_SECONDS):
            try:
                self.delivery.look()
            except Exception as error:  # the next look may succeed; without this thread no mail would leave
                if not store.closed.is_set():
                    log.error("No mail could be sent just now: %s", type(error).__name__)
