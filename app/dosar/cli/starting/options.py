"""What somebody asks of a program that shows pages."""

from dataclasses import dataclass

from dosar.cli.places import Places

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8080
DEFAULT_SEAL_HOURS = 12


@dataclass(frozen=True)
class StartOptions:
    """What was asked for."""

    places: Places
    demo: bool = False
    port: int = DEFAULT_PORT
    address: str | None = None
    """The host that a web server with HTTPS shows it under."""
    no_browser: bool = False
    new_organisation: bool = False
    seal_after: float = DEFAULT_SEAL_HOURS
    """Hours without anybody at work, after which the data are sealed; 0: never."""

    @property
    def hosts(self) -> list[str]:
        """Names of this program beside the computer's own."""
        return [self.address] if self.address else []

    @property
    def pages_address(self) -> str:
        """Where this machine's browser finds the pages."""
        return f"http://{DEFAULT_HOST}:{self.port}/"
