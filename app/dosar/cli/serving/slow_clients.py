"""Time limits for connections, so that no client keeps others out by being slow.

waitress alone counts from the last byte: a connection that says nothing holds its place for two minutes, one that sends
a byte now and then for ever. Here a request has a time by which it must be there, and where places run short those go
first that have said least.
"""

from typing import Any

HEADER_SECONDS = 15
"""For a new connection, until the head of its first request is there."""
BODY_SECONDS = 60
BODY_BYTES_PER_SECOND = 8 * 1024
"""How long a body may take: a minute, and longer the more of it has come. 27 MB over a poor telephone arrive."""
IDLE_SECONDS = 60
"""For a connection that is kept open between two pages."""
MAX_CONNECTIONS = 400
"""Fewer than Windows can wait for at once."""
CROWDED_AT = 300
"""With so many open, the slowest make room, every second."""

LIMIT_OPTIONS = {"connection_limit": MAX_CONNECTIONS, "channel_timeout": IDLE_SECONDS, "cleanup_interval": 1}


class RequestClock:
    """Since when one connection has been sending its request, and how much of it came."""

    def __init__(self, moment: float) -> None:
        self.is_sending = True
        """A new connection owes a request; one that has sent one may rest."""
        self._begin(moment)

    def _begin(self, moment: float) -> None:
        self.since = moment
        self.received_bytes = 0
        self.has_head = False

    def note(self, moment: float, count: int, request: Any) -> None:
        """So many bytes came; ``request`` is what is still incomplete after them, if anything is."""
        if request is None or not self.is_sending:
            self._begin(moment)
        self.is_sending = request is not None
        self.received_bytes += count
        self.has_head = request is not None and bool(request.headers_finished)

    def is_over(self, moment: float) -> bool:
        """Whether the request should have been there by now."""
        body_seconds = BODY_SECONDS + self.received_bytes / BODY_BYTES_PER_SECOND
        return self.is_sending and moment - self.since > (body_seconds if self.has_head else HEADER_SECONDS)

    @property
    def rank(self) -> tuple[bool, float]:
        """Who makes room first: without a head before with one, and then who came first."""
        return self.has_head, self.since


def close_slow_connections(channels: list[Any], moment: float) -> None:
    """Close what is over its time, and as many more as it takes to have room."""
    for channel in channels:
        if channel.clock.is_over(moment):
            channel.will_close = True
    idle = [channel for channel in channels if not channel.requests and not channel.will_close]
    crowd = sum(not channel.will_close for channel in channels) - CROWDED_AT
    for channel in sorted(idle, key=lambda channel: channel.clock.rank)[: max(crowd, 0)]:
        channel.will_close = True
