"""The walk of those who visit, treat and defend, and of everybody without a role."""

from dosar import shipped_folder
from tests.attack.policy import ANYBODY, NEWCOMER, Policy
from tests.attack.stories import ONE_FORM_IN, Stories
from tests.attack.test_walk_office import ROLES as OFFICE
from tests.attack.test_walk_postgresql import ROLES as ON_POSTGRESQL

EVERYBODY = (*Policy(shipped_folder("forms")).roles, NEWCOMER, ANYBODY)
ROLES = tuple(role for role in EVERYBODY if role not in (*OFFICE, *ON_POSTGRESQL))
SHARE = ONE_FORM_IN


class TestField(Stories):
    """Whatever role there is besides, it walks here."""
