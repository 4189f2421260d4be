"""An authenticator in a few lines: it makes passkeys and signs challenges as browsers hand them over, and as they never
would."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from re import search
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 1, 4, 64


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def question_on(page: str) -> dict[str, Any]:
    """What the page asks an authenticator."""
    found = search(r'data-passkey="([^"]+)"', page)
    assert found, "no authenticator is asked"
    asked: dict[str, Any] = json.loads(unescape(found[1]))
    return asked


@dataclass
class Authenticator:
    """One passkey."""

    name: str = "localhost"
    origin: str = "http://localhost"
    verifies: bool = True
    """Whether it asks for a finger."""
    counts: bool = True
    """Whether it counts how often it signed; those that are synchronised do not."""
    credential: bytes = field(default_factory=lambda: token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    count: int = 0
    handle: str = ""

    def make(self, asked: dict[str, Any]) -> str:
        """The answer to a page that adds a passkey."""
        self.handle = asked["user"]["id"]
        data = (
            self._data(WITH_KEY) + bytes(16) + len(self.credential).to_bytes(2) + self.credential + self._public_key()
        )
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=b64(client), attestationObject=b64(attestation))

    def sign(self, asked: dict[str, Any]) -> str:
        """The answer to a page that asks for a passkey."""
        self.count += self.counts
        data, client = self._data(), self._client_data("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(**{part: b64(value) for part, value in parts.items()}, userHandle=self.handle)

    def _answer(self, **response: str) -> str:
        credential = b64(self.credential)
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": response})

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return sha256(self.name.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})


def challenge_of(asked: dict[str, Any]) -> bytes:
    """The bytes of its challenge."""
    text = asked["challenge"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
