"""Mails that leave by themselves while Dosar runs. The thread ends when the store is closed: while the data are locked
nothing is sent."""

from dataclasses import dataclass
from logging import getLogger
from threading import Thread

from dosar.long_work.repeated_looks import look_until_closed
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
        look_until_closed(
            self.delivery.services.store.closed,
            lambda: LOOK_SECONDS,
            self.delivery.look,
            lambda error: log.error("No mail could be sent just now: %s", type(error).__name__),
        )
