"""What identifies and reaches a person: personal number, telephone, e-mail.

None of these blocks the work: a newborn, a foreigner or a number told from memory is normal here. What
does not fit is kept as typed and doubted aloud.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy import String
from stdnum.md import idno
from stdnum.ro import cnp

from dosar.language.question import Answer, BoxSize, Question, ReadingContext
from dosar.language.question_options import Name, Sensitivity
from dosar.language.text.characters import HYPHENS
from dosar.language.text.message import Mistake

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MAX_PERSONAL_NUMBER = 32
PHONE_REGIONS = ("RO", "MD")
COUNTIES_BY_CODE = dict(
    enumerate(
        (
            "AB",
            "AR",
            "AG",
            "BC",
            "BH",
            "BN",
            "BT",
            "BV",
            "BR",
            "BZ",
            "CS",
            "CJ",
            "CT",
            "CV",
            "DB",
            "DJ",
            "GL",
            "GJ",
            "HR",
            "HD",
            "IL",
            "IS",
            "IF",
            "MM",
            "MH",
            "MS",
            "NT",
            "OT",
            "PH",
            "SM",
            "SJ",
            "SB",
            "SV",
            "TR",
            "TM",
            "TL",
            "VS",
            "VL",
            "VN",
            *["B"] * 9,
        ),
        start=1,
    )
) | {51: "CL", 52: "GR"}
"""The county in a CNP → its ISO 3166-2 letters; 40 to 48 are Bucharest and its sectors."""


def _fits_romania(number: str) -> bool:
    return bool(cnp.is_valid(number))


def _fits_moldova(number: str) -> bool:
    """The IDNP has the same 7-3-1 check digit as Moldova's numbers of companies."""
    return bool(idno.is_valid(number))


NUMBER_CHECKS = {"RO": (_fits_romania,), "MD": (_fits_moldova,), "any": (_fits_romania, _fits_moldova)}


class PersonalNumber(Question):
    """The personal number of Romania (CNP) or Moldova (IDNP)."""

    fills: ClassVar[bool] = True
    identifies: ClassVar[bool] = True
    type: Literal["personal_number"] = "personal_number"
    country: Literal["RO", "MD", "any"] = "any"
    """Whose check digit the number is compared with."""
    birth_date: Name = "birth_date"
    """The question beside it about the date of birth, which the number tells."""
    sex: Name = "sex"
    """The question beside it about the sex, with the choices F and M."""
    county: Name = "county"
    """The question beside it about the county, to which the one is offered where the number was issued."""
    sensitivity: Sensitivity | None = Field(default="identity")

    @property
    def compared_with(self) -> frozenset[str]:  # type: ignore[override]  # the other kinds name none
        return frozenset({self.birth_date, self.sex})

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(MAX_PERSONAL_NUMBER)}

    def sealed_columns(self) -> Collection[str]:
        return self.column_types()

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        number = re.sub(rf"[\s.\-{HYPHENS}]", "", texts[0]).upper()
        if not 0 < len(number) <= MAX_PERSONAL_NUMBER or not (number.isascii() and number.isalnum()):
            raise Mistake("Write the personal number with digits only, as it stands on the document.")
        return number

    def doubts(self, answer: Answer) -> Mistake | None:
        if len(answer) != 13 or not answer.isdecimal():
            return Mistake("A personal number has 13 digits; compare it with the document.")
        if any(fits(answer) for fits in NUMBER_CHECKS[self.country]):
            return None
        return Mistake("The check digit of this personal number does not fit; compare it with the document.")

    def filled_from(self, answer: Answer) -> dict[str, Answer]:
        """What a valid CNP says of the person. Of foreign residents (7, 8) it does not tell the century."""
        if not self._is_cnp(answer):
            return {}
        answers: dict[str, Answer] = {}
        if answer[0] in "123456":
            answers[self.birth_date] = date.fromisoformat(cnp.get_birth_date(answer).isoformat())
        if answer[0] in "12345678":
            answers[self.sex] = "M" if int(answer[0]) % 2 else "F"
        return answers

    def offered_from(self, answer: Answer) -> dict[str, Answer]:
        """The county in which a CNP was issued: often of birth, and not where the person lives."""
        county = COUNTIES_BY_CODE.get(int(answer[7:9])) if self._is_cnp(answer) else None
        return {} if county is None else {self.county: f"RO-{county}"}

    def _is_cnp(self, answer: Answer) -> bool:
        return self.country != "MD" and isinstance(answer, str) and _fits_romania(answer)

    def contradictions(self, answer: Answer, siblings: Mapping[str, Any]) -> Sequence[Mistake]:
        derived = self.filled_from(answer)
        born, sex = derived.get(self.birth_date), derived.get(self.sex)
        known, called = siblings.get(self.birth_date), siblings.get(self.sex)
        found = []
        if born and isinstance(known, str) and not born.isoformat().startswith(known):
            found.append(
                Mistake(
                    "The personal number tells another date of birth: %(born)s. Compare both with the document.",
                    born=f"{born:%d.%m.%Y}",
                )
            )
        if sex and called in ("F", "M") and called != sex:
            found.append(Mistake("The personal number tells the other sex. Compare both with the document."))
        return found

    def box(self) -> BoxSize:
        return BoxSize(width=16, inputmode="numeric")


