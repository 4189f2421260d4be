"""Which computers are others."""

from ipaddress import ip_address


def is_this_computer(host: str) -> bool:
    """Whether what is sent there stays on this computer."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
