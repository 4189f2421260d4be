"""The telephones of those who sign in by the real pages: one secret for all, and codes that are never used up."""

import re
from datetime import UTC, datetime
from typing import Any

from pyotp import HOTP
from sqlalchemy import insert, select, update

from dosar.access.factors.second_factor import open_secret, seal_secret
from dosar.access.login.credentials import normalized_user_name
from dosar.access.login.one_time_codes import step_at
from dosar.access.services import AccessServices
from dosar.access.tables import second_factor_table, user_table

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def connect_telephone(services: AccessServices, user_id: int) -> None:
    """Give the user a telephone, as if she had connected it; the account history knows nothing of it."""
    kept = {"secret": seal_secret(services, user_id, SECRET), "last_step": 0, "enrolled": services.clock()}
    with services.store.writing() as session:
        session.execute(insert(second_factor_table).values(user_id=user_id, **kept))


def code_of(moment: datetime, secret: str = SECRET) -> str:
    """What the telephone shows at this moment (UTC)."""
    return str(HOTP(secret).at(step_at(moment)))


def code_now(secret: str) -> str:
    """What the telephone shows now, where no clock is the test's own."""
    return code_of(datetime.now(UTC).replace(tzinfo=None), secret)


def key_on(page: str) -> str:
    """The key that a page tells the app."""
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
    assert found, "no key on the page"
    return found[1].replace(" ", "")


def code_on(page: str) -> str:
    """The code that an administrator is shown, to hand it over to somebody who has no telephone connected."""
    found = re.search(r'<code class="key">([A-Z2-7-]{19})</code>', page)
    assert found, "no code on the page"
    return found[1]


def unused_code(app: Any, user_name: str) -> str:
    """What this user's telephone shows now, made to open once more: two sign-ins may fall into one half minute."""
    services: AccessServices = app.extensions["dosar_access"]
    hers = select(user_table.c.id).where(user_table.c.username == normalized_user_name(user_name))
    factor = second_factor_table.c
    with services.store.writing() as session:
        session.execute(update(second_factor_table).where(factor.user_id.in_(hers)).values(last_step=0))
        user_id, sealed = session.execute(select(factor.user_id, factor.secret).where(factor.user_id.in_(hers))).one()
    return code_of(services.clock(), open_secret(services, user_id, sealed))
