"""Texts of form files: one text in several languages."""

from typing import Annotated

from pydantic import StringConstraints

LANGUAGES = ("ro", "en")

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Text = dict[Language, Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]]


def say(text: Text | None, language: str) -> str:
    """The text in ``language``, else in the language without its country, else in the first there is.

    A regional variant (``ro-MD``) may leave out texts that do not differ.
    """
    if not text:
        return ""
    return text.get(language) or text.get(language.split("-")[0]) or next(iter(text.values()))
