"""Posts and pages asked for with what nobody types: no answer may be an error of the server.

What is attacked is found, not written down: every form on every page a role opens, with the boxes that stand in it, and
every posting route besides. What is put there: :data:`VALUES` into boxes, addresses, wishes, headers and cookies, and
whole bodies that are none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from dosar.access.factors.step_up import PROOF_BOX
from dosar.access.i18n.language_names import LANGUAGE_COOKIE
from dosar.access.login.sessions.database_sessions import SESSION_COOKIE
from dosar.access.web.flash_messages import NOTICE_COOKIE
from dosar.pages.input.posted_boxes import UNASKED_BOX
from tests.attack.cells import Cell
from tests.attack.oracle import Answer, Oracle, answer_of, listening
from tests.attack.policy import ANYBODY
from tests.attack.routes import is_open
from tests.attack.walk import Session, Walk
from tests.photograph import written_tables

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
VALUES: tuple[bytes, ...] = (
    *(b"", b" ", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r\nX-Own: 1", b"%", b"'\" OR 1=1 --"),
    *(b"9" * 4301, b"-" + b"9" * 30, b"9223372036854775808", b"2147483648", b"-1", b"0", b"1e999", b"NaN", b"1_000"),
    *("²".encode(), "٣".encode(), "½".encode(), "\u202e3\u2066".encode(), ("e" + "\u0301" * 4000).encode()),
    *(b"0000-00-00", b"0001-01-01", b"9999-12-31", b"31.02.2026", b"99999-01-01", b"24:61", b"0001-01", b"13.9999"),
    *(
        b"[]",
        b"{}",
        b"null",
        b"true",
        b"(" * 3000,
        b"{{7*7}}",
        b"%(x)s",
        b"../../etc/passwd",
        b"//evil.example",
        b"javascript:x",
    ),
    *(b"nothing", b"add nothing", b"remove rows.99999", b"up x.-1", b"x=y=z", b"x.0.y", b"=1+1", b"\xc3", b"a" * 300),
    b"x" * 1_000_000,
)
NAMES: tuple[Callable[[str], str], ...] = (
    lambda name: f"{name}.0.id",
    lambda name: f"{name}.{'9' * 4301}.id",
    lambda name: f"{name}.-1.id",
    lambda name: f"{name}.²",
    lambda name: f"{name}.0" * 400,
    lambda name: f"{name}[]",
    lambda name: f"_keep.{name}",
    lambda name: UNASKED_BOX + name,
    lambda name: f".{name}.",
    lambda name: name.upper(),
    lambda name: name.partition(".")[0] + ".99999999." + name.rpartition(".")[2],
)
PRESSED = (
    "_row",
    "_pick",
    "_picked",
    "_language",
    "_once",
    "_seen",
    "_other",
    "_confirmed",
    "_reason",
    "next",
    PROOF_BOX,
)
"""Boxes that are on some pages, posted to all."""
WISHES = (
    "page",
    "sort",
    "search",
    "case",
    "record",
    "face",
    "next",
    "language",
    "size",
    "columns",
    "over",
    "v",
    "from",
    "until",
)
HEADERS = (
    *("Accept-Language", "Accept", "Referer", "Origin", "User-Agent", "Sec-Fetch-Site", "X-CSRFToken", "Range"),
    *("If-None-Match", "If-Modified-Since", "Authorization", "X-Requested-With", "Content-Type", "Content-Encoding"),
    *("Host", "X-HTTP-Method-Override", "Transfer-Encoding"),
)
WHOLE: tuple[tuple[str, str, bytes], ...] = (
    ("no boundary", "multipart/form-data", b"--b\r\n"),
    ("no end", MULTIPART, b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nhalf'),
    ("no name", MULTIPART, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    ("no head", MULTIPART, b"--b\r\nx\r\n--b--\r\n"),
    ("a long head", MULTIPART, b"--b\r\nX: " + b"x" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n"),
    (
        "a strange charset",
        MULTIPART,
        b'--b\r\nContent-Disposition: form-data; name="x"\r\nContent-Type: text/plain; charset=x\r\n\r\nx\r\n--b--\r\n',
    ),
    (
        "a strange name",
        MULTIPART,
        b"--b\r\nContent-Disposition: form-data; name*=utf-7''%ff; filename*=x''%\r\n\r\nx\r\n--b--\r\n",
    ),
    ("many parts", MULTIPART, b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 70_000 + b"--b--\r\n"),
    ("many boxes", URLENCODED, b"&a=1" * 100_000),
    ("nothing but &", URLENCODED, b"&" * 300_000),
    ("broken escapes", f"{URLENCODED}; charset=utf-16", b"%&%z=%z&%ff=%ff&=&==;a=1"),
    ("no kind", "", b"x=1"),
    ("half a kind", "multipart/", b"x=1"),
    ("a kind of bytes", "\xff;=\xfe", b"x=1"),
    ("data", "application/json", b'{"x": [[[1]]]}'),
)


@dataclass(frozen=True)
class Meant:
    """A post as a page means it."""

    cell: Cell
    boxes: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Attack:
    """What is sent instead."""

    cell: Cell
    content: bytes = b""
    content_type: str = URLENCODED
    headers: tuple[tuple[str, str], ...] = ()
    has_cookie: bool = True


class FormsOfPage(HTMLParser):
    """The posting forms of a page: where they go, what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]], list[str], list[tuple[str, str]]]] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_open = told.get("method", "").lower() == "post"
            if self._is_open:
                self.forms.append((told.get("action", ""), [], [], []))
        elif self._is_open and told.get("name"):
            self._note(tag, told)

    def handle_endtag(self, tag: str) -> None:
        self._is_open = self._is_open and tag != "form"

    def _note(self, tag: str, told: dict[str, str]) -> None:
        _, boxes, files, buttons = self.forms[-1]
        one = told["name"], told.get("value", "")
        if told.get("type") == "file":
            files.append(one[0])
        elif tag == "button" or told.get("type") == "submit":
            buttons.append(one)
        elif one[0] != "csrf_token" and not (told.get("type") in ("radio", "checkbox") and "checked" not in told):
            boxes.append(one)


