"""Countries and counties."""

from datetime import date

import pytest

from dosar.fields.places import Country, County
from dosar.language.choices import Choice
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO, EN = (ReadingContext(language, date(2026, 9, 5)) for language in ("ro", "en"))
LABEL = {"en": "Place", "ro": "Locul"}
LISTS = {
    "county_ro": [Choice(code="RO-CJ", label={"en": "Cluj", "ro": "Cluj"})],
    "region_md": [Choice(code="MD-HI", label={"en": "Hâncești", "ro": "Hâncești"})],
}
country = Country(name="country", label=LABEL)
county = County(name="county", label=LABEL).with_choices(LISTS)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("MD", "MD"),
        ("md", "MD"),
        ("Republica Moldova", "MD"),
        ("Moldova", "MD"),
        ("romania", "RO"),
        ("Germany", "DE"),
        ("germania", "DE"),
    ],
)
def test_a_country_is_chosen_by_code_or_name(typed: str, code: str) -> None:
    assert country.read([typed], RO) == code
    assert country.read(country.typed(code, EN), EN) == code


def test_a_country_is_shown_in_the_readers_language() -> None:
    assert country.shown("DE", RO) == "Germania"
    assert country.shown("DE", EN) == "Germany"
    assert country.words("DE") == "Germania Germany"


def test_countries_are_offered_by_name() -> None:
    names = [option.label["ro"] for option in country.options()]
    assert names[0] == "Afganistan" and len(names) == len(set(names)) == 249 + 1
    assert "Uniunea Europeană" not in names


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(Mistake, match="“Narnia” is not in the list"):
        country.read(["Narnia"], RO)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("RO-CJ", "RO-CJ"),
        ("ro-cj", "RO-CJ"),
        ("Cluj", "RO-CJ"),
        ("Hîncești", "MD-HI"),
        ("hancesti", "MD-HI"),
    ],
)
def test_a_county_is_chosen_by_code_or_name(typed: str, code: str) -> None:
    assert county.read([typed], RO) == code
    assert county.read(county.typed(code, EN), EN) == code


def test_a_county_comes_from_the_lists_of_its_countries() -> None:
    romanian = County(name="county", label=LABEL, countries=["RO"])
    assert romanian.choice_lists() == ("county_ro",)
    known = romanian.with_choices(LISTS)
    assert [option.code for option in known.options()] == ["RO-CJ"]
    assert [option.code for option in county.options()] == ["RO-CJ", "MD-HI"]
    with pytest.raises(Mistake, match="not in the list"):
        known.read(["MD-HI"], RO)


def test_a_county_is_shown_by_its_name() -> None:
    assert county.shown("MD-HI", RO) == "Hâncești"
    assert county.shown("RO-XX", RO) == "RO-XX"


def test_of_two_places_of_one_name_the_country_is_told() -> None:
    """There is a Călărași in Romania and one in Moldova."""
    twice = {"en": "Călărași", "ro": "Călărași"}
    lists = {
        name: [*LISTS[name], Choice(code=code, label=twice)]
        for name, code in (
            ("county_ro", "RO-CL"),
            ("region_md", "MD-CL"),
        )
    }
    both = County(name="county", label=LABEL).with_choices(lists)
    assert [both.shown(code, RO) for code in ("RO-CL", "MD-CL", "RO-CJ")] == [
        "Călărași (România)",
        "Călărași (Republica Moldova)",
        "Cluj",
    ]
    assert both.shown("MD-CL", EN) == "Călărași (Moldova)"
    assert both.read(["Călărași (România)"], RO) == "RO-CL"
    with pytest.raises(Mistake, match="Choose from the list"):
        both.read(["Călărași"], RO)
    alone = County(name="county", label=LABEL, countries=["RO"]).with_choices(lists)
    assert alone.shown("RO-CL", RO) == "Călărași"


def test_countries_are_offered_in_the_order_of_the_readers_language() -> None:
    """Marks of other languages stand with their letter, Romanian letters after it."""
    for language, names in (("ro", ["Tanzania", "Turcia", "Țările de Jos"]), ("en", ["Austria", "Åland Islands"])):
        told = [option.label[language] for option in country.in_order(country.options(), language)]
        places = [told.index(name) for name in names]
        assert (places == sorted(places)) is (language == "ro"), "Åland is told with A, long before Austria"
