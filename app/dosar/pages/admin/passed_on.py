"""What goes on to others as accounts change is told to who changes them: how much, not of whom."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from flask import current_app, flash
from flask_babel import ngettext
from sqlalchemy import func, select

from dosar.access.services import access_services
from dosar.database.system_tables import deadline_table


@contextmanager
def telling_what_goes_on(users: Collection[int]) -> Iterator[None]:
    """Change these accounts inside; how many deadlines are theirs no more is told on the next page."""
    before = _deadlines_of(users)
    yield
    if gone := (before - _deadlines_of(users)).total():
        told = ngettext(
            "%(num)s deadline goes on to whoever is responsible next.",
            "%(num)s deadlines go on to whoever is responsible next.",
            gone,
        )
        flash(told, "success")


def _deadlines_of(users: Collection[int]) -> Counter[int]:
    """User → how many deadlines are hers; none where no case files are kept."""
    if "dosar_repository" not in current_app.extensions:
        return Counter()
    query = select(deadline_table.c.user_id, func.count()).where(deadline_table.c.user_id.in_(sorted(users)))
    rows = access_services().session.execute(query.group_by(deadline_table.c.user_id))
    return Counter({row.user_id: row[1] for row in rows})
