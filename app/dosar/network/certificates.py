"""Whose certificates are believed: those that this computer's system trusts, as far as Dosar can ask it."""

import ssl


def trusting_context() -> ssl.SSLContext:
    """Verifies certificate and name of whoever is spoken with; never without."""
    try:
        import truststore
    except ImportError:
        return ssl.create_default_context()
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
