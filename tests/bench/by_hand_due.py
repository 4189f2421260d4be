"""What is due, written by hand: counts of each state and worker, the choices, and a page of the list or a calendar."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import g, request
from sqlalchemy import case as one_of
from sqlalchemy import func, or_, select

from dosar.access.tables import user_table
from dosar.database.system_tables import deadline_table, team_table

LINES = 50
STATES = ("Restante", "Azi", "Săptămâna aceasta", "Mai târziu")
MOST_ON_DAY = {"month": 4, "week": 20}
DAY = timedelta(1)


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
    view, number = request.args.get("view", "list"), max(request.args.get("page", 1, type=int), 1)
    days: Sequence[date] = () if view == "list" else _days_shown(view, today)
    rows = _rows_of_days(joined, cases, mine, days, view) if days else _rows_of_page(joined, cases, mine, number)
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
        "due_calendar.html" if days else "due.html",
        rows=rows,
        names=names,
        rules=rules,
        led=_led_by_her(rows) if not days else set(),
        days=days,
        by_day={each: [row for row in rows if row.day == each] for each in days},
        states=[(title, states[place]) for place, title in enumerate(STATES)],
        late=[(names.get(who, "fără responsabil"), who, count) for who, count in late.most_common() if count],
        now=today,
        number=number,
        count=sum(states.values()),
    )


def _columns(day: Any, cases: Any) -> list[Any]:
    named = ("id", "rule", "case_id", "record_id", "day", "since", "user_id")
    return [*(day[name] for name in named), *(cases.c[name] for name in ("code", "last_name", "first_name"))]


def _rows_of_page(joined: Any, cases: Any, mine: Any, number: int) -> Any:
    day = deadline_table.c
    query = select(*_columns(day, cases)).select_from(joined).where(mine).order_by(day.day, day.id)
    return g.connection.execute(query.limit(LINES).offset((number - 1) * LINES)).all()


def _rows_of_days(joined: Any, cases: Any, mine: Any, days: Sequence[date], view: str) -> Any:
    """The first of each day, and how many there are."""
    day = deadline_table.c
    place = func.row_number().over(partition_by=day.day, order_by=day.id).label("place")
    every = func.count().over(partition_by=day.day).label("every")
    shown = mine & day.day.between(days[0], days[-1])
    within = select(day.id, place, every).select_from(joined).where(shown).subquery()
    both = joined.join(within, within.c.id == day.id)
    query = select(*_columns(day, cases), within.c.every).select_from(both).where(within.c.place <= MOST_ON_DAY[view])
    return g.connection.execute(query.order_by(day.day, day.id)).all()


def _days_shown(view: str, today: date) -> list[date]:
    shown = date.fromisoformat(request.args.get("day", today.isoformat()))
    first = shown if view == "week" else shown.replace(day=1)
    last = shown if view == "week" else (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    begin, end = first - DAY * first.weekday(), last + DAY * (6 - last.weekday())
    return [begin + DAY * place for place in range((end - begin).days + 1)]


def _led_by_her(rows: Any) -> set[int]:
    """The cases on the page that she leads: there she may put off what is due. Who corrects every case may in each."""
    shown = {row.case_id for row in rows}
    if g.visitor.role == "coordinator":
        return shown
    team = team_table.c
    led = select(team.case_id).where(team.case_id.in_(shown), team.user_id == g.visitor.id, team.until.is_(None))
    return {*g.connection.scalars(led.where(team.leads))}
