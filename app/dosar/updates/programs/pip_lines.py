"""What is typed where Dosar was installed into a Python, which brings new versions itself."""

PIP, PIPX, UV = "pip install --upgrade dosar", "pipx upgrade dosar", "uv tool upgrade dosar"
"""Each for those who installed it so."""


def line_of_version(version: str) -> str:
    """What installs this version, or one that is not known."""
    return f"pip install dosar=={version or '…'}"
