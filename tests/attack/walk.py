"""The walk: every route × method × role × target × body × query, each answer judged.

Which of them are asked, :mod:`tests.attack.turns` says: roles that stand alike take turns.

The requests go straight to the application, with the cookies of sessions opened once. After a request
that changed anything the database is put back, so that every cell meets the same organisation.
"""

import time
from dataclasses import dataclass, field, replace
from html import unescape
from re import search

from flask import Flask
from flask.testing import FlaskClient

from tests.attack.bodies import Bodies
from tests.attack.canaries import Canary
from tests.attack.cells import Cell, Part
from tests.attack.oracle import Answer, Oracle, answer_of, listening
from tests.attack.organisation import PASSWORD, Planted
from tests.attack.policy import ANYBODY, Policy
from tests.attack.posts import Posts
from tests.attack.turns import Turns
from tests.attack.ways import Ways
from tests.photograph import photographed, written_tables
from tests.telephones import unused_code

PROOF_LASTS = 240
"""Seconds after which somebody signs in anew: what she does with accounts and exports wants a recent proof."""


@dataclass
class Session:
    """Somebody's open session: her cookie, and the token of her forms."""

    cookie: str
    token: str


@dataclass(frozen=True)
class Walked:
    """What came of one role's walk."""

    role: str
    planted: Planted
    oracle: Oracle

    @property
    def policy(self) -> Policy:
        return self.planted.policy

    @property
    def seen(self) -> float:
        """Which part of the canaries that are words, and that the role may see, it was shown."""
        aviary = self.planted.aviary
        kept = enumerate(aviary.kept)
        words = {number for number, bird in kept if isinstance(bird, Canary) and aviary.is_word(number)}
        allowed = words - aviary.hidden_from(self.role)
        return len(allowed & self.oracle.seen[self.role]) / len(allowed) if allowed else 1.0


@dataclass
class Walk:
    """Everything the walk needs at hand."""

    planted: Planted
    share: int = 1
    """Of how many forms one stands for the others (:mod:`tests.attack.turns`)."""
    sessions: dict[str, Session] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    seconds: float = 0

    def __post_init__(self) -> None:
        self.engine = self.planted.repository.store.engine
        self.photograph = photographed(self.engine)
        ways = Ways(self.planted, Posts(self.planted, Bodies(self.planted)))
        self.turns = Turns(self.planted, ways, share=self.share)
        self.client: FlaskClient = self.planted.app.test_client(use_cookies=False)

    def close(self) -> None:
        """Give its connection back."""
        self.photograph.close()

    def all_of(self, role: str) -> Walked:
        """Ask every cell of the role."""
        return Walked(role, self.planted, self.go(Part(role)))

    def go(self, part: Part, stop_at: int | None = None) -> Oracle:
        """Ask every cell of this part; stops after so many violations, if told."""
        began = time.monotonic()
        oracle = Oracle(self.planted, self.photograph)
        with written_tables(self.engine) as written, listening() as logged:
            for cell in self.turns.cells(part):
                if self.must_arrive(cell.role):
                    self.arrive(cell.role)
                    oracle.before = self.photograph
                self.ask(cell, oracle, written, logged)
                if stop_at is not None and len(oracle.violations) >= stop_at:
                    break
        self.seconds += time.monotonic() - began
        return oracle

    def must_arrive(self, role: str) -> bool:
        """Whether it is time to sign in, or to do so anew."""
        return time.monotonic() - self.arrived.get(role, float("-inf")) > PROOF_LASTS

    def arrive(self, role: str) -> None:
        """Sign in only now: what a session may do ends after minutes, and it is put back to this moment."""
        self.sessions[role], self.arrived[role] = sign_in(self.planted.app, role), time.monotonic()
        self.photograph.close()
        self.photograph = photographed(self.engine)

    def ask(self, cell: Cell, oracle: Oracle, written: set[str], logged: list[str]) -> None:
        """Ask one cell, judge the answer, put back what it changed."""
        written.clear()
        logged.clear()
        answer = self.answer(cell)
        self.asked += 1
        oracle.judge(cell, answer, written, logged)
        if cell.then:
            oracle.judge_page(cell, self.answer(replace(cell, method="GET", address=cell.then, body=())))
        if written:
            self.photograph.put_back(sorted(written))

    def answer(self, cell: Cell) -> Answer:
        """What comes back, with her cookie and the token of her forms."""
        session = self.sessions[cell.role]
        body: dict[str, list[str]] = {}
        for name, text in cell.body:
            body.setdefault(name, []).append(text)
        if cell.method == "POST" and cell.token:
            body["csrf_token"] = [session.token]
        try:
            with self.client.open(
                cell.address,
                method=cell.method,
                data=body or None,
                headers={"Cookie": session.cookie},
            ) as response:
                return answer_of(response)
        except Exception as error:  # with TESTING the application lets its errors through
            return Answer(500, "", f"{type(error).__name__}: {error}")


def sign_in(app: Flask, role: str) -> Session:
    return sign_in_with(app.test_client(), role)


def sign_in_with(browser: FlaskClient, role: str) -> Session:
    app, token = browser.application, _token_on(browser.get("/sign-in").text)
    if role != ANYBODY:
        answers = {"user_name": role, "password": PASSWORD, "csrf_token": token}
        assert browser.post("/sign-in", data=answers).location == "/sign-in/code", role
        code = {"code": unused_code(app, role), "csrf_token": _token_on(browser.get("/sign-in/code").text)}
        assert browser.post("/sign-in/code", data=code).status_code == 303, role
        token = _token_on(browser.get("/profile").text)
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser._cookies.values())
    return Session(cookies, token)


def _token_on(page: str) -> str:
    found = search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no form on the page"
    return unescape(found[1])
