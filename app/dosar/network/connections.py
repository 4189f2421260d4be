"""Connections to servers outside: through this computer's proxy, with certificates judged as the system judges them."""

from collections.abc import Mapping

import urllib3

from dosar.network.certificates import trusting_context
from dosar.network.proxies import proxy_for


def trusting_pool(address: str) -> urllib3.PoolManager:
    """What connects to this address."""
    trust = trusting_context()
    proxy = proxy_for(address)
    if proxy is None:
        return urllib3.PoolManager(ssl_context=trust)
    password = urllib3.util.parse_url(proxy).auth
    headers: Mapping[str, str] = urllib3.make_headers(proxy_basic_auth=password) if password else {}
    return urllib3.ProxyManager(proxy, proxy_headers=headers, ssl_context=trust)
