"""The walk on PostgreSQL, of a role that reaches its own cases and of one that is kept from names.

What the roles may is the same everywhere; what the statements and triggers of the other database do is walked here.
``python -m tests.rigs.walk`` walks these roles on both.
"""

from tests.attack.stories import ONE_FORM_IN, Stories

DATABASE = "postgresql"
ROLES = ("case_manager", "volunteer")
SHARE = ONE_FORM_IN


class TestPostgresql(Stories):
    """The same stories."""
