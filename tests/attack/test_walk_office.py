"""The walk of those who run the programme."""

from tests.attack.stories import ONE_FORM_IN, Stories

ROLES = ("coordinator", "accountant", "administrator")
SHARE = ONE_FORM_IN


class TestOffice(Stories):
    """They see the most, and change the most."""
