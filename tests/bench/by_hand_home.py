"""The first page, written by hand: what is due, what is missing in one's cases, what waits, what changed, places."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import current_app, g
from sqlalchemy import and_, bindparam, func, literal, or_, select, union_all

from dosar.access.tables import (
    access_request_table,
    emergency_access_table,
    mail_table,
    setting_table,
    user_table,
)
from dosar.database.system_tables import deadline_table, draft_table, history_table, team_table
from tests.bench.by_hand_due import STATES, DueWords, address_of

SHOWN, MOST = 8, 500
CLOSED = ("closed", "closed_referred", "archived")
WRITTEN_WHEN_CLOSED = {"case_stage", "final_note", "success_check", "monitoring_form", "visit_report"}
DAY = timedelta(1)


class FirstPage:
    """The page; its long statements are made once."""

    def __init__(
        self, tables: Mapping[str, Any], dated: Mapping[str, str | None], stages: Any, due: Mapping[str, DueWords]
    ) -> None:
        self.tables, self.cases, self.stages, self.due = tables, tables["case"], stages, due
        needed = {form for _, needs, _ in stages for form in needs}
        self.counting = union_all(*[_counted(form, tables[form]) for form in sorted(needed)])
        after = tables["monitoring_form"]
        closed = select(self.cases.c.closed_on).where(self.cases.c.id == after.c.case_id).scalar_subquery()
        self.following = _counted("follow_up", after, after.c[dated["monitoring_form"]] >= closed)
        self.waiting = union_all(*[_waiting(form, tables[form]) for form in dated])

    def show(self, hers: Callable[[Any], Any], page: Callable[..., str]) -> str:
        """The page of the visitor."""
        today, entered = date.today(), self._entered()
        morning = datetime.combine(today, time()).astimezone(UTC).replace(tzinfo=None)
        settings = {row.key for row in self._settings()}
        due, changed = self._due(hers, today), self._changed(hers)
        lacking, by_others = self._lacking(), self._by_others(hers)
        seen = [row.case_id for rows in (*due.values(), by_others) for row in rows]
        seen += [row.id for row in (*changed, *(case for case, *_ in lacking[:SHOWN]))]
        return page(
            "home.html",
            seen,
            cards=f"tour.{g.visitor.id}" not in settings,
            copies=g.visitor.role == "coordinator" and "backup" not in settings,
            confirming=self._confirming() if g.visitor.role == "coordinator" else [],
            emergencies=self._emergencies() if g.visitor.role == "coordinator" else 0,
            drafts=self._drafts(),
            due=due,
            late=self._late(today) if g.visitor.role == "coordinator" else [],
            words=self.due,
            address=partial(address_of, self.due),
            to_check=self._to_check(hers) if g.visitor.role == "coordinator" else [],
            lacking=lacking,
            new_sheets=self._new_sheets(entered),
            by_others=by_others,
            places=self._places(),
            leaving=self._leaving(hers, today),
            changed=changed,
            entered=[row for row in entered if row.at >= morning],
            now=today,
        )

    def _settings(self) -> Any:
        keys = (f"tour.{g.visitor.id}", "backup")
        return g.connection.execute(select(setting_table.c.key).where(setting_table.c.key.in_(keys)))

    def _confirming(self) -> Any:
        asked, since = access_request_table.c, datetime.now(UTC).replace(tzinfo=None) - 7 * DAY
        waits = asked.asked > since, asked.user_id != g.visitor.id, asked.asked_by != g.visitor.id
        people = select(asked.name, asked.asked, user_table.c.last_name).where(*waits)
        return g.connection.execute(people.join(user_table, user_table.c.id == asked.user_id)).all()

    def _emergencies(self) -> Any:
        opened, since = emergency_access_table.c, datetime.now(UTC).replace(tzinfo=None) - 30 * DAY
        unseen = select(func.count()).where(opened.opened > since, opened.seen_by.is_(None))
        given_up = select(func.count()).where(mail_table.c.state == "given_up").scalar_subquery()
        return sum(g.connection.execute(unseen.add_columns(given_up)).one())

    def _drafts(self) -> Any:
        draft, case = draft_table.c, self.cases.c
        since = datetime.now(UTC).replace(tzinfo=None) - 14 * DAY
        of_case = or_(case.id == draft.case_id, and_(draft.form == "case", case.id == draft.record_id))
        return g.connection.execute(
            select(draft.form, draft.case_id, draft.record_id, draft.step, draft.saved_at, *_person(case))
            .outerjoin_from(draft_table, self.cases, of_case)
            .where(draft.user_id == g.visitor.id, draft.saved_at >= since)
            .order_by(draft.saved_at.desc())
        ).all()

    def _due(self, hers: Callable[[Any], Any], today: date) -> dict[str, list[Any]]:
        """Heading → what is announced of hers: all that is late or due today, and the first of the rest."""
        day, case, sunday = deadline_table.c, self.cases.c, today + timedelta(6 - today.weekday())
        reached = or_(day.case_id.is_(None), and_(case.deleted_at.is_(None), hers(day.case_id)))
        mine = [day.user_id == g.visitor.id, day.case_id.in_(_own_cases(g.visitor.id))]
        mine += [day.user_id.is_(None)] if g.visitor.role == "coordinator" else []
        rows = g.connection.execute(
            select(day.id, day.rule, day.case_id, day.record_id, day.day, day.user_id, day.waits, day.time)
            .add_columns(*_person(case), user_table.c.first_name.label("whose"), user_table.c.last_name.label("of"))
            .select_from(deadline_table)
            .outerjoin(self.cases, case.id == day.case_id)
            .outerjoin(user_table, user_table.c.id == day.user_id)
            .where(reached, day.announced_on <= today)
            .where(or_(*mine))
            .order_by(day.day, day.id)
        )
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            late, now = row.day < today and not row.waits, row.day <= today
            heading = (
                "Restante" if late else "Azi" if now else "Săptămâna aceasta" if row.day <= sunday else "Mai târziu"
            )
            groups[heading].append(row)
        return {heading: of if heading in STATES[:2] else of[:SHOWN] for heading, of in groups.items()}

    def _late(self, today: date) -> Any:
        """How much is overdue with whom, the most first."""
        day, case, count = deadline_table.c, self.cases.c, func.count(deadline_table.c.id).label("count")
        deleted = select(case.id).where(case.deleted_at.is_not(None))
        is_there = or_(day.case_id.is_(None), day.case_id.not_in(deleted))
        late = select(day.user_id, count).where(day.day < today, day.waits.is_not(True), is_there)
        counted = late.group_by(day.user_id).subquery()
        people = select(counted.c.count, user_table.c.first_name, user_table.c.last_name).outerjoin_from(
            counted, user_table, user_table.c.id == counted.c.user_id
        )
        return g.connection.execute(people.order_by(counted.c.count.desc())).all()

    def _to_check(self, hers: Callable[[Any], Any]) -> Any:
        every, case = self.waiting.subquery(), self.cases.c
        turn = history_table.c
        last = (
            select(turn.action)
            .where(turn.form == every.c.form, turn.record_id == every.c.id)
            .order_by(turn.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        return g.connection.execute(
            select(every, *_person(case), user_table.c.first_name.label("by_first"), user_table.c.last_name.label("by"))
            .select_from(every)
            .join(self.cases, case.id == every.c.case_id)
            .join(user_table, user_table.c.id == every.c.created_by)
            .where(case.deleted_at.is_(None), hers(case.id), last != "returned")
            .order_by(every.c.created_at)
            .limit(MOST)
        ).all()

    def _entered(self) -> Sequence[Any]:
        """What she entered in the last month."""
        entry, case, since = history_table.c, self.cases.c, datetime.now(UTC).replace(tzinfo=None) - 30 * DAY
        later = history_table.alias()
        gone = select(later.c.id).where(
            later.c.form == entry.form, later.c.record_id == entry.record_id, later.c.action == "deleted"
        )
        found: Sequence[Any] = g.connection.execute(
            select(entry.form, entry.record_id, entry.at, *_person(case))
            .outerjoin_from(history_table, self.cases, case.id == entry.case_id)
            .where(entry.user_id == g.visitor.id, entry.action == "entered", entry.at >= since, ~gone.exists())
            .order_by(entry.id.desc())
            .limit(MOST)
        ).all()
        return found

    def _lacking(self) -> list[tuple[Any, str, str, int]]:
        """Of her cases those lacking a document in the stage where they are: case, stage, form, how many more."""
        case, stage, worker = self.cases.c, self.tables["case_stage"].c, {"worker": g.visitor.id}
        own = _own_cases(g.visitor.id)
        cases = g.connection.execute(
            select(*_person(case), case.id, case.status, case.changed_at)
            .where(case.id.in_(own), case.deleted_at.is_(None))
            .order_by(case.changed_at, case.id)
        ).all()
        whole: dict[int, set[str]] = defaultdict(set)
        for row in [*g.connection.execute(self.counting, worker), *g.connection.execute(self.following, worker)]:
            if row.count and not row.lacking:
                whole[row.case_id].add(row.form)
        written = select(stage.case_id, stage.stage, stage.entered_on, stage.finished_on).where(
            stage.case_id.in_(own), stage.deleted_at.is_(None), stage.to_check.is_not(True)
        )
        begun: dict[int, dict[str, bool]] = defaultdict(dict)
        for row in g.connection.execute(written.order_by(stage.entered_on, stage.id)):
            begun[row.case_id][row.stage] = row.finished_on is None
        found = [(row, self._missing(row, whole[row.id], begun[row.id])) for row in cases]
        return [(row, *missing[0], len(missing) - 1) for row, missing in found if missing]

    def _missing(self, case: Any, whole: set[str], begun: Mapping[str, bool]) -> list[tuple[str, str]]:
        keys = ("contact", "interview", "identification", "needs", "plan", "monitoring", "closure", "follow_up")
        lacks = []
        for key, (title, needs, _) in zip(keys, self.stages, strict=True):
            forms = [(form, "follow_up" if key == "follow_up" else form) for form in needs]
            lacks.append((key, title, [form for form, counted in forms if counted not in whole]))
        open_stages = [key for key, *_ in lacks if begun.get(key)]
        current = open_stages[-1] if open_stages else next((key for key, _, forms in lacks if forms), None)
        missing = [
            (title, form) for key, title, forms in lacks if key == current or key in open_stages for form in forms
        ]
        closed = case.status in CLOSED
        return [each for each in missing if not closed or each[1] in WRITTEN_WHEN_CLOSED]

    def _new_sheets(self, entered: Sequence[Any]) -> list[str]:
        """Those she filled in last, else the first of the menu."""
        in_menu = [url for _, links in current_app.jinja_env.globals["menu"] for url, _ in links]  # type: ignore[attr-defined]
        forms = [url.removeprefix("/records/") for url in in_menu if url.startswith("/records/")]
        return [*dict.fromkeys([*(row.form for row in entered), *forms])][:SHOWN]

    def _by_others(self, hers: Callable[[Any], Any]) -> Any:
        """What others did last, each record told once."""
        case, most = self.cases.c, 5 * SHOWN
        by_others = history_table.c.user_id != g.visitor.id, history_table.c.case_id.is_not(None)
        changes = select(history_table).where(*by_others)
        if g.visitor.role == "coordinator":  # else all of it is joined, and most of it thrown away
            changes = changes.order_by(history_table.c.id.desc()).limit(most)
        newest = changes.subquery()
        entry = newest.c
        rows = g.connection.execute(
            select(entry.form, entry.record_id, entry.case_id, entry.action, entry.at, *_person(case))
            .add_columns(user_table.c.first_name.label("by_first"), user_table.c.last_name.label("by"))
            .select_from(newest)
            .join(self.cases, case.id == entry.case_id)
            .join(user_table, user_table.c.id == entry.user_id)
            .where(case.deleted_at.is_(None), hers(entry.case_id))
            .order_by(entry.id.desc())
            .limit(most)
        )
        return [*{(row.form, row.record_id): row for row in reversed(rows.all())}.values()][-SHOWN:][::-1]

    def _places(self) -> Any:
        """Phase, beds, and how many are taken."""
        place, stay = self.tables["facility"].c, self.tables["stay"].c
        now = stay.deleted_at.is_(None), stay.left_on.is_(None), stay.to_check.is_not(True)
        taken = select(func.count()).where(stay.facility == place.id, *now).correlate(self.tables["facility"])
        rows = select(place.phase, place.beds, taken.scalar_subquery().label("taken")).where(place.deleted_at.is_(None))
        return g.connection.execute(rows.order_by(place.phase)).all()

    def _leaving(self, hers: Callable[[Any], Any], today: date) -> Any:
        """Who is near the last day."""
        stay, case = self.tables["stay"].c, self.cases.c
        last = func.coalesce(stay.extended_until, stay.last_day)
        return g.connection.execute(
            select(stay.id, last.label("last"), case.code)
            .join_from(self.tables["stay"], self.cases, case.id == stay.case_id)
            .where(stay.deleted_at.is_(None), stay.left_on.is_(None), hers(case.id), last <= today + 14 * DAY)
            .order_by(last)
        ).all()

    def _changed(self, hers: Callable[[Any], Any]) -> Any:
        case = self.cases.c
        shown = case.deleted_at.is_(None), hers(case.id)
        last = (
            select(case.id, case.changed_at, *_person(case))
            .where(*shown)
            .order_by(case.changed_at.desc(), case.id.desc())
        )
        return g.connection.execute(last.limit(SHOWN)).all()


def _person(case: Any) -> tuple[Any, ...]:
    return case.code, case.last_name, case.first_name


def _own_cases(worker: Any) -> Any:
    return select(team_table.c.case_id).where(team_table.c.user_id == worker, team_table.c.until.is_(None))


def _counted(name: str, table: Any, *conditions: Any) -> Any:
    """The sheets of a form in each of her cases."""
    sheet = table.c
    return (
        select(literal(name).label("form"), sheet.case_id, func.count().label("count"))
        .add_columns(func.sum(sheet.lacking).label("lacking"))
        .where(sheet.case_id.in_(_own_cases(bindparam("worker"))), sheet.deleted_at.is_(None))
        .where(sheet.to_check.is_not(True), *conditions)
        .group_by(sheet.case_id)
    )


def _waiting(form: str, table: Any) -> Any:
    sheet = table.c
    columns = literal(form).label("form"), sheet.id, sheet.case_id, sheet.created_at, sheet.created_by
    return select(*columns).where(sheet.to_check.is_(True), sheet.deleted_at.is_(None))
