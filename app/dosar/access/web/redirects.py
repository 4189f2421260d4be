"""Where to send people after they have done something."""

from urllib.parse import urlsplit


def local_redirect_url(address: str | None, otherwise: str = "/") -> str:
    """The address if it leads to a page of this very site, else ``otherwise``."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or "\\" in address or any(ord(sign) < 32 for sign in address):
        return otherwise
    return address
