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

from dosar.language.choices import Choice
from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.text.collation import sort_key
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake
from dosar.language.text.spelling import fold_name
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import LANGUAGES

NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""Codes Babel names that are groups, parts or tests of countries."""
COUNTY_LISTS = {"RO": "county_ro", "MD": "region_md"}


class PlaceQuestion(Question):
    """A place chosen by its code, whose label follows the reader's language."""

    look: ClassVar[str] = "select"
    chosen: ClassVar[bool] = True

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(8)}

    def choice_columns(self) -> Collection[str]:
        return (self.name,)

    @abstractmethod
    def choices_by_code(self) -> Mapping[str, Choice]:
        """The places there are."""

    @abstractmethod
    def codes_by_name(self) -> Mapping[str, str]:
        """The folded name in every language → the code."""

    @property
    def rule_sort(self) -> str:
        return "choice"

    def options(self) -> Sequence[Choice]:
        return tuple(place for place in self.choices_by_code().values() if not place.retired)

    def codes(self) -> Collection[str]:
        return self.choices_by_code().keys()

    def ordered_codes(self, language: str) -> Sequence[str]:
        return [place.code for place in self.in_order(list(self.choices_by_code().values()), language)]

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        code = texts[0].upper()
        if code in self.choices_by_code():
            return code
        named = self.codes_by_name().get(fold_name(texts[0]))
        if named is None:
            raise Mistake("“%(typed)s” is not in the list. Choose from the list.", typed=texts[0])
        return named

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        place = self.choices_by_code().get(answer)
        return text_in_language(place.label, reading.language) if place else str(answer)

    def words(self, answer: Answer) -> str:
        place = self.choices_by_code().get(answer)
        return " ".join(dict.fromkeys(place.label.values())) if place else str(answer)


@cache
def _country_choices() -> dict[str, Choice]:
    names = {language: locale_of(language).territories for language in LANGUAGES}
    codes = [
        str(code) for code in names[LANGUAGES[0]] if re.fullmatch(r"[A-Z]{2}", str(code)) and code not in NOT_COUNTRIES
    ]
    countries = [Choice(code=code, label={language: names[language][code] for language in LANGUAGES}) for code in codes]
    countries.sort(key=lambda country: fold_name(country.label[LANGUAGES[0]]))
    return {country.code: country for country in countries}


def _codes_by_name(places: Mapping[str, Choice]) -> dict[str, str]:
    return {fold_name(name): code for code, place in places.items() for name in place.label.values()}


def _with_distinct_names(places: Mapping[str, Choice]) -> dict[str, Choice]:
    """The places, the country beside every name that is there twice."""
    names = Counter(fold_name(place.label[LANGUAGES[0]]) for place in places.values())
    return {
        code: _with_country(place) if names[fold_name(place.label[LANGUAGES[0]])] > 1 else place
        for code, place in places.items()
    }


def _with_country(place: Choice) -> Choice:
    country = _country_choices()[place.code.partition("-")[0]].label
    label = {language: f"{name} ({text_in_language(country, language)})" for language, name in place.label.items()}
    return place.model_copy(update={"label": label})


@cache
def _country_names() -> dict[str, str]:
    return _codes_by_name(_country_choices())


class Country(PlaceQuestion):
    """A country, by its ISO 3166-1 code of two letters."""

    type: Literal["country"] = "country"

    def choices_by_code(self) -> Mapping[str, Choice]:
        return _country_choices()

    def codes_by_name(self) -> Mapping[str, str]:
        return _country_names()

    def in_order(self, choices: Sequence[Choice], language: str) -> Sequence[Choice]:
        """By their names in the reader's language, letters with marks in their place."""
        return sorted(choices, key=lambda country: sort_key(text_in_language(country.label, language)))


class County(PlaceQuestion):
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
        known._places = _with_distinct_names(
            {place.code: place for name in self.choice_lists() for place in lists[name]}
        )
        known._names = _codes_by_name(known._places)
        return known

    def choices_by_code(self) -> Mapping[str, Choice]:
        return self._places

    def codes_by_name(self) -> Mapping[str, str]:
        return self._names