class Phone(Question):
    """A telephone number, kept as ``+40722123456`` when it is one."""

    identifies: ClassVar[bool] = True

    type: Literal["phone"] = "phone"
    region: Literal["RO", "MD"] = "RO"
    """The country of a number written without its prefix; one that does not fit there is tried in the other."""

    longest: ClassVar[int] = 40

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(self.longest)}

    def sealed_columns(self) -> Collection[str]:
        return self.column_types()

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        written = " ".join(texts[0].split())
        number = self._number(written)
        if number is not None and not number.extension:
            return _format_phone(number, "E164")
        if sum(letter.isdecimal() for letter in written) < 5 or len(written) > self.longest:
            raise Mistake("Write a telephone number, for example 0722 123 456.")
        return written

    def _number(self, text: str) -> "PhoneNumber | None":
        """The number in a text, if it can exist."""
        regions = sorted(PHONE_REGIONS, key=lambda region: region != self.region)
        return next(filter(None, (_parse_phone(region, text) for region in regions)), None)

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.shown(answer, reading)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        number = self._number(answer)
        if number is None or number.extension:
            return str(answer)
        return _format_phone(number, "INTERNATIONAL")

    def doubts(self, answer: Answer) -> Mistake | None:
        if self._number(answer) is not None:
            return None
        return Mistake("This telephone number does not seem to exist; check its digits.")

    def words(self, answer: Answer) -> str:
        """Abroad and at home the same number is written differently; it is found with its country's code,
        with the 0 of home and without either."""
        number = self._number(answer)
        if number is None:
            return "".join(letter for letter in answer if letter.isdecimal())
        national = _format_phone(number, "NATIONAL")
        return f"{answer} {''.join(letter for letter in national if letter.isdecimal())} {number.national_number}"

    def box(self) -> BoxSize:
        return BoxSize(width=20, inputmode="tel")


def _parse_phone(region: str, text: str) -> "PhoneNumber | None":
    import phonenumbers  # its tables take a while to come

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _format_phone(number: "PhoneNumber", number_format: Literal["E164", "INTERNATIONAL", "NATIONAL"]) -> str:
    import phonenumbers

    return phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, number_format))


class Email(Question):
    """An e-mail address; whether it exists is not asked of the network."""

    identifies: ClassVar[bool] = True

    type: Literal["email"] = "email"

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(254)}

    def sealed_columns(self) -> Collection[str]:
        return self.column_types()

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        from email_validator import EmailNotValidError, validate_email  # its tables take a while to come

        try:
            return validate_email(texts[0], check_deliverability=False).normalized
        except EmailNotValidError:
            raise Mistake("Write an e-mail address, for example ana.popescu@example.org.") from None

    def box(self) -> BoxSize:
        return BoxSize(width=40, inputmode="email")
