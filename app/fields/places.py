"""Places: countries, and the counties of Romania and the regions of Moldova.

Both are chosen from a list, and both understand a name typed or imported in either language.
"""

import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr
from sqlalchemy import String

from app.fields.locales import locale_of
from app.fields.words import folded
from app.language.alphabet import sort_key
from app.language.choices import Choice
from app.language.message import Mistake
from app.language.question import Answer, Question, Reading
from app.language.texts import LANGUAGES, say

NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""Codes Babel names that are groups, parts or tests of countries."""
COUNTY_LISTS = {"RO": "county_ro", "MD": "region_md"}


class Place(Question):
    """A place chosen by its code, whose label follows the reader's language."""

    look: ClassVar[str] = "select"
    chosen: ClassVar[bool] = True

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(8)}

    @abstractmethod
    def by_code(self) -> Mapping[str, Choice]:
        """The places there are."""

    @abstractmethod
    def by_name(self) -> Mapping[str, str]:
        """The folded name in every language → the code."""

    @property
    def rule_sort(self) -> str:
        return "choice"

    def options(self) -> Sequence[Choice]:
        return tuple(place for place in self.by_code().values() if not place.retired)

    def codes(self) -> Collection[str]:
        return self.by_code().keys()

    def codes_in_order(self, language: str) -> Sequence[str]:
        return [place.code for place in self.in_order(list(self.by_code().values()), language)]

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        code = texts[0].upper()
        if code in self.by_code():
            return code
        named = self.by_name().get(folded(texts[0]))
        if named is None:
            raise Mistake("“%(typed)s” is not in the list. Choose from the list.", typed=texts[0])
        return named

    def shown(self, answer: Answer, reading: Reading) -> str:
        place = self.by_code().get(answer)
        return say(place.label, reading.language) if place else str(answer)

    def words(self, answer: Answer) -> str:
        place = self.by_code().get(answer)
        return " ".join(dict.fromkeys(place.label.values())) if place else str(answer)


@cache
def _countries() -> dict[str, Choice]:
    names = {language: locale_of(language).territories for language in LANGUAGES}
    codes = [
        str(code) for code in names[LANGUAGES[0]]
        if re.fullmatch(r"[A-Z]{2}", str(code)) and code not in NO_COUNTRIES
    ]
    countries = [
        Choice(code=code, label={language: names[language][code] for language in LANGUAGES}) for code in codes
    ]
    countries.sort(key=lambda country: folded(country.label[LANGUAGES[0]]))
    return {country.code: country for country in countries}


def _names(places: Mapping[str, Choice]) -> dict[str, str]:
    return {folded(name): code for code, place in places.items() for name in place.label.values()}


def _told_apart(places: Mapping[str, Choice]) -> dict[str, Choice]:
    """The places, the country beside every name that is there twice."""
    names = Counter(folded(place.label[LANGUAGES[0]]) for place in places.values())
    return {
        code: _with_country(place) if names[folded(place.label[LANGUAGES[0]])] > 1 else place
        for code, place in places.items()
    }


def _with_country(place: Choice) -> Choice:
    country = _countries()[place.code.partition("-")[0]].label
    label = {language: f"{name} ({say(country, language)})" for language, name in place.label.items()}
    return place.model_copy(update={"label": label})


@cache
def _country_names() -> dict[str, str]:
    return _names(_countries())


class Country(Place):
    """A country, by its ISO 3166-1 code of two letters."""

    type: Literal["country"] = "country"

    def by_code(self) -> Mapping[str, Choice]:
        return _countries()

    def by_name(self) -> Mapping[str, str]:
        return _country_names()

    def in_order(self, choices: Sequence[Choice], language: str) -> Sequence[Choice]:
        """By their names in the reader's language, letters with marks in their place."""
        return sorted(choices, key=lambda country: sort_key(say(country.label, language)))


class County(Place):
    """A county of Romania or a region of Moldova, by its ISO 3166-2 code."""

    type: Literal["county"] = "county"
    countries: Annotated[Sequence[Literal["RO", "MD"]], Field(min_length=1)] = ("RO", "MD")
    """Whose counties are offered."""

    _places: dict[str, Choice] = PrivateAttr(default_factory=dict)
    _names: dict[str, str] = PrivateAttr(default_factory=dict)

    def choice_lists(self) -> tuple[str, ...]:
        return tuple(COUNTY_LISTS[country] for country in self.countries)

    def with_choices(self, lists: Mapping[str, Sequence[Choice]]) -> Question:
        known = self.model_copy()
        known._places = _told_apart({place.code: place for name in self.choice_lists() for place in lists[name]})
        known._names = _names(known._places)
        return known

    def by_code(self) -> Mapping[str, Choice]:
        return self._places

    def by_name(self) -> Mapping[str, str]:
        return self._names
