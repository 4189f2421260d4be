"""What is kept of secret words that browsers and invitations carry."""

from hashlib import sha256


def secret_digest(word: str) -> str:
    """What the table keeps of a secret word: reading the table opens nothing."""
    return sha256(word.encode()).hexdigest()
