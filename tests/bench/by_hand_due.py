"""What is due, written by hand: counts of each state and worker, the choices, and a page of the list or a calendar."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from flask import g, request
from sqlalchemy import case as one_of
from sqlalchemy import func, or_, select

from dosar.access.framework import Group
from dosar.access.tables import user_group_table, user_table
from dosar.database.system_tables import deadline_table, team_table
from dosar.fields.formats.days import format_day
from dosar.language.deadlines.coming_days import coming_days, tells_coming_days
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.text.translations import own_texts
from dosar.overview.deadlines.coming import MOST_REPEATED
from dosar.overview.deadlines.rule_words import rule_words
from dosar.records.repository import Repository

LINES = 50
STATES = ("Restante", "Azi", "Săptămâna aceasta", "Mai târziu", "Așteaptă acceptarea")
MOST_ON_DAY = {"month": 4, "week": 20}
DAY = timedelta(1)
DAY_OF_WORDS = date(2001, 1, 1)
"""Stands in the words of a rule where the date is written."""


@dataclass(frozen=True)
class DueWords:
    """What is written on the page of something that is due."""

    title: str
    new_sheet: str | None
    """The form of the sheet on which it is done."""
    source: str
    """The form it is counted from."""
    one_click: bool
    before: str
    """By which rule: the words before the date it is counted from, and after it."""
    after: str
    coming: ReadyRule | None
    """Where a calendar foretells that it comes again: how often."""


def words_of_rules(repository: Repository) -> dict[str, DueWords]:
    """Rule → its words, as the person who wrote the page looked them up."""
    return {rule.key: _words(repository, rule) for rule in repository.definition.deadlines}


def _words(repository: Repository, rule: ReadyRule) -> DueWords:
    counted = rule_words(rule, DAY_OF_WORDS, None, repository.forms, "ro")
    said = counted.say(own_texts("ro").gettext) if counted is not None else ""
    before, _, after = said.partition(format_day(DAY_OF_WORDS, "ro"))
    after += "; bună practică, fără obligație" if rule.rule.weight == "advice" else ""
    new_sheet = rule.due_form if rule.is_new_sheet else None
    return DueWords(
        rule.rule.title["ro"],
        new_sheet,
        rule.source.form,
        rule.rule.one_click,
        before,
        after,
        rule if tells_coming_days(rule) else None,
    )


def address_of(words: Mapping[str, DueWords], row: Any, back: str = "") -> str:
    """Where what is due is done: a new sheet, or the one it is counted from."""
    rule = words[row.rule]
    if rule.new_sheet:
        return f"/records/{rule.new_sheet}/new?case={row.case_id}{f'&next={back}' if back else ''}"
    return f"/cases/{row.record_id}" if rule.source == "case" else f"/records/{rule.source}/{row.record_id}"


def due_page(cases: Any, hers: Callable[[Any], Any], page: Callable[..., str], words: Mapping[str, DueWords]) -> str:
    """The page; ``words`` are those of what is due, by the keys of the rules."""
    day, today = deadline_table.c, date.today()
    sunday = today + timedelta(6 - today.weekday())
    joined = deadline_table.outerjoin(cases, cases.c.id == day.case_id)
    deleted = select(cases.c.id).where(cases.c.deleted_at.is_not(None))
    mine = or_(day.case_id.is_(None), hers(day.case_id) & day.case_id.not_in(deleted))
    late = day.day < today
    state = one_of((late & day.waits, 4), (late, 0), (day.day == today, 1), (day.day <= sunday, 2), else_=3)
    worker = func.coalesce(day.user_id, 0)
    counted = g.connection.execute(
        select(worker, state, func.count(day.id))
        .where(mine)
        .group_by(worker, state)  # few are deleted: no case is read
    ).all()
    view, number = request.args.get("view", "list"), max(request.args.get("page", 1, type=int), 1)
    days: Sequence[date] = () if view == "list" else _days_shown(view, today)
    rows = _rows_of_days(joined, cases, mine, days, view) if days else _rows_of_page(joined, cases, mine, number)
    workers = {who for who, _, _ in counted if who}
    people = select(user_table.c.id, user_table.c.first_name, user_table.c.last_name).where(
        user_table.c.id.in_(workers)
    )
    teams = [(team, name) for team, name in g.connection.execute(_her_teams())]
    names = {row.id: f"{row.first_name} {row.last_name}" for row in g.connection.execute(people)}
    states, overdue = Counter[int](), Counter[int]()
    for who, of_state, count in counted:
        states[of_state] += count
        overdue[who] += count if of_state == 0 else 0
    back = quote(request.full_path.rstrip("?"), safe="")
    return page(
        "due_calendar.html" if days else "due.html",
        [row.case_id for row in rows],
        rows=rows,
        names=names,
        teams=teams,
        words=words,
        back=back,
        address=lambda row: address_of(words, row, back),
        led=_led_by_her(rows) if not days else set(),
        days=days,
        by_day={each: [row for row in rows if row.day == each] for each in days},
        coming=_coming_again(joined, cases, mine, days, words) if days and days[-1] > today else {},
        states=[(place, title, states[place]) for place, title in enumerate(STATES) if place < 4 or states[place]],
        late=[(names.get(who, "fără responsabil"), who, count) for who, count in overdue.most_common() if count],
        now=today,
        number=number,
        count=sum(states.values()),
    )


def _her_teams() -> Any:
    """The teams she may ask for: a coordinator every one, others their own."""
    every = select(Group.id, Group.name).distinct().order_by(Group.name)
    within = every.join(user_group_table, user_group_table.c.group_id == Group.id)
    return within if g.visitor.role == "coordinator" else within.where(user_group_table.c.user_id == g.visitor.id)


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
    every = func.count(day.id).over(partition_by=day.day).label("every")
    shown = mine & day.day.between(days[0], days[-1])
    within = select(day.id, place, every).where(shown).subquery()
    both = joined.join(within, within.c.id == day.id)
    query = select(*_columns(day, cases), within.c.every).select_from(both).where(within.c.place <= MOST_ON_DAY[view])
    return g.connection.execute(query.order_by(day.day, day.id)).all()


def _coming_again(
    joined: Any, cases: Any, mine: Any, days: Sequence[date], words: Mapping[str, DueWords]
) -> dict[date, list[Any]]:
    """Day → what will come again on it."""
    day, found = deadline_table.c, dict[date, list[Any]]()
    again = [key for key, said in words.items() if said.coming]
    wanted = mine & day.rule.in_(again) & (day.day <= days[-1]) & day.waits.is_not(True)
    query = select(*_columns(day, cases)).select_from(joined).where(wanted).order_by(day.day, day.id)
    rows = g.connection.execute(query.limit(MOST_REPEATED + 1)).all()
    for row in rows if len(rows) <= MOST_REPEATED else ():
        rule = words[row.rule].coming
        if rule is None or rule.rule.every is None:
            continue  # how often stands on the sheet: none is filled in here
        since = max(days[0], date.today() + DAY)
        for each in coming_days(rule, rule.rule.every, row.since, row.day, None, since, days[-1]):
            found.setdefault(each, []).append(row)
    return found


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
