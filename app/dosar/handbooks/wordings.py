"""What single countries say differently in a handbook: ``ro-MD``.

As in the translations, only what differs is written down: a chapter ``05-restore.ro-MD.md`` holds the sections that
are others there, by their anchors. The words of the screen, which are bold, are exchanged by themselves: those of the
program as its translations say them, those of the forms as ``form_words.yaml`` does.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache

from markdown_it.token import Token

from dosar.handbooks.addresses import BOOKS_FOLDER
from dosar.handbooks.chapters import Chapter, Section, kind_of
from dosar.language.text.translations import translated_word, translated_words

FORM_WORDS_FILE = BOOKS_FOLDER / "form_words.yaml"


def with_country_sections(chapter: Chapter, country: Chapter) -> Chapter:
    """The chapter with the sections that the country's own file has."""
    others = {section.anchor: section for section in country.sections}
    sections = tuple(others.get(section.anchor, section) for section in chapter.sections)
    return replace(chapter, title=country.title if country.title != country.key else chapter.title, sections=sections)


def with_screen_words(sections: Sequence[Section], language: str, wording: str) -> tuple[Section, ...]:
    """The same, with what stands on buttons and in menus as the screen says it in this wording."""
    said = _words_said_differently(language, wording)
    return tuple(replace(section, tokens=_exchanged(section.tokens, said)) for section in sections)


@cache
def _words_said_differently(language: str, wording: str) -> dict[str, str]:
    """Word of the language → word of the wording."""
    if wording.partition("-")[0] != language:
        return {}
    words = {said: translated_word(text, wording) for text, said in translated_words(language).items()}
    return {said: other for said, other in words.items() if other != said} | _form_words().get(wording, {})


@cache
def _form_words() -> dict[str, dict[str, str]]:
    """Wording → word of the forms in the language → the same in the wording."""
    import yaml

    words: dict[str, dict[str, str]] = yaml.safe_load(FORM_WORDS_FILE.read_text(encoding="utf-8"))
    return words


def _exchanged(tokens: Sequence[Token], said: dict[str, str]) -> tuple[Token, ...]:
    """Tokens are shared between wordings: what changes is a copy."""
    copies = deepcopy(list(tokens)) if said else list(tokens)
    for inline in copies if said else ():
        is_bold = False
        for child in inline.children or []:
            is_bold = kind_of(child) == "strong_open" or (is_bold and kind_of(child) != "strong_close")
            if is_bold and kind_of(child) == "text":
                child.content = said.get(child.content, child.content)
    return tuple(copies)
