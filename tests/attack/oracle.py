"""What must be true of every answer, whatever was asked.

1. No canary in body, headers or log that the role may not see; none at all in the log.
2. No server error.
3. No route open to a role that its rights do not open it for.
4. No record changed that the role may not change: its right on the form, whose case it is, what a link
   points to, what its clearances let it write; and nothing at all by a request that should be refused.
5. Strangers' records and missing ones are answered alike, and wishes about hidden answers do nothing.
6. Every answer carries the headers of security, and what was opened is in the audit log before it leaves.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import ZipFile

from dosar.database.sealing.answer_columns import open_answer
from tests.attack.canaries import Canary, Private
from tests.attack.cells import FOREIGN_LINKS, MISSING_LINKS, Cell
from tests.attack.organisation import Planted
from tests.attack.policy import ANYBODY, OWNER, SYSTEM_COLUMNS
from tests.attack.routes import is_open
from tests.photograph import Change, Photograph

NEVER_CHANGED = {"id", "case_id", "record_id", "created_by", "created_at"}
ACCEPTED = {"to_check", "version"}
"""What changes of a sheet that somebody else accepts: nothing that is written on it."""
PEOPLE = "ab_"
OWN_ACCOUNT = ("ProfilePage.", "SignInPage.", "InvitationPage.")
TOKENS = re.compile(r'value="[\w.-]{40,}"|content="[\w.-]{40,}"')
NUMBERS = re.compile(r"\d+")
OK, WORST = 200, 500
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control")
ON_RECORD = {
    "RecordPages.show",
    "RecordPages.history",
    "RecordPages.list",
    "CasePages.case",
    "CasePages.timeline",
    "CasePages.cases",
}
"""What is told of in the audit log when it is read."""
AUDIT_EVENTS = "dosar_audit_event"
TOLD_WHEN_CLOSING = {"code", "next_visit_on", "next_due", "next_revision_on", "next_review_on", "next_meeting_on"}
NUMBER_OF_CASE = ("case", "code")
REFUSALS = {400, 401, 403, 404, 405, 413, 415, 421}
NO_SUCH_ADDRESS = 308
"""Where slashes are doubled: to the address without them, in which nothing stands either."""
SPREADSHEET = "spreadsheetml"
TAGS = re.compile(r"<[^>]*>")
LINES = re.compile(r'<a[^>]* href="(/(?:cases|records/\w+)/\d+)"')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: str
    text: str

    def shape(self) -> tuple[int, str]:
        """The answer without tokens and numbers: what tells a stranger's record from a missing one."""
        return self.status, NUMBERS.sub("#", TOKENS.sub("", self.text))


@dataclass(frozen=True)
class Violation:
    """A cell and what is wrong with its answer."""

    cell: Cell
    what: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.what}"


