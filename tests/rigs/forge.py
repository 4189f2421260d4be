"""``python -m tests.rigs.forge [--share N] [role …]``: posts that look like a worker's and are not hers.

Every post of the walk (:mod:`tests.attack`), by every role, as it was meant, and then forged in each of these ways. The
database is compared before and after, table by table: a forged post must write nothing but what is written of a
refusal, and never be answered by an error of the program.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from zlib import crc32

from dosar.language.form import CASE_FORM
from dosar.pages.input.signed_tokens import submission_token
from tests.attack.cells import Body, Cell
from tests.attack.oracle import Answer, Oracle, answer_of
from tests.attack.organisation import STRANGER
from tests.attack.policy import ANYBODY
from tests.attack.walk import PROOF_LASTS, Session, Walk, sign_in
from tests.photograph import Change, photographed, written_tables
from tests.rigs.ending import clean_up_when_ended
from tests.rigs.worlds import planted_walk

MADE_UP = "ImZvcmdlZCI.aSsFqA.ZmZmZmZmZmZmZmZmZmZmZmZmZmY"
"""A token that looks like one and has nobody's signature."""
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://exemplu.net", "Referer": "https://exemplu.net/"}
OWN_DRAFTS = {"dosar_draft", "dosar_unsent"}
OF_A_REFUSAL = {"dosar_try", "dosar_unsent", "dosar_session"}
"""What a refused post may write: that somebody tried, what she typed, to be asked about, and that a session ended."""
WORST = 500


@dataclass(frozen=True)
class Forged:
    """A post as a forger sends it."""

    cookie: str
    body: Body
    token: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_hers: bool = False
    """Whether she sends it herself, from a page she opened: what she typed may be kept for her as a draft."""


@dataclass
class Forger:
    """Everything a forger may have: her own session, another's tokens, what she saw on a screen."""

    walk: Walk
    role: str
    own: Session
    other: Session
    """Of somebody who signed in elsewhere."""
    ended: Session
    """Of hers, from which she has signed out."""

    def ways(self, cell: Cell) -> Iterator[tuple[str, Forged]]:
        """Every way to forge this post."""
        own, body = self.own, cell.body
        yield "no token", Forged(own.cookie, body, None)
        yield "a made-up token", Forged(own.cookie, body, MADE_UP)
        yield "the token of another's session", Forged(own.cookie, body, self.other.token)
        yield "the token of a session that ended", Forged(own.cookie, body, self.ended.token)
        yield "the cookie of a session that ended", Forged(self.ended.cookie, body, own.token)
        yield "no cookie", Forged("", body, own.token)
        yield "from another site", Forged(own.cookie, body, None, ELSEWHERE)
        yield "from another site, with the token", Forged(own.cookie, body, own.token, ELSEWHERE)
        names = {name for name, _ in body}
        if "_once" in names:
            yield (
                "another's once-word",
                Forged(own.cookie, _with(body, "_once", self._once(STRANGER)), own.token, is_hers=True),
            )
            yield "a made-up once-word", Forged(own.cookie, _with(body, "_once", MADE_UP), own.token, is_hers=True)
        if "_seen" in names:
            yield (
                "the version of another record",
                Forged(own.cookie, _with(body, "_seen", self._seen(cell)), own.token, is_hers=True),
            )
            yield "a made-up version", Forged(own.cookie, _with(body, "_seen", MADE_UP), own.token, is_hers=True)

    def _once(self, user: str) -> str:
        with self.walk.planted.app.app_context():
            return submission_token(self.walk.planted.users[user])

    def _seen(self, cell: Cell) -> str:
        """Of another record of the same form; posts without a form are about cases."""
        form = cell.form or CASE_FORM
        places = [place for place in self.walk.planted.places(form) if place != cell.target]
        return self.walk.turns.ways.posts.bodies.seen(form, places[0] if places else "no place")


def _with(body: Body, name: str, value: str) -> Body:
    return tuple((box, value if box == name else text) for box, text in body)


@dataclass
class Came:
    """What came of a role's posts."""

    forged: Counter[str] = field(default_factory=Counter)
    """How often each way was tried."""
    meant: int = 0
    wrote: int = 0
    """How many posts that were meant did write something: otherwise nothing would have been forged."""
    wrong: list[str] = field(default_factory=list)


