"""Whether passkeys work at the address under which this request came, and for which name they are made.

Browsers make them for a name only, never for an address in numbers, and over HTTPS only, or on this computer as
``localhost``. The name is the one that Dosar was started with (``--address``), not one that a request brings.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

from dosar.access.web.hosts import is_loopback_name
from dosar.language.text.message import Message

OWN_NAME = "localhost"


@dataclass(frozen=True)
class PasskeySite:
    """Where a passkey is made and used."""

    name: str
    """The relying party: a passkey of another name proves nothing here."""
    origin: str
    """The whole address, with scheme and port, that the browser vouches for."""


@lru_cache
def is_webauthn_installed() -> bool:
    """Whether the extra ``dosar[passkeys]`` is."""
    return find_spec("webauthn") is not None


def passkey_site() -> PasskeySite | None:
    """The site of this request; None where passkeys do not work."""
    if not is_webauthn_installed():
        return None
    name = urlsplit(f"//{request.host}").hostname or ""
    if name == OWN_NAME:
        return PasskeySite(name, f"http://{request.host}")
    declared = current_app.config.get("HOSTS", [])
    return PasskeySite(name, f"https://{request.host}") if name in declared and not _is_number(name) else None


def why_no_passkeys() -> Message | None:
    """In a sentence; None where they work."""
    if passkey_site() is not None:
        return None
    if not is_webauthn_installed():
        return Message("Passkeys are not installed on this computer (dosar[passkeys]); the telephone does the same.")
    if is_loopback_name(request.host):
        port = urlsplit(f"//{request.host}").port
        address = f"http://{OWN_NAME}:{port}/" if port else f"http://{OWN_NAME}/"
        return Message("Passkeys work only under a name: open Dosar as %(address)s to use them.", {"address": address})
    return Message("Passkeys work only where Dosar is shown under a name and with HTTPS; the telephone does the same.")


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
