"""The walk of those who run the programme."""

from tests.attack.stories import Stories

ROLES = ("coordinator", "case_manager", "accountant", "administrator")


class TestOffice(Stories):
    """They see the most, and change the most."""
