"""Texts of form files: one text in several languages."""

from typing import Annotated

from pydantic import Field, StringConstraints

from dosar.language.text.translations import LANGUAGES

LANGUAGE_PATTERN = r"^[a-z]{2}(-[A-Z]{2})?$"

Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
COUNTRY_PATTERN = r"^[A-Z]{2}$"
CountryCode = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
NonEmptyText = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Text = Annotated[
    dict[Language, NonEmptyText],
    Field(min_length=1, json_schema_extra={"required": [*LANGUAGES]}),
]


def text_in_language(text: Text | None, language: str) -> str:
    """The text in ``language``, else in the language without its country, else in the first there is.

    A regional variant (``ro-MD``) may leave out texts that do not differ.
    """
    if not text:
        return ""
    return text.get(language) or text.get(language.split("-")[0]) or next(iter(text.values()))