@dataclass
class Forging:
    """The posts of one organisation, forged."""

    walk: Walk
    share: int = 1
    """One post in so many."""
    richer: str = "coordinator"
    """The role whose answers others try to give."""

    @cached_property
    def _fuller(self) -> dict[tuple[str, str, str], Cell]:
        """The posts of who may fill in more."""
        return {(cell.endpoint, cell.address, cell.attack): cell for cell in self._posts(self.richer)}

    def _posts(self, role: str) -> Iterator[Cell]:
        for cell in self.walk.turns.asked_of(role):
            if cell.method == "POST" and cell.attack != "other method" and cell.token and not cell.harmless:
                yield cell

    def go(self, role: str) -> Came:
        """Forge every post of this role that has its turn."""
        came, forger, since = Came(), self._arrive(role), time.monotonic()
        with written_tables(self.walk.engine) as written:
            for cell in self._posts(role):
                if crc32(str(cell).encode()) % self.share:
                    continue
                if time.monotonic() - since > PROOF_LASTS:
                    forger, since = self._arrive(role), time.monotonic()
                for way, forged in forger.ways(cell):
                    came.forged[way] += 1
                    self._judge(came, cell, way, forged, written)
                self._fill_in_for_another(came, cell, forger, written)
                self._mean_it(came, cell, forger, written)
        return came

    def _arrive(self, role: str) -> Forger:
        """Three sessions, one of which has ended; the organisation is put back to this moment."""
        app = self.walk.planted.app
        ended = sign_in(app, role)
        if role != ANYBODY:
            self._send(Cell(role, "POST", "", "/sign-out"), Forged(ended.cookie, (), ended.token))
        forger = Forger(self.walk, role, sign_in(app, role), sign_in(app, STRANGER), ended)
        self.walk.photograph.close()
        self.walk.photograph = photographed(self.walk.engine)
        return forger

    def _send(self, cell: Cell, forged: Forged) -> Answer:
        body: dict[str, list[str]] = {}
        for name, text in forged.body:
            body.setdefault(name, []).append(text)
        if forged.token is not None:
            body["csrf_token"] = [forged.token]
        headers = {**forged.headers, **({"Cookie": forged.cookie} if forged.cookie else {})}
        try:
            with self.walk.client.post(cell.address, data=body, headers=headers) as response:
                return answer_of(response)
        except Exception as error:  # with TESTING the application lets its errors through
            return Answer(WORST, "", f"{type(error).__name__}: {error}")

    def _judge(self, came: Came, cell: Cell, way: str, forged: Forged, written: set[str]) -> None:
        """Nothing is written but what is written of a refusal, and it is refused in words."""
        answer = self._send(cell, forged)
        if answer.status >= WORST:
            came.wrong.append(f"{cell}, {way}: answered {answer.status}: {answer.text[:200]}")
        wrong = written - OF_A_REFUSAL - (OWN_DRAFTS if forged.is_hers else set())
        for change in self.walk.photograph.changes(wrong):
            came.wrong.append(f"{cell}, {way}: writes {change.table} {change.row} ({answer.status})")
        self._put_back(written)

    def _filed(self, written: set[str]) -> list[Change]:
        """What changed in the records and their history: codes, invitations and the like are made anew at each post."""
        records = {table for table in written if table.partition("__")[0] in self.walk.planted.forms}
        return self.walk.photograph.changes(records | ({"dosar_history"} if records else set()))

    def _put_back(self, written: set[str]) -> None:
        if written:
            self.walk.photograph.put_back(sorted(written))
            written.clear()

    def _fill_in_for_another(self, came: Came, cell: Cell, forger: Forger, written: set[str]) -> None:
        """What somebody with more rights would fill in, with a token and words of one's own."""
        richer = self._fuller.get((cell.endpoint, cell.address, cell.attack)) if self.richer else None
        more = {name for name, _ in richer.body} - {name for name, _ in cell.body} if richer else set()
        if richer is None or not more or not cell.form:
            return
        came.forged["the answers of another role"] += 1
        own = dict(cell.body)
        tokens = {name: own[name] for name in ("_once", "_seen") if name in own}
        body = tuple((name, tokens.get(name, text)) for name, text in richer.body)
        self._send(cell, Forged(forger.own.cookie, body, forger.own.token))
        oracle = Oracle(self.walk.planted, self.walk.photograph)
        oracle.judge_changes(replace(cell, body=body), written)
        came.wrong += [f"{violation}, the answers of another role" for violation in oracle.violations]
        self._put_back(written)

    def _mean_it(self, came: Came, cell: Cell, forger: Forger, written: set[str]) -> None:
        """The post as it is meant, and once more: the second one changes nothing any more."""
        meant = Forged(forger.own.cookie, cell.body, forger.own.token)
        came.meant += 1
        self._send(cell, meant)
        came.wrote += bool(written - OF_A_REFUSAL)
        first = self._filed(written)
        if first:
            came.forged["sent once more"] += 1
            answer = self._send(cell, meant)
            second = self._filed(written)
            if second != first:
                again = [change for change in second if change not in first]
                came.wrong.append(f"{cell}, sent once more ({answer.status}): {again}")
        self._put_back(written)


def main() -> int:
    """Fails where a forged post writes anything."""
    parser = argparse.ArgumentParser("tests.rigs.forge")
    parser.add_argument("roles", nargs="*")
    parser.add_argument("--share", type=int, default=1, help="forge one post in so many")
    asked = parser.parse_args()
    clean_up_when_ended()
    ways: Counter[str] = Counter()
    meant = wrote = wrong = 0
    with planted_walk() as walk:
        forging = Forging(walk, asked.share)
        for role in asked.roles or walk.turns.roles:
            began = time.process_time()
            came = forging.go(role)
            ways.update(came.forged)
            meant, wrote, wrong = meant + came.meant, wrote + came.wrote, wrong + len(came.wrong)
            for line in came.wrong[:20]:
                print(line[:600])
            took = time.process_time() - began
            said = f"{came.forged.total():,} forged of {came.meant:,}, {len(came.wrong)} wrong, {took:.0f} s"
            print(f"{role}: {said}", flush=True)
    for way, count in ways.most_common():
        print(f"{way}\t{count:,}")
    print(f"{ways.total():,} forged posts of {meant:,}, of which {wrote:,} write; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