@dataclass
class Oracle:
    """Judges answers."""

    planted: Planted
    before: Photograph
    violations: list[Violation] = field(default_factory=list)
    saved: set[tuple[str, str, str]] = field(default_factory=set)
    """(role, form, what was done): to see that the walk's bodies do get through where they may."""
    seen: dict[str, set[int]] = field(default_factory=dict)
    """Role → the numbers of the canaries it was shown: to see that the oracle does find them."""
    lists: dict[tuple[str, str], tuple[list[str], list[str]]] = field(default_factory=dict)
    """(role, form) → the lines of the form's list, and every number on it, counts and sums among them."""
    events: int = 0
    """The last entry of the audit log before the answer."""
    shapes: dict[tuple[str, ...], dict[str, tuple[Cell, tuple[int, str]]]] = field(default_factory=dict)

    def judge(self, cell: Cell, answer: Answer, written: set[str], logged: list[str]) -> None:
        self._judge_words(cell, answer, logged)
        self._judge_headers(cell, answer)
        events, self.events = self.events, self.before.last(AUDIT_EVENTS)
        is_shown = answer.status == OK and cell.method != "OPTIONS"
        if cell.endpoint in ON_RECORD and is_shown and self.events == events:
            self._blame(cell, "is read, and not on record")
        if not is_open(self.planted.policy, cell.role, cell.endpoint, cell.form):
            self._judge_refusal(cell, answer)
        if written:
            self.judge_changes(cell, written)
        if cell.target in ("foreign", "missing"):
            self._compare(cell, answer)
        if cell.attack in (FOREIGN_LINKS, MISSING_LINKS):
            self._compare_links(cell, answer)
        if cell.endpoint == "RecordPages.list" and not cell.target:
            self._compare_order(cell, answer)

    def _blame(self, cell: Cell, what: str) -> None:
        self.violations.append(Violation(cell, what))

    # --- 1: what was shown --------------------------------------------------------------------------

    def _judge_words(self, cell: Cell, answer: Answer, logged: list[str]) -> None:
        aviary = self.planted.aviary
        shown = aviary.found(answer.text)
        for where, found in (("page", shown), ("headers", aviary.found(answer.headers))):
            hidden = [aviary.kept[number] for number in sorted(found & aviary.hidden_from(cell.role))]
            may_know = (self._hangs_on_account, self._is_number, self._is_copied)
            wrong = [bird for bird in hidden if not any(tells(cell, bird) for tells in may_know)]
            if wrong:
                self._blame(cell, f"{len(wrong)} canaries in the {where} ({answer.status}), such as {wrong[:3]}")
        if answer.status >= WORST:
            self._blame(cell, f"answered {answer.status}: {answer.text[:300]}")
        self.seen.setdefault(cell.role, set()).update(shown)
        if any(aviary.found(line) for line in logged):
            self._blame(cell, f"a canary in the log: {logged}")

    def _judge_headers(self, cell: Cell, answer: Answer) -> None:
        missing = [name for name in HEADERS if f"{name}: " not in answer.headers]
        if missing and answer.status < WORST:
            self._blame(cell, f"lacks the headers {missing}")

    def _hangs_on_account(self, cell: Cell, bird: object) -> bool:
        """Whoever closes an account is told which cases and days hang on it: codes and days, nothing else of a case."""
        closes = cell.endpoint.startswith("AccountClosingPage.") and "users" in self.planted.policy.pages(cell.role)
        return closes and isinstance(bird, Canary) and not bird.needs and bird.question in TOLD_WHEN_CLOSING

    def _is_number(self, cell: Cell, bird: object) -> bool:
        """Whoever watches over the audit log is told the numbers of cases there, also where she opens none."""
        watches = cell.endpoint == "AuditLogPage.audit" and "audit" in self.planted.policy.pages(cell.role)
        return watches and isinstance(bird, Canary) and (bird.form, bird.question) == NUMBER_OF_CASE

    def _is_copied(self, cell: Cell, bird: object) -> bool:
        """The copy for the person tells what others began to write about her: it is held on her, too."""
        copies = cell.endpoint.startswith("AccessFilePage.") and cell.method == "POST"
        return (
            copies and is_open(self.planted.policy, cell.role, cell.endpoint, cell.form) and isinstance(bird, Private)
        )

    def judge_page(self, cell: Cell, answer: Answer) -> None:
        """The page looked at afterwards."""
        typed = {text for _, text in cell.body if len(text) > 3}
        unechoed = reduce(lambda text, word: text.replace(word, ""), typed, answer.text)
        self._judge_words(cell, replace(answer, text=unechoed), [])
        if cell.finds_nothing and LINES.search(answer.text):
            self._blame(cell, "finds a record by an answer the role may not see")

    # --- 3: who was let in --------------------------------------------------------------------------

    def _judge_refusal(self, cell: Cell, answer: Answer) -> None:
        refused = answer.status in REFUSALS or (not cell.endpoint and answer.status == NO_SUCH_ADDRESS)
        shown_in = answer.status in (302, 303) and "\nLocation: /sign-in" in f"\n{answer.headers}"
        if not refused and not (shown_in and cell.role == ANYBODY):
            self._blame(cell, f"answered {answer.status} although the route is closed to the role")

    # --- 4: what was changed ------------------------------------------------------------------------

    def judge_changes(self, cell: Cell, written: set[str]) -> None:
        """Whether the role may change what it changed."""
        forms = self._form_tables
        if any(table.startswith(PEOPLE) for table in written):
            self._judge_people(cell)
        if "dosar_team" in written and not cell.endpoint.startswith("RecordPages."):
            self._judge_team(cell)
        for change in self.before.changes(written & set(forms)):
            form, table = forms[change.table]
            wrong = "changes a record that should stay" if cell.harmless else self._wrong(cell, form, table, change)
            if wrong:
                self._blame(cell, f"{wrong} ({change.table} {change.row['id']}: {sorted(change.columns)})")
            else:
                self.saved.add((cell.role, form, "enter" if change.before is None else "correct"))

    @cached_property
    def _form_tables(self) -> dict[str, tuple[str, str]]:
        """Database table → form and table of rows, as the database names them."""
        found = {}
        for form in self.planted.policy.forms:
            for table in self.before.tables:
                if table == form or table.startswith(f"{form}__"):
                    found[table] = (form, table[len(form) + 2 :])
        return found

    def _judge_people(self, cell: Cell) -> None:
        """Only who administers changes others; what language one reads oneself is nobody's business."""
        if cell.endpoint.startswith(OWN_ACCOUNT) or "users" in self.planted.policy.pages(cell.role):
            return
        changes = self.before.changes({"ab_user"})
        mine = {self.planted.users.get(cell.role)}
        if any(change.columns != {"locale"} or change.row["id"] not in mine for change in changes):
            self._blame(cell, f"changes the people who sign in: {changes}")

    def _judge_team(self, cell: Cell) -> None:
        """Who works on a case is decided by who may correct it: its manager, or who has all cases; whoever closes
        an account hands over its cases."""
        policy = self.planted.policy
        if cell.endpoint.startswith("AccountClosingPage.") and "users" in policy.pages(cell.role):
            return
        decides = "correct" in policy.actions(cell.role, "case") and (
            cell.role == OWNER or policy.reaches_case(cell.role, "foreign")
        )
        for change in self.before.changes({"dosar_team"}):
            if cell.harmless or not decides or not self._case_in_reach(cell.role, change.row["case_id"], "", False):
                self._blame(cell, f"changes the team of a case: {change}")

    def _wrong(self, cell: Cell, form: str, table: str, change: Change) -> str:
        """What is wrong with the change; empty for nothing."""
        policy = self.planted.policy
        actions = policy.actions(cell.role, form)
        new = change.before is None
        if cell.endpoint.startswith("MergePages.") and "delete" in policy.actions(cell.role, "case"):
            return "" if policy.reaches_case(cell.role, "foreign") else "merges a case out of reach"
        if cell.form == "case" != form and change.columns <= {"deleted_at", "deleted_by", "version"}:
            return self._wrong_with_its_case(cell, form, change)
        if policy.forms[form].get("append_only") and not new:
            return "changes what stands in a ledger"
        if (form, table) in policy.only_added and not new:
            return "changes a row that is kept for good"
        if not self._allowed(cell, table, change, actions):
            return "changes what the role may not change"
        case = change.row.get("id" if form == "case" and not table else "case_id")
        if change.before and change.after and change.columns & NEVER_CHANGED:
            return "moves a record"
        if not self._case_in_reach(cell.role, case, form, new):
            return "writes into a case out of reach"
        if change.columns - ACCEPTED and not self._is_written(form, case, cell.role):
            return "writes into a restricted case what is not written in it"
        if not self._writes_in(case, cell.role):
            return "accepts in a case that she only reads"
        place = self.planted.place_of(form, change.row["record_id" if table else "id"])
        if not new and place is not None and not policy.reaches(cell.role, form, place):
            return f"changes a record out of reach ({place})"
        return self._wrong_link(cell, change) or self._wrong_columns(cell, form, table, change)

    def _wrong_with_its_case(self, cell: Cell, form: str, change: Change) -> str:
        """A case is put away with its sheets: by whoever may delete it, or opened it and alone filed in it."""
        policy, worker = self.planted.policy, self.planted.users.get(cell.role)
        hers = change.before is not None and change.before["created_by"] == worker == change.before["changed_by"]
        alone = cell.role == OWNER and hers and not policy.forms[form].get("append_only")
        may = "delete" in policy.actions(cell.role, "case") or alone
        in_reach = self._case_in_reach(cell.role, change.row.get("case_id"), cell.form, new=False)
        return "" if may and in_reach else "puts a sheet away with a case that is not hers"

    def _allowed(self, cell: Cell, table: str, change: Change, actions: set[str]) -> bool:
        if table:
            return bool(actions & {"enter", "correct"})
        if change.before is None:
            return "enter" in actions
        if change.after is None:
            return False
        if "deleted_at" in change.columns:
            mine = change.before["created_by"] == self.planted.users.get(cell.role)
            return "delete" in actions or ("enter" in actions and mine and change.before["deleted_at"] is None)
        return "correct" in actions

    def _case_in_reach(self, role: str, case: int | None, form: str, new: bool) -> bool:
        if case is None or (form == "case" and new):
            return True
        places = [place for place, planted in self.planted.cases.items() if planted == case]
        # a case opened by this very request is one's own
        return not places or self.planted.policy.reaches_case(role, "own" if places == ["deleted"] else places[0])

    def _writes_in(self, case: int | None, role: str) -> bool:
        places = (place for place, planted in self.planted.cases.items() if planted == case)
        return all(self.planted.policy.writes_in(place, role) for place in places)

    def _is_written(self, form: str, case: int | None, role: str) -> bool:
        places = (place for place, planted in self.planted.cases.items() if planted == case)
        return all(self.planted.policy.is_written(form, place, role) for place in places)

    def _written(self, change: Change) -> set[str]:
        """The columns this request wrote: an entry that takes another one back repeats what that one says."""
        repeated = self.before.row(change.table, change.row["reverses"]) if change.row.get("reverses") else None
        return {
            name
            for name in change.columns
            if repeated is None or self._plain(change.row[name]) != self._plain(repeated[name])
        }

    def _plain(self, value: Any) -> Any:
        """What is sealed is sealed anew each time, however often it says the same."""
        dialect = self.planted.app.extensions["dosar_repository"].store.engine.dialect
        if isinstance(value, str) and value.startswith("\\x"):  # as PostgreSQL writes bytes
            value = bytes.fromhex(value[2:])
        return open_answer(value, dialect) if isinstance(value, bytes) else value

    def _wrong_link(self, cell: Cell, change: Change) -> str:
        links = self.before.links[change.table]
        for column in sorted(self._written(change) & set(links) - (SYSTEM_COLUMNS - {"reverses"})):
            target = links[column]
            if target not in self.planted.forms:
                continue
            linked = change.row[column]
            place = self.planted.place_of(target, linked) if change.after and linked is not None else None
            if place is not None and not self.planted.policy.names(cell.role, target, place):
                return f"points to {target} {linked} ({place}), which is out of reach"
        return ""

    def _wrong_columns(self, cell: Cell, form: str, table: str, change: Change) -> str:
        """Answers the role may not write: kept as they were, empty, or following from others."""
        policy = self.planted.policy
        known = policy.clearances(cell.role) if change.before else policy.writes(cell.role)
        for column in self._written(change) - SYSTEM_COLUMNS:
            question = column.partition("__")[0]
            asked = policy.asked.get((form, f"{table}.{question}" if table else question))
            if asked is None or asked.follows or change.after is None:
                continue
            attached = self.planted.attached.get(change.after[column]) if asked.is_file else None
            if attached is not None and not self.planted.aviary.may_see(cell.role, attached):
                return f"makes a file of {attached} its own"
            forbidden = not asked.needs <= known or (asked.writers and cell.role not in asked.writers)
            if forbidden and not (asked.conditional and change.after[column] is None):
                return f"writes {column}, which the role may not write"
        return ""

    # --- 5: alike -----------------------------------------------------------------------------------

    def _compare(self, cell: Cell, answer: Answer) -> None:
        policy = self.planted.policy
        if policy.reaches(cell.role, cell.form, "foreign") if cell.form else policy.reaches_case(cell.role, "foreign"):
            return
        same = (cell.role, cell.method, cell.endpoint, cell.form, cell.attack)
        group = self.shapes.setdefault(same, {})
        group.setdefault(cell.target, (cell, answer.shape()))
        if len(group) == 2:
            (foreign, one), (_, other) = group["foreign"], group["missing"]
            if one != other:
                self._blame(foreign, f"is told apart from a missing record: {_difference(one, other)}")
            del self.shapes[same]

    def _compare_links(self, cell: Cell, answer: Answer) -> None:
        """A body that names what is out of reach is answered like one that names what is not there."""
        same = (cell.role, cell.method, cell.endpoint, cell.form, cell.address)
        group = self.shapes.setdefault(same, {})
        group[cell.attack] = (cell, answer.shape())
        if len(group) == 2:
            (foreign, one), (_, other) = group[FOREIGN_LINKS], group[MISSING_LINKS]
            if one != other:
                self._blame(foreign, f"names what is told apart from what is missing: {_difference(one, other)}")
            del self.shapes[same]

    def _compare_order(self, cell: Cell, answer: Answer) -> None:
        """A wish about an answer she may not see changes nothing of the list: not its order, its counts or sums."""
        listed = LINES.findall(answer.text), NUMBERS.findall(TAGS.sub(" ", answer.text))
        if cell.attack == "plain":
            self.lists[cell.role, cell.form] = listed
        elif cell.attack == "hidden" and listed != self.lists[cell.role, cell.form]:
            self._blame(cell, "is sorted, narrowed or summed by an answer the role may not see")


def _difference(one: tuple[int, str], other: tuple[int, str]) -> str:
    """The first line in which two answers differ."""
    lines = zip_longest(one[1].splitlines(), other[1].splitlines(), fillvalue="")
    unlike = next((f"{here.strip()[:200]!r} and {there.strip()[:200]!r}" for here, there in lines if here != there), "")
    return f"{one[0]} and {other[0]}, {unlike}"


class Listening(logging.Handler):
    """Keeps what is logged meanwhile."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[list[str]]:
    """What is logged meanwhile."""
    handler = Listening()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)


def answer_of(response: Any) -> Answer:
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    content = response.get_data()
    is_archive = SPREADSHEET in response.content_type or response.content_type == "application/zip"
    if is_archive and content:  # who asks for the head gets nothing to open
        with ZipFile(BytesIO(content)) as workbook:
            content = b"\n".join(workbook.read(name) for name in workbook.namelist())
    return Answer(response.status_code, headers, content.decode(errors="replace"))