@dataclass
class Hostile:
    """Attacks on an organisation, and what came of them."""

    walk: Walk
    forms: tuple[str, ...] = ()
    """Only these forms' pages; without any, all."""
    asked: int = 0
    found: list[Meant] = field(default_factory=list)
    """Every post that is attacked."""

    # --- what is attacked -------------------------------------------------------------------------------

    def meant(self, role: str, look: Callable[[str], str]) -> list[Meant]:
        """Every post the role's pages offer, and one to each posting route besides."""
        found: dict[tuple[str, str, frozenset[str]], Meant] = {}
        for rule in sorted(self.walk.planted.app.url_map.iter_rules(), key=str):
            for cell in self._first_of_each(role, rule):
                if "GET" in (rule.methods or ()) and is_open(self.walk.planted.policy, role, cell.endpoint, cell.form):
                    for one in self._on_page(cell, look(cell.address)):
                        names = frozenset(name for name, _ in (*one.boxes, *one.buttons))
                        found.setdefault((one.cell.endpoint, one.cell.form, names), one)
                if "POST" in (rule.methods or ()):
                    found.setdefault((cell.endpoint, cell.form, frozenset()), Meant(replace(cell, method="POST")))
        return list(found.values())

    def _first_of_each(self, role: str, rule: Rule) -> Iterator[Cell]:
        """An address of each form, of a record within reach where there is one."""
        first: dict[str, Cell] = {}
        for form, target, address in self.walk.turns.ways.addresses(role, rule):
            if form and self.forms and form not in self.forms:
                continue
            cell = Cell(role, "GET", rule.endpoint, address, "", form, "hostile")
            if target in ("own", "shared"):
                first[form] = cell
            first.setdefault(form, cell)
        yield from first.values()

    def _on_page(self, cell: Cell, page: str) -> Iterator[Meant]:
        read = FormsOfPage()
        read.feed(page)
        for action, boxes, files, buttons in read.forms:
            there = self._aimed(replace(cell, method="POST", address=action or cell.address))
            yield Meant(there, tuple(boxes), tuple(files), tuple(buttons))

    def _aimed(self, cell: Cell) -> Cell:
        """The cell with the route and the form that its address leads to."""
        routes = self.walk.planted.app.url_map.bind("localhost")
        try:
            endpoint, values = routes.match(urlsplit(cell.address).path, cell.method)
        except (HTTPException, RequestRedirect, ValueError):
            return replace(cell, endpoint="", form="")
        return replace(cell, endpoint=endpoint, form=str(values.get("form", "")))

    # --- how --------------------------------------------------------------------------------------------

    def attack(self, meant: Meant, token: str, chance: Random) -> Attack:
        """One of the many ways to attack this post."""
        ways = (self._box, self._box, self._box, self._box, self._names, self._parts, self._whole, self._wish)
        way = chance.choice((*ways, self._header, self._cookie, self._path))
        return way(meant, token, chance)

    def _box(self, meant: Meant, token: str, chance: Random) -> Attack:
        """A box with a hostile value, once or twice; now and then a button pressed."""
        boxes = [(name, text.encode()) for name, text in meant.boxes]
        if meant.buttons and chance.random() < 0.3:
            name, text = chance.choice(meant.buttons)
            boxes.append((name, text.encode()))
        names = [name for name, _ in (*meant.boxes, *meant.buttons)] or list(PRESSED)
        if chance.random() < 0.1:
            names = list(PRESSED)
        for name in chance.sample(names, min(len(names), chance.choice((1, 1, 1, 3, 30)))):
            value = chance.choice(VALUES)
            if chance.random() < 0.9:
                boxes = [one for one in boxes if one[0] != name]
            boxes.append((name, value))
        return self._sent(meant, boxes, token, "box")

    def _names(self, meant: Meant, token: str, chance: Random) -> Attack:
        """A box under another name: an index too deep, a column of no table."""
        boxes = [(name, text.encode()) for name, text in meant.boxes]
        for _ in range(chance.choice((1, 1, 5))):
            name = chance.choice([name for name, _ in boxes] or list(PRESSED))
            boxes.append((chance.choice(NAMES)(name), chance.choice((b"1", *VALUES))))
        return self._sent(meant, boxes, token, "name")

    def _sent(self, meant: Meant, boxes: list[tuple[str, bytes]], token: str, what: str) -> Attack:
        posted = [("csrf_token", token.encode()), *boxes]
        content = "&".join(f"{quote(name)}={quote_from_bytes(text)}" for name, text in posted).encode()
        return Attack(replace(meant.cell, attack=f"hostile {what}"), content)

    def _parts(self, meant: Meant, token: str, chance: Random) -> Attack:
        """The same in parts, with files where none or others are asked for."""
        parts = [_part(name, text.encode()) for name, text in (("csrf_token", token), *meant.boxes)]
        for name in (*meant.files, chance.choice([name for name, _ in meant.boxes] or list(PRESSED))):
            file_name = chance.choice(
                ("act.pdf", "poza.jpg", "plan.docx", "x" * 5000, "", "..\\..\\x.exe", "\u202efdp.exe")
            )
            begun = chance.choice(
                (b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"text ")
            )
            parts.append(_part(name, begun + chance.choice(VALUES[:-1]), file_name))
        chance.shuffle(parts)
        return Attack(replace(meant.cell, attack="hostile parts"), b"".join((*parts, b"--b--\r\n")), MULTIPART)

    def _whole(self, meant: Meant, token: str, chance: Random) -> Attack:
        what, kind, content = chance.choice(WHOLE)
        cell = replace(meant.cell, attack=f"hostile body: {what}")
        return Attack(cell, content, kind, (("X-CSRFToken", token),))

    def _wish(self, meant: Meant, token: str, chance: Random) -> Attack:
        """Another query, asked or posted."""
        names = [*WISHES, *(name for name, _ in meant.boxes[:20])]
        chosen = [(chance.choice(names), chance.choice(VALUES[:-1])) for _ in range(chance.choice((1, 2, 12)))]
        query = "&".join(f"{quote(name)}={quote_from_bytes(text)}" for name, text in chosen)
        method = chance.choice(("GET", "POST"))
        cell = replace(meant.cell, method=method, address=f"{meant.cell.address.partition('?')[0]}?{query}")
        return replace(self._sent(Meant(cell, meant.boxes), [], token, "wish"), cell=self._aimed(cell))

    def _header(self, meant: Meant, token: str, chance: Random) -> Attack:
        sent = self._sent(meant, [(name, text.encode()) for name, text in meant.boxes], token, "header")
        value = _in_a_header(chance.choice(VALUES[:-1]))
        method = chance.choice(("GET", "POST", "HEAD", "OPTIONS"))
        cell = self._aimed(replace(sent.cell, method=method))
        return replace(sent, cell=cell, headers=((chance.choice(HEADERS), value),))

    def _cookie(self, meant: Meant, token: str, chance: Random) -> Attack:
        sent = self._sent(meant, [], token, "cookie")
        value = _in_a_header(chance.choice(VALUES[:-1]))
        name = chance.choice((SESSION_COOKIE, NOTICE_COOKIE, LANGUAGE_COOKIE, ""))
        cell = replace(sent.cell, role=ANYBODY)
        return replace(sent, cell=cell, headers=(("Cookie", f"{name}={value}"),), has_cookie=False)

    def _path(self, meant: Meant, token: str, chance: Random) -> Attack:
        """Another piece of the address."""
        pieces = meant.cell.address.partition("?")[0].split("/")
        pieces[chance.randrange(1, len(pieces))] = quote_from_bytes(chance.choice(VALUES[:-1])[:60_000], safe="")
        sent = self._sent(meant, [(name, text.encode()) for name, text in meant.boxes], token, "path")
        method = chance.choice(("GET", "POST", "PUT", "DELETE"))
        return replace(sent, cell=self._aimed(replace(sent.cell, method=method, address="/".join(pieces))))

    # --- one after the other ----------------------------------------------------------------------------

    def go(self, role: str, tries: Iterator[Random]) -> Oracle:
        """Attack the posts of the role, one with each chance."""
        walk = self.walk
        walk.arrive(role)
        oracle = Oracle(walk.planted, walk.photograph)
        with written_tables(walk.engine) as written, listening() as logged:
            self.found = self.meant(role, lambda address: self._page(address, role))
            walk.photograph.put_back(sorted(written))
            for chance in tries:
                if walk.must_arrive(role):
                    walk.arrive(role)
                    oracle.before = walk.photograph
                session = walk.sessions[role]
                attack = self.attack(chance.choice(self.found), session.token, chance)
                self.ask(attack, session, oracle, written, logged)
        return oracle

    def _page(self, address: str, role: str) -> str:
        cell = Cell(role, "GET", "", address)
        return self._answer(Attack(cell), self.walk.sessions[role]).text

    # --- what comes back --------------------------------------------------------------------------------

    def ask(self, attack: Attack, session: Session, oracle: Oracle, written: set[str], logged: list[str]) -> Answer:
        """Send it, judge the answer, put back what it changed."""
        written.clear()
        logged.clear()
        self.asked += 1
        answer = self._answer(attack, session)
        oracle.judge(attack.cell, answer, written, logged)
        if written:
            self.walk.photograph.put_back(sorted(written))
        return answer

    def _answer(self, attack: Attack, session: Session) -> Answer:
        headers: list[tuple[str, str]] = [*attack.headers]
        if attack.has_cookie and "Cookie" not in dict(headers):
            headers.append(("Cookie", session.cookie))
        path, _, query = attack.cell.address.partition("?")
        sent: dict[str, Any] = {"method": attack.cell.method, "query_string": query, "headers": headers}
        if attack.cell.method not in ("GET", "HEAD"):
            sent |= {"data": attack.content, "content_type": attack.content_type}
        try:
            with self.walk.client.open(path or "/", **sent) as response:
                return answer_of(response)
        except Exception as error:  # with TESTING the application lets its errors through
            return Answer(500, "", f"{type(error).__name__}: {error}"[:500])


def _part(name: str, content: bytes, file_name: str | None = None) -> bytes:
    told = f'; filename="{file_name}"' if file_name is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode() + content + b"\r\n"


def _in_a_header(value: bytes) -> str:
    """As much of it as can stand in a header."""
    return "".join(sign for sign in value[:60_000].decode("latin-1") if sign not in "\r\n\0")
