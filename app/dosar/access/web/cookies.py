"""What cookies are called over HTTPS, so that nobody else can have set them.

A browser takes a cookie whose name begins with ``__Host-`` or ``__Secure-`` over HTTPS only, the first from this very
host alone and for all of it (RFC 6265bis, 4.1.3). So no other host of the organisation's domain, and nobody on the way,
puts a session or a language of his own under a worker. On one computer there is no HTTPS: the names stay plain.
"""

from flask import request


def host_cookie(name: str) -> str:
    """The name of a cookie that is sent to every page of this host."""
    return f"__Host-{name}" if request.is_secure else name


def path_cookie(name: str) -> str:
    """The name of a cookie that is sent to some pages of this host only."""
    return f"__Secure-{name}" if request.is_secure else name
