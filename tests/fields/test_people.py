"""Personal numbers, telephones, e-mail."""

from datetime import date

import pytest

from dosar.fields.people import Email, PersonalNumber, Phone
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO, EN = (ReadingContext(language, date(2026, 9, 5)) for language in ("ro", "en"))
LABEL = {"en": "CNP", "ro": "CNP"}
cnp = PersonalNumber(name="cnp", label=LABEL)
phone = Phone(name="phone", label=LABEL)
email = Email(name="email", label=LABEL)

VALID_CNP = "1630615123457"
WRONG_DIGIT = "1630615123458"
VALID_IDNP = "2004001000009"


@pytest.mark.parametrize("typed", [VALID_CNP, "1 630615 123457", " 1630615-123457 "])
def test_a_personal_number_is_kept_without_spaces(typed: str) -> None:
    answer = cnp.read([typed], RO)
    assert answer == VALID_CNP
    assert cnp.doubts(answer) is None
    assert cnp.read(cnp.typed(answer, EN), EN) == answer


@pytest.mark.parametrize(
    ("country", "number", "doubt"),
    [
        ("RO", VALID_CNP, ""),
        ("RO", WRONG_DIGIT, "check digit"),
        ("RO", VALID_IDNP, "check digit"),
        ("MD", VALID_IDNP, ""),
        ("MD", "2004001000006", "check digit"),
        ("any", VALID_IDNP, ""),
        ("any", VALID_CNP, ""),
        ("any", WRONG_DIGIT, "check digit"),
        ("any", "12345", "13 digits"),
        ("any", "AB123456", "13 digits"),
    ],
)
def test_a_wrong_personal_number_is_doubted_not_refused(country: str, number: str, doubt: str) -> None:
    asked = PersonalNumber.model_validate({"name": "cnp", "label": LABEL, "country": country})
    said = asked.doubts(asked.read([number], RO))
    assert (doubt in str(said)) if doubt else said is None


@pytest.mark.parametrize("typed", ["none?", "x" * 33, "--"])
def test_what_is_no_number_at_all_is_refused(typed: str) -> None:
    with pytest.raises(Mistake, match="as it stands on the document"):
        cnp.read([typed], RO)


def test_a_cnp_tells_birth_date_and_sex_and_suggests_a_county() -> None:
    assert cnp.filled_from(VALID_CNP) == {"birth_date": date(1963, 6, 15), "sex": "M"}
    assert cnp.filled_from("6010203521231") == {"birth_date": date(2001, 2, 3), "sex": "F"}
    assert cnp.filled_from("7630615123458") == {"sex": "M"}
    assert cnp.offered_from(VALID_CNP) == cnp.offered_from("7630615123458") == {"county": "RO-CJ"}
    assert cnp.offered_from("6010203521231") == {"county": "RO-GR"}


def test_a_doubtful_number_tells_nothing() -> None:
    assert cnp.filled_from(WRONG_DIGIT) == cnp.filled_from(VALID_IDNP) == {}
    assert cnp.offered_from(WRONG_DIGIT) == cnp.offered_from(VALID_IDNP) == {}
    assert cnp.contradictions(WRONG_DIGIT, {"birth_date": "1998", "sex": "F"}) == []


@pytest.mark.parametrize(
    ("beside", "doubted"),
    [
        ({}, []),
        ({"birth_date": None, "sex": None}, []),
        ({"birth_date": "1963-06-15", "sex": "M"}, []),
        ({"birth_date": "1963", "sex": "other"}, []),
        ({"birth_date": "1963-06"}, []),
        ({"birth_date": "1963-06-16"}, ["15.06.1963"]),
        ({"birth_date": "1964"}, ["15.06.1963"]),
        ({"sex": "F"}, ["other sex"]),
        ({"birth_date": "1964", "sex": "F"}, ["15.06.1963", "other sex"]),
    ],
)
def test_a_cnp_that_contradicts_what_is_known_is_doubted(beside: dict[str, str], doubted: list[str]) -> None:
    told = [str(mistake) for mistake in cnp.contradictions(VALID_CNP, beside)]
    assert len(told) == len(doubted)
    assert all(words in one for words, one in zip(doubted, told, strict=True))


def test_a_personal_number_is_for_those_who_may_see_identities() -> None:
    assert cnp.sensitivity == "identity"


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("0722 123 456", "+40722123456", "+40 722 123 456"),
        ("0722.123.456", "+40722123456", "+40 722 123 456"),
        ("+40 722 123 456", "+40722123456", "+40 722 123 456"),
        ("0040722123456", "+40722123456", "+40 722 123 456"),
        ("+373 69 123 456", "+37369123456", "+373 691 23 456"),
        ("12345", "12345", "12345"),
        ("vecina, 0722 12 34", "vecina, 0722 12 34", "vecina, 0722 12 34"),
    ],
)
def test_a_telephone_number_is_kept_for_dialling(typed: str, kept: str, shown: str) -> None:
    assert phone.read([typed], RO) == kept
    assert phone.shown(kept, RO) == shown
    assert phone.read(phone.typed(kept, EN), EN) == kept


def test_a_number_that_cannot_exist_is_doubted() -> None:
    assert phone.doubts("+40722123456") is None
    assert "check its digits" in str(phone.doubts("12345"))
    with pytest.raises(Mistake, match="for example 0722 123 456"):
        phone.read(["acasă"], RO)


def test_a_moldovan_form_reads_moldovan_numbers() -> None:
    assert Phone(name="phone", label=LABEL, region="MD").read(["069 123 456"], RO) == "+37369123456"


def test_a_number_of_the_other_country_is_known_too() -> None:
    assert phone.read(["069123456"], RO) == "+37369123456"
    assert Phone(name="phone", label=LABEL, region="MD").read(["0722 123 456"], RO) == "+40722123456"


def test_a_number_is_found_as_dialled_at_home() -> None:
    assert phone.words("+40722123456") == "+40722123456 0722123456 722123456"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@example.org", "ana@example.org"),
        (" Ana.Pop@Example.ORG ", "Ana.Pop@example.org"),
    ],
)
def test_an_email_address_is_read(typed: str, kept: str) -> None:
    assert email.read([typed], RO) == kept
    assert email.read(email.typed(kept, RO), RO) == kept


@pytest.mark.parametrize("typed", ["ana", "ana@", "ana@example", "ana pop@example.org", "a@b.org, c@d.org"])
def test_other_addresses_are_refused(typed: str) -> None:
    with pytest.raises(Mistake, match="Write an e-mail address"):
        email.read([typed], RO)
