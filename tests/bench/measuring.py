"""Both sides doing the same work, in turns, so that whatever else this machine does slows both down alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from math import exp, log
from random import Random
from secrets import token_hex
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, insert, select

from dosar.access.login.sessions.database_sessions import SESSION_COOKIE as OUR_COOKIE
from dosar.access.login.sessions.session_contents import sealed_contents
from dosar.access.tables import session_table, user_table
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.bench.by_hand import COOKIE as HAND_COOKIE
from tests.bench.by_hand import by_hand
from tests.bench.filling import COORDINATOR, MANAGER, manager_count
from tests.bench.posting import Boxes, boxes_of

SEARCHES = "turcanu ili"
FULL_DAY = date(2024, 5, 15)
"""Around which much is due."""
_numbers = count(1)


@dataclass
class Side:
    """One of the two: its client, and what it needed."""

    client: FlaskClient
    times: list[float] = field(default_factory=list)
    """Milliseconds on the clock."""
    work: list[float] = field(default_factory=list)
    """Milliseconds of this process alone: what other programs do does not count."""
    statements: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Result:
    """What one operation took, by hand and ours."""

    what: str
    hand: Side
    ours: Side

    @property
    def ratio(self) -> float:
        return median(self.ours.times) / median(self.hand.times)

    @property
    def work_ratio(self) -> float:
        return median(self.ours.work) / median(self.hand.work)


def mean(ratios: Sequence[float]) -> float:
    """The geometric mean."""
    return exp(sum(map(log, ratios)) / len(ratios))


class Bench:
    """The real application and the one by hand, on one store."""

    def __init__(self, app: Flask, cases: int, rounds: int) -> None:
        self.app, self.cases, self.rounds = app, cases, rounds
        self.repository: Repository = app.extensions["dosar_repository"]
        with app.app_context(), acting_as(SYSTEM_SCOPE):
            self.repository.reckon_deadlines(date.today())
            self.repository.session.remove()
        self.hand = by_hand(self.repository)
        self.random = Random(7)
        self.statements = 0
        event.listen(self.repository.store.engine, "before_cursor_execute", self._count)

    def _count(self, *_: Any) -> None:
        self.statements += 1

    def sides(self, user: str) -> tuple[Side, Side]:
        """Both clients, signed in as this user."""
        name, moment = token_hex(16), datetime.now(UTC).replace(tzinfo=None)
        ids = {side: sha256(f"{name} {side}".encode()).hexdigest() for side in ("hand", "ours")}
        contents = {"hand": "", "ours": sealed_contents(self.app.extensions["dosar_access"], ids["ours"], "{}")}
        with self.repository.store.writing() as session:
            user_id = session.scalar(select(user_table.c.id).where(user_table.c.username == user))
            session.execute(delete(session_table).where(session_table.c.user_id == user_id))
            session.execute(
                insert(session_table),
                [
                    {
                        "id": ids[side],
                        "user_id": user_id,
                        "contents": contents[side],
                        "created": moment,
                        "seen": moment,
                    }
                    for side in ids
                ],
            )
        self.repository.store.session.remove()
        hand, ours = self.hand.test_client(), self.app.test_client()
        hand.set_cookie(HAND_COOKIE, f"{name} hand")
        ours.set_cookie(OUR_COOKIE, f"{name} ours")
        return Side(hand), Side(ours)

    def all(self) -> list[Result]:
        """Every operation, of the coordinator and of a case manager."""
        managers = manager_count(self.cases)
        own = range(managers, self.cases, managers)
        found = self._operations(COORDINATOR, "", range(1, self.cases + 1), max(self.cases // 50, 1))
        return found + self._operations(MANAGER, ", own cases", own, 4)

    def _operations(self, user: str, whose: str, cases: Sequence[int], deep: int) -> list[Result]:
        def pick(address: str) -> Callable[[], str]:
            return lambda: address.format(self.random.choice(cases))

        pages = {
            "first page": "/",
            "first list page": "/records/case",
            "deep page": f"/records/case?page={deep}",
            "filtered and sorted": "/records/case?status=open&sort=last_name",
            "what is due": "/due",
            "its month": f"/due?view=month&day={FULL_DAY}",
            "its week": f"/due?view=week&day={FULL_DAY}",
            "case page": "/cases/{}",
            "section page": "/records/case/{}/edit/1",
            "new visit": "/records/visit_report/new?case={}",
        }
        found = [self.read(what + whose, user, pick(address)) for what, address in pages.items()]
        found.insert(4, self.read(f"name search{whose}", user, pick("/records/case"), SEARCHES))
        found.append(self.save(f"save{whose}", user, pick(pages["section page"]), self._corrected))
        found.append(self.save(f"save new visit{whose}", user, pick(pages["new visit"]), self._visited))
        return found

    def read(self, what: str, user: str, address: Callable[[], str], words: str = "") -> Result:
        """Reading a page."""
        sides = self.sides(user)
        if words:
            for side in sides:
                _search(side, words)

        def once(side: Side) -> None:
            self._timed(side, 200, side.client.get, address())

        return self._in_turns(what, sides, once)

    def save(self, what: str, user: str, address: Callable[[], str], change: Callable[[Boxes], None]) -> Result:
        """Opening a page (not measured), then posting it."""
        sides = self.sides(user)

        def once(side: Side) -> None:
            where = address()
            boxes = boxes_of(side.client.get(where).text)
            change(boxes)
            self._timed(side, 303, side.client.post, where, data=boxes)

        return self._in_turns(what, sides, once)

    def _corrected(self, boxes: Boxes) -> None:
        number = next(_numbers)
        boxes["mother_tongue"], boxes["mother_name"] = [f"limba {number}"], [f"Ștefania {number}"]

    def _visited(self, boxes: Boxes) -> None:
        boxes |= {
            "visit_date": ["12.03.2025"],
            "visit_purpose": ["Vizită de monitorizare"],
            "county": ["RO-CJ"],
            "in_school": ["yes"],
            "edu_school": ["yes"],
            "edu_school_name": ["Școala nr. 3, clasa a VI-a"],
            "attendance": ["good"],
            "conclusions": ["Familia se descurcă bine; urmează o nouă vizită în aprilie."],
        }

    def _in_turns(self, what: str, sides: tuple[Side, Side], once: Callable[[Side], None]) -> Result:
        for side in sides * 3:
            once(side)
        for side in sides:
            side.times.clear()
            side.work.clear()
        for turn in range(self.rounds):
            for side in sides if turn % 2 else reversed(sides):
                once(side)
        return Result(what, *sides)

    def _timed(self, side: Side, expected: int, do: Any, *arguments: Any, **options: Any) -> None:
        self.statements = 0
        began, worked = perf_counter(), thread_time()
        answer = do(*arguments, **options)
        side.times.append((perf_counter() - began) * 1000)
        side.work.append((thread_time() - worked) * 1000)
        side.statements, side.bytes = self.statements, len(answer.data)
        if answer.status_code != expected:
            raise RuntimeError(f"{arguments}: {answer.status_code}\n{answer.text[-3000:]}")


def _search(side: Side, words: str) -> None:
    page = side.client.get("/records/case").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = side.client.post("/records/case/search", data={"csrf_token": token, "search": words})
    if answer.status_code != 303:
        raise RuntimeError(answer.text)
