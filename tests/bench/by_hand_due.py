"""What is due, written by hand: the counts of each state and worker, the choices, and a page of the list."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import g, request
from sqlalchemy import case as one_of
from sqlalchemy import func, or_, select

from dosar.access.tables import user_table
from dosar.database.system_tables import deadline_table

LINES = 50
STATES = ("Restante", "Azi", "Săptămâna aceasta", "Mai târziu")


def due_page(cases: Any, hers: Callable[[Any], Any], page: Callable[..., str], rules: dict[str, str]) -> str:
    """The page; ``rules`` are the titles of what is due, by their keys."""
    day, today = deadline_table.c, date.today()
    sunday = today + timedelta(6 - today.weekday())
    joined = deadline_table.outerjoin(cases, cases.c.id == day.case_id)
    mine = or_(day.case_id.is_(None), (cases.c.deleted_at.is_(None)) & hers(day.case_id))
    state = one_of((day.day < today, 0), (day.day == today, 1), (day.day <= sunday, 2), else_=3)
    worker = func.coalesce(day.user_id, 0)
    counted = g.connection.execute(
        select(worker, state, func.count()).select_from(joined).where(mine).group_by(worker, state)
    ).all()
    number = max(request.args.get("page", 1, type=int), 1)
    rows = g.connection.execute(
        select(
            day.rule,
            day.case_id,
            day.record_id,
            day.day,
            day.since,
            day.user_id,
            cases.c.code,
            cases.c.last_name,
            cases.c.first_name,
        )
        .select_from(joined)
        .where(mine)
        .order_by(day.day, day.id)
        .limit(LINES)
        .offset((number - 1) * LINES)
    ).all()
    workers = {who for who, _, _ in counted if who}
    people = select(user_table.c.id, user_table.c.first_name, user_table.c.last_name).where(
        user_table.c.id.in_(workers)
    )
    names = {row.id: f"{row.first_name} {row.last_name}" for row in g.connection.execute(people)}
    states, late = Counter[int](), Counter[int]()
    for who, of_state, count in counted:
        states[of_state] += count
        late[who] += count if of_state == 0 else 0
    return page(
        "due.html",
        rows=rows,
        names=names,
        rules=rules,
        states=[(title, states[place]) for place, title in enumerate(STATES)],
        late=[(names.get(who, "al nimănui"), who, count) for who, count in late.most_common() if count],
        now=today,
        number=number,
        count=sum(states.values()),
    )
