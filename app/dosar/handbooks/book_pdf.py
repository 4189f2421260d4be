"""A book on paper: the chapters are data to the template, never markup."""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from dosar.handbooks.addresses import picture_file, picture_size
from dosar.handbooks.chapters import Chapter, Section
from dosar.handbooks.shelf import Book, find_book
from dosar.language.text.message import msgid
from dosar.language.text.translations import translated_word
from dosar.paper.typesetting import typeset

TEMPLATE = Path(__file__).with_name("book.typ")
WORDS = {
    "contents": msgid("Contents"),
    "page": msgid("Page"),
    "about": msgid("The same text stands in the program, under Help: there it can be searched."),
}
_SETTING = Lock()


def book_pdf(key: str, wording: str) -> bytes:
    """The book as this reader reads it. It is made once: then it is handed out as it is."""
    with _SETTING:
        return _made(key, wording)


@cache
def _made(key: str, wording: str) -> bytes:
    book = find_book(key, wording)
    if book is None:
        raise LookupError(key)
    return typeset(TEMPLATE, _book(book, wording))


def _book(book: Book, wording: str) -> dict[str, Any]:
    return {
        "title": book.title,
        "language": book.chapters[0].language.partition("-")[0],
        "words": {name: translated_word(text, wording) for name, text in WORDS.items()},
        "chapters": [_chapter(chapter) for chapter in book.chapters],
    }


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "label": chapter.address,
        "sections": [_section(section, chapter.address) for section in chapter.sections],
    }


def _section(section: Section, address: str) -> dict[str, Any]:
    blocks = SyntaxTreeNode(list(section.tokens)).children
    label = f"{address}#{section.anchor}"
    return {"title": section.title, "label": label, "blocks": [_node(block, address) for block in blocks]}


def _node(node: SyntaxTreeNode, address: str) -> dict[str, Any]:
    """A piece of the chapter with what is in it; the template knows how each kind looks."""
    said: dict[str, Any] = {"kind": node.type, "parts": [_node(child, address) for child in node.children]}
    if not node.children:
        said["text"] = node.content
    if href := node.attrs.get("href"):
        said["href"] = f"{address}{href}" if str(href).startswith("#") else href
    if src := node.attrs.get("src"):
        said |= _picture(str(src), node.content)
    return said


def _picture(address: str, seen: str) -> dict[str, Any]:
    file = picture_file(address)
    if file is None:
        return {"text": seen, "file": "", "is_narrow": False}
    width, height = picture_size(file)
    return {
        "text": seen,
        "file": f"/{file.relative_to(TEMPLATE.parent).as_posix()}",
        "is_narrow": height > width,
    }
