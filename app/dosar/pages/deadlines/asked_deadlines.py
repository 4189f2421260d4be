"""What the address asks of the page of what is due: whose, of which kind, when. Numbers and keys only, no names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import lazy_gettext

from dosar.fields.formats.days import YEARS_ACCEPTED
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.pages.pagination import MAX_PAGE_NUMBER
from dosar.pages.urls import parse_record_number

VIEWS = {"list": lazy_gettext("List"), "month": lazy_gettext("Month"), "week": lazy_gettext("Week")}
STATES = {
    "overdue": lazy_gettext("Overdue"),
    "today": lazy_gettext("Today"),
    "week": lazy_gettext("This week"),
    "later": lazy_gettext("Later"),
    "waiting": lazy_gettext("Waits for acceptance"),
}
"""How near the day is, in the order in which it is told."""
WEIGHTS = {"binding": lazy_gettext("Binding"), "advice": lazy_gettext("Advice")}
ONE_DAY = timedelta(days=1)
NOBODY = 0
"""The number in the address for what is nobody's."""
MINE, EVERYBODYS = "me", "all"
"""The words in the address for what is the reader's own, and for everybody's where hers stands there at first."""


@dataclass(frozen=True)
class AskedDeadlines:
    """What is asked for; nothing for any."""

    view: str = "list"
    day: date | None = None
    """A day of the month or week that is shown; in a list, the only day."""
    state: str = ""
    worker: int | None = None
    whose: str = ""
    """The word by which that was asked for, if it was by one."""
    team: int | None = None
    case: int | None = None
    rule: str = ""
    partner: int | None = None
    weight: str = ""
    page: int = 1
    all: bool = False

    def address(self, **changed: Any) -> str:
        """This page with other wishes; pages begin anew."""
        asked = {**self.chosen(), **changed}
        return "?" + urlencode({name: value for name, value in asked.items() if value not in (None, "")})

    def whole_address(self) -> str:
        """This very page: the way back to it."""
        pages = {"page": self.page if self.page > 1 else "", "all": 1 if self.all else ""}
        return f"/due{self.address(**pages).removesuffix('?')}"

    def of(self, worker: int) -> "AskedDeadlines":
        """The same of whoever reads, by the word for that."""
        return replace(self, worker=worker, whose=MINE)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the days is asked for."""
        return bool(self.whose) or any(
            asked not in (None, "")
            for asked in (self.worker, self.team, self.case, self.rule, self.partner, self.weight)
        )

    @property
    def is_overview(self) -> bool:
        """Whether the first ones of each state are asked for."""
        return self.view == "list" and not (self.state or self.day or self.all or self.page > 1)

    def chosen(self) -> dict[str, object]:
        """The parameters of the address, without the page."""
        return {
            "view": self.view if self.view != "list" else "",
            "day": self.day.isoformat() if self.day else "",
            "state": self.state,
            "worker": self.whose or self.worker,
            "team": self.team,
            "case": self.case,
            "rule": self.rule,
            "partner": self.partner,
            "weight": self.weight,
        }

    def filter(self, rules: Collection[str] | None, members: Collection[int] | None) -> DeadlineFilter:
        """What is read, whenever it is due. ``rules`` are those asked for; ``members`` those of the team, if any."""
        hers = None if self.worker is None else {self.worker}
        workers = hers if members is None else {*members} if hers is None else hers & {*members}
        cases = None if self.case is None else {self.case}
        return DeadlineFilter(workers=workers, cases=cases, rules=rules, partner=self.partner)


def asked_deadlines(reader: int) -> AskedDeadlines:
    """What this request asks for; what is none of the possible wishes is not asked."""
    named = request.args
    whose = _asked_whose()
    return AskedDeadlines(
        view=_one_of(VIEWS, "view") or "list",
        day=_asked_day(),
        state=_one_of(STATES, "state"),
        worker=reader if whose == MINE else _number_or_nobody("worker"),
        whose=whose,
        team=named.get("team", type=parse_record_number),
        case=named.get("case", type=parse_record_number),
        rule=named.get("rule", ""),
        partner=named.get("partner", type=parse_record_number),
        weight=_one_of(WEIGHTS, "weight"),
        page=min(max(named.get("page", 1, type=int), 1), MAX_PAGE_NUMBER),
        all=named.get("all") == "1",
    )


def state_spans(today: date) -> dict[str, DeadlineFilter]:
    """The days of each state; a week ends on Sunday. What waits for acceptance is late for nobody."""
    yesterday, sunday = today - ONE_DAY, _sunday(today)
    return {
        "overdue": DeadlineFilter(until=yesterday, waits=False),
        "today": DeadlineFilter(since=today, until=today),
        "week": DeadlineFilter(since=today + ONE_DAY, until=sunday),
        "later": DeadlineFilter(since=sunday + ONE_DAY),
        "waiting": DeadlineFilter(until=yesterday, waits=True),
    }


def state_of_day(day: date, today: date) -> str:
    """How near a day is, whoever it waits for."""
    if day < today:
        return "overdue"
    if day == today:
        return "today"
    return "week" if day <= _sunday(today) else "later"


def _sunday(today: date) -> date:
    return today + ONE_DAY * (6 - today.weekday())


def within_span(wanted: DeadlineFilter, span: DeadlineFilter) -> DeadlineFilter:
    """What is wanted, of this span of days alone."""
    return replace(wanted, since=span.since, until=span.until, waits=span.waits)


def _one_of(known: Mapping[str, object], name: str) -> str:
    asked = request.args.get(name, "")
    return asked if asked in known else ""


def _asked_whose() -> str:
    """The choice of the filters for everybody is empty, and stands in the address all the same."""
    said = request.args.get("worker")
    return EVERYBODYS if said == "" else said if said in (MINE, EVERYBODYS) else ""


def _number_or_nobody(name: str) -> int | None:
    return NOBODY if request.args.get(name) == str(NOBODY) else request.args.get(name, type=parse_record_number) or None


def _asked_day() -> date | None:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if day.year in YEARS_ACCEPTED[1:-1] else None
