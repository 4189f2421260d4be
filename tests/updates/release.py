"""The makers of Dosar, who sign what is new."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dosar.updates.check.newest import Newest, OfferedFile, signed_text

SYSTEM = "linux-x86_64"


@dataclass
class Makers:
    """With a key of their own."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def news(
        self,
        version: str = "9.0.0",
        day: str = "2026-11-30",
        file: OfferedFile | None = None,
        system: str = SYSTEM,
        good_days: int = 60,
    ) -> str:
        """What they publish."""
        signed = date.fromisoformat(day)
        newest = Newest(version, signed, signed + timedelta(days=good_days), {system: file} if file else {})
        return signed_text(newest, self.key.sign)


def offered(content: bytes, server: str) -> OfferedFile:
    """A file of theirs, as it lies on a server."""
    name = f"Dosar-9.0.0-{SYSTEM}.dosar-update"
    return OfferedFile(name, len(content), sha256(content).hexdigest(), f"{server}/{name}")
