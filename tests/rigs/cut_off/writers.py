"""Workers who file, correct and type while the program may end at any moment, and what they were told."""

import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread

from tests.rigs.cut_off.running import Browser, CutOff, Office

LINES = 2
NEW, CORRECTED, TYPED = "new sheets", "corrections", "drafts"
TURNS = (NEW, NEW, NEW, CORRECTED, TYPED)
"""What a worker does next, one as often as another."""


@dataclass(frozen=True)
class Told:
    """Something that a worker was told is kept."""

    kind: str
    word: str
    """What she wrote everywhere on the sheet."""
    record: int
    moment: float
    """When she was told, in seconds of the computer's clock."""


@dataclass
class Sheet:
    """A sheet as its worker knows it."""

    record: int
    word: str
    sent: str = ""
    """A correction nobody acknowledged: it may be there or not."""


@dataclass
class Writer:
    """One worker, from one start of the program to the next."""

    worker: str
    browser: Browser
    told: list[Told] = field(default_factory=list)
    sheets: dict[int, Sheet] = field(default_factory=dict)
    doubtful: list[dict[str, str]] = field(default_factory=list)
    """New sheets as they were sent, of which nobody said whether they are kept; she sends them again."""
    typed: str = ""
    """What her draft held when she was told it is kept."""
    typing: set[str] = field(default_factory=set)
    """What it may hold instead."""
    refused: list[str] = field(default_factory=list)
    written: int = 0

    def work(self, over: Event) -> None:
        """File one after the other until the program is gone."""
        try:
            for boxes in list(self.doubtful):
                self._send(boxes)
            while not over.is_set():
                self._turn(random.choice(TURNS))
        except CutOff:
            pass

    def _turn(self, kind: str) -> None:
        if kind == TYPED:
            self._type()
        elif kind == CORRECTED and self.sheets:
            self._correct(random.choice(list(self.sheets.values())))
        else:
            page = self.browser.get("/records/visit/new?case=1")
            boxes = {**page.hidden(), **_filled(self._word())}
            self.doubtful.append(boxes)
            self._send(boxes)

    def _send(self, boxes: dict[str, str]) -> None:
        said = self.browser.post("/records/visit/new?case=1", boxes)
        self.doubtful.remove(boxes)
        if self._is_refused(said.status, 303, said.text):
            return
        record = int(said.location.split("?")[0].rsplit("/", 1)[1])
        self.sheets[record] = Sheet(record, boxes["note"])
        self._tell(NEW, boxes["note"], record)

    def _correct(self, sheet: Sheet) -> None:
        address = f"/records/visit/{sheet.record}/edit"
        page = self.browser.get(address)
        sheet.sent = self._word()
        said = self.browser.post(address, {**page.hidden(), **_filled(sheet.sent)})
        if not self._is_refused(said.status, 303, said.text):
            sheet.word = sheet.sent
            self._tell(CORRECTED, sheet.word, sheet.record)
        sheet.sent = ""

    def _type(self) -> None:
        page = self.browser.get("/records/visit/new?case=2")
        word = self._word()
        self.typing.add(word)
        said = self.browser.post("/drafts/visit?case=2", {**page.hidden(), **_filled(word)})
        if not self._is_refused(said.status, 200, said.text):
            self.typed, self.typing = word, set()
            self._tell(TYPED, word, 0)

    def _word(self) -> str:
        self.written += 1
        return f"{self.worker}-{self.written}"

    def _tell(self, kind: str, word: str, record: int) -> None:
        self.told.append(Told(kind, word, record, time.time()))

    def _is_refused(self, status: int, wanted: int, text: str) -> bool:
        if status != wanted:
            self.refused.append(f"{self.worker}: {status} {text[:300]}")
        return status != wanted


def _filled(word: str) -> Mapping[str, str]:
    """A whole sheet of one word: where it says two, it is torn."""
    return {"note": word, "again": word, **{f"lines.{at}.words": word for at in range(LINES)}}


def hired(office: Office) -> list[Writer]:
    """A writer for every worker."""
    return [Writer(worker, Browser(worker)) for worker in office.workers]


class AtWork:
    """Writers at their desks, until somebody says it is over or the program is gone."""

    def __init__(self, writers: Iterable[Writer], port: int) -> None:
        self.over, self.writers = Event(), list(writers)
        for writer in self.writers:
            writer.browser.port = port
            if not writer.browser.cookies:
                writer.browser.sign_in()
        self.threads = [Thread(target=writer.work, args=[self.over]) for writer in self.writers]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Everybody has had her last answer, or none."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        for writer in self.writers:
            writer.browser.leave()
