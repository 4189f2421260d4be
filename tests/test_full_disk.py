"""The program on a disk that is really full: words, what was typed, and all that was kept."""

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from dosar.cli.demo import demo_password
from tests.databases import Place
from tests.pages.browsing import boxes_on
from tests.small_disk import SmallDisk, small_disk
from tests.waiting import is_soon

PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "  # jobs of a shell are deaf to it
    "from dosar.database.installation import integrity; integrity.FIRST_SECONDS = 10**6; "
    "from dosar.cli.main import main; sys.exit(main())"
)
"""It never looks for damage: whoever looks empties the log of the database first, and that makes room."""
SHEET = "/records/visit_report/new?case=7"
ROOM = 6 * 2**20
LONG = "Povestea ei, pe larg. " * 800


class Visitor:
    """Somebody with a browser that knows cookies and pages."""

    def __init__(self, port: int) -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(self, address: str, boxes: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page; where a redirection leads."""
        data = None if boxes is None else urlencode(boxes).encode()
        try:
            with self._opener.open(self._site + address, data, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def is_ready(self) -> bool:
        """Whether Dosar has started."""
        with suppress(URLError):
            return self.ask("/ready")[0] == 200
        return False

    def sign_in(self, user: str, patience: float = 180) -> None:
        assert is_soon(self.is_ready, patience)
        _, page = self.ask("/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        who = {"user_name": user, "password": demo_password(user), "csrf_token": token[1]}
        assert self.ask("/sign-in", who)[0] == 200


def start(disk: SmallDisk, place: Place, port: int, log: Path) -> str:
    """The command that starts Dosar on the disk; what it says goes to the log."""
    assert place.key is not None
    key = log.with_name("key")
    key.write_text(place.key.hex() + "\n")
    key.chmod(0o600)
    words = [sys.executable, "-c", PROGRAM, "start", "--demo", "--no-browser", "--port", str(port)]
    words += ["--data", str(disk.folder), "--key-file", str(key)]
    return f"LANG=ro_RO.UTF-8 {shlex.join(words)} < /dev/null > {log} 2>&1"


@contextmanager
def running(disk: SmallDisk, place: Place, port: int, log: Path) -> Iterator[Visitor]:
    process = log.with_name("process")
    assert disk.run(f"{start(disk, place, port, log)} & echo $! > {process}") == 0
    try:
        yield Visitor(port)
    finally:
        disk.run(f"kill -INT {process.read_text().strip()}; wait")


def test_a_really_full_disk_costs_nobody_a_word(tmp_path: Path, filled: Callable[[str], Place], free_port: int) -> None:
    place, log = filled("sqlite"), tmp_path / "log"
    assert place.data is not None
    size = sum(file.stat().st_size for file in place.data.rglob("*")) + ROOM
    with small_disk(tmp_path / "disk", size) as disk:
        assert disk.run(f"cp -r {place.data}/. {disk.folder}") == 0
        with running(disk, place, free_port, log) as visitor:
            visitor.sign_in("case_manager")
            sheet = boxes_on(visitor.ask(SHEET)[1])
            typed = {**sheet.boxes.to_dict(), "visit_date": "azi", "visit_purpose": "Prima", "conclusions": LONG}
            disk.fill()
            for address in (sheet.action, "/drafts/visit_report?case=7"):
                status, page = visitor.ask(address, typed)
                assert status == 507 and LONG.strip() in unescape(page), address
            disk.make_room()
            status, page = visitor.ask(sheet.action, typed)
            assert status == 200 and LONG.strip() in unescape(page), "it goes on by itself"
        disk.fill()
        assert disk.run(start(disk, place, free_port, log)) not in (0, 1)
        said = log.read_text()
        assert "Traceback" not in said and "Discul" in said, said
