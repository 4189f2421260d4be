"""Numbers of versions, compared."""

import re

WRITTEN = re.compile(r"(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:rc(\d{1,6}))?")
FINISHED = 10**7
"""Later than every candidate for the same release."""


def is_version(text: str) -> bool:
    """Whether it is a number that a release may have: ``0.3.0``, ``1.0rc2``."""
    return WRITTEN.fullmatch(text) is not None


def is_newer(version: str, other: str) -> bool:
    """Whether it came out later; what is no number of a release is older than all."""
    return _order(version) > _order(other)


def _order(version: str) -> tuple[int, ...]:
    found = WRITTEN.fullmatch(version)
    if found is None:
        return ()
    *numbers, candidate = found.groups()
    return (*(int(number or 0) for number in numbers), FINISHED if candidate is None else int(candidate))
