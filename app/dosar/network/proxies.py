"""Through which computer a server outside is asked: what this computer's settings say."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from dosar.network.hosts import is_this_computer


def proxy_for(address: str) -> str | None:
    """The proxy on the way to this address, of the environment or of the system's settings."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_this_computer(host) or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)
