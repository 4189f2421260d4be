"""A chapter of a handbook, read from Markdown: a title, and sections that each have an anchor."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dosar.handbooks.addresses import link_address, picture_address
from dosar.handbooks.page_renderer import PageRenderer

MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=PageRenderer).enable("table")
"""Raw HTML in a chapter is text like any other."""
ANCHOR = re.compile(r"\s*\{#(?P<anchor>[a-z0-9-]+)\}$")
CHAPTER_TAG, SECTION_TAG = "h1", "h2"
LINE_BREAKS = ("softbreak", "hardbreak")


@dataclass(frozen=True)
class Section:
    """What stands below one heading, down to the next one of its kind."""

    anchor: str
    """Empty for what stands before the first heading."""
    title: str
    tokens: tuple[Token, ...] = field(repr=False)

    @cached_property
    def html(self) -> str:
        """For a page: nothing in it but what Markdown knows."""
        return str(MARKDOWN.renderer.render(self.tokens, MARKDOWN.options, {}))

    @cached_property
    def paragraphs(self) -> list[str]:
        """Its words without any markup: of each paragraph, cell and entry of a list."""
        inline = [token for token in self.tokens if kind_of(token) == "inline"]
        return [text for token in inline if (text := plain_text(token.children or []))]


@dataclass(frozen=True)
class Chapter:
    """One file of a book."""

    book: str
    key: str
    """Its file's name without number and language."""
    language: str
    title: str
    sections: tuple[Section, ...]

    @property
    def address(self) -> str:
        return f"/help/{self.book}/{self.key}"


def read_chapter(book: str, key: str, language: str, text: str) -> Chapter:
    """The chapter that this text is."""
    tokens = MARKDOWN.parse(text)
    _set_anchors(tokens)
    _set_addresses(tokens, book)
    parts = list(_split(tokens, CHAPTER_TAG, SECTION_TAG))
    title = next((title for tag, _, title, _ in parts if tag == CHAPTER_TAG), key)
    sections = (Section(anchor, title if tag == SECTION_TAG else "", rest) for tag, anchor, title, rest in parts)
    return Chapter(book, key, language, title, tuple(one for one in sections if one.title or one.tokens))


def kind_of(token: Token) -> str:
    """The word that the parser of Markdown has for it."""
    return token.type


def plain_text(children: Sequence[Token]) -> str:
    """What is read aloud of words with markup."""
    words = (" " if kind_of(token) in LINE_BREAKS else token.content for token in children)
    return "".join(words).strip()


def _split(tokens: list[Token], *tags: str) -> Iterator[tuple[str, str, str, tuple[Token, ...]]]:
    """Tag, anchor and title of each heading of these kinds, and what stands below it."""
    starts = [place for place, token in enumerate(tokens) if kind_of(token) == "heading_open" and token.tag in tags]
    if before := tokens[: next(iter(starts), None)]:
        yield "", "", "", tuple(before)
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        heading = tokens[start]
        title = plain_text(tokens[start + 1].children or [])
        yield heading.tag, str(heading.attrs.get("id", "")), title, tuple(tokens[start + 3 : end])


def _set_anchors(tokens: list[Token]) -> None:
    """A heading that ends in ``{#anchor}`` is found by it."""
    for heading, inline in pairwise(tokens):
        if kind_of(heading) == "heading_open" and inline.children:
            last = inline.children[-1]
            if found := ANCHOR.search(last.content):
                heading.attrSet("id", found["anchor"])
                last.content = last.content[: found.start()]


def _set_addresses(tokens: list[Token], book: str) -> None:
    """Links from file to file become those from page to page."""
    for token in (child for inline in tokens for child in inline.children or []):
        if kind_of(token) == "link_open":
            token.attrSet("href", link_address(str(token.attrs["href"]), book))
        elif kind_of(token) == "image":
            token.attrSet("src", picture_address(posixpath.join(book, str(token.attrs["src"]))))
