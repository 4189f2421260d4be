"""Whether a person's consent held on a day: by the days on the sheets of her case, and nothing kept beside.

A copy, an import or a correction behind a page gives and ends it like any other: no mark could be forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnClause,
    Date,
    DateTime,
    Integer,
    Select,
    bindparam,
    column,
    literal,
    null,
    select,
    table,
    type_coerce,
    union_all,
)
from sqlalchemy.types import TypeEngine

from dosar.language.consent import CaseConsent, DaySource

Lack = Literal["none", "waits", "later", "over"]
"""Why there is no consent on a day: none at all, one that nobody accepted yet, a later one, or one that ended."""


@dataclass(frozen=True)
class ConsentWord:
    """A day on a sheet of the case that gives the consent, or ends it."""

    gives: bool
    day: date
    until: date | None
    """The last day of what is given."""
    waits: bool
    """Whether the sheet waits to be accepted: what it gives does not count yet; what it ends does at once."""
    form: str
    sheet: int
    filed: datetime

    def ends(self, given: "ConsentWord") -> bool:
        """Whether this day ends what that one gave: it is later; on one and the same day, it was filed later."""
        if self.gives or self.day != given.day:
            return not self.gives and self.day > given.day
        return self.sheet >= given.sheet if self.form == given.form else self.filed >= given.filed


@dataclass(frozen=True)
class MissingConsent:
    """There is none on the day that was asked about."""

    why: Lack
    day: date | None = None
    """Of a later one, from when on there is one; of one that ended, since when there is none."""


WordsByCase = Mapping[tuple[int, str], Sequence[ConsentWord]]
"""(case, consent by its key) → all that its sheets say of it."""


def missing_on(day: date, words: Sequence[ConsentWord]) -> MissingConsent | None:
    """Why there is no consent on the day; ``None`` where there is one."""
    given = [word for word in words if word.gives and not word.waits]
    begun = [word for word in given if word.day <= day]
    ends = [_end_of(word, words) for word in begun]
    if any(end is None or end > day for end in ends):
        return None
    if ends:
        return MissingConsent("over", max(end for end in ends if end is not None))
    if given:
        return MissingConsent("later", min(word.day for word in given))
    return MissingConsent("waits" if any(word.gives for word in words) else "none")


def _end_of(given: ConsentWord, words: Sequence[ConsentWord]) -> date | None:
    """The first day on which what was given holds no more."""
    ended = [word.day for word in words if word.ends(given)]
    if given.until is not None and given.until < date.max:
        ended.append(date.fromordinal(given.until.toordinal() + 1))
    return min(ended, default=None)


@dataclass(frozen=True)
class ConsentSource:
    """A question whose days give a consent or end it."""

    key: str
    """The consent."""
    gives: bool
    source: DaySource

    def query(self) -> tuple[Any, list[Any], list[Any]]:
        """What to read from, the columns, and the conditions: below the class of the form, whose criteria would be
        those of reading."""
        named, until = self.source.question, self.source.lasts_until
        columns: list[ColumnClause[Any]] = [column(name, kind) for name, kind in _EVERY_SHEET.items()]
        columns += [column(name, Date) for name in (named, until) if name is not None]
        sheet = table(self.source.form, *columns).alias(f"consent_in_{self.source.form}")
        last = sheet.c[until] if until is not None else type_coerce(null(), Date)
        told: list[Any] = [sheet.c.case_id, sheet.c.id, sheet.c.created_at, sheet.c.to_check]
        told += [sheet.c[named].label("day"), last.label("until")]
        return sheet, told, [sheet.c.deleted_at.is_(None), sheet.c[named].is_not(None)]

    def word(self, sheet: int, filed: datetime, waits: bool | None, day: date, until: date | None) -> ConsentWord:
        """What a sheet says."""
        return ConsentWord(self.gives, day, until, bool(waits), self.source.form, sheet, filed)


_CASES: Any = bindparam("of_cases", expanding=True)
_EVERY_SHEET: Mapping[str, type[TypeEngine[Any]]] = {
    "id": Integer,
    "case_id": Integer,
    "created_at": DateTime,
    "deleted_at": DateTime,
    "to_check": Boolean,
}


def consent_sources(consents: Iterable[CaseConsent]) -> list[ConsentSource]:
    """Every question that says something of these consents."""
    wanted = {consent.key: consent for consent in consents}
    return [
        ConsentSource(key, gives, source)
        for key, consent in wanted.items()
        for gives, several in ((True, [consent.given]), (False, consent.ended))
        for source in several
    ]


def consent_words(session: Any, consents: Iterable[CaseConsent], case_ids: Iterable[int]) -> WordsByCase:
    """What the sheets of these cases say of these consents, deleted ones left out: one statement."""
    sources, numbers = consent_sources(consents), sorted({*case_ids})
    found = dict[tuple[int, str], list[ConsentWord]]()
    if not sources or not numbers:
        return found
    for position, case_id, *said in session.execute(_words_query(tuple(sources)), {"of_cases": numbers}):
        found.setdefault((case_id, sources[position].key), []).append(sources[position].word(*said))
    return found


@lru_cache(maxsize=16)
def _words_query(sources: tuple[ConsentSource, ...]) -> Any:
    """Made once for the forms that run: to make it anew takes longer than to read."""
    return union_all(*[_days_on(position, source) for position, source in enumerate(sources)])


def _days_on(position: int, source: ConsentSource) -> Select[Any]:
    sheet, told, conditions = source.query()
    return select(literal(position), *told).where(*conditions, sheet.c.case_id.in_(_CASES))
