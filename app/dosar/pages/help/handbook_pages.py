"""The handbooks as pages, for who has signed in, who has not, and who stands before locked data.

What makes pages of their texts is imported when somebody reads one: no start waits for it.
"""

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from dosar.handbooks.addresses import PICTURES_ADDRESS, picture_file
from dosar.pages.input.search_length import shorten_search
from dosar.paper.typesetting import can_make_pdf

if TYPE_CHECKING:
    from dosar.handbooks.chapters import Chapter

BEST_FOUND = 10
"""So many places are shown at once; the others on demand."""


def handbooks_page(wording: str, words: str = "", **variables: Any) -> str:
    """All books, or what was found in them."""
    from dosar.handbooks.search import search_handbooks
    from dosar.handbooks.shelf import shelf

    words = shorten_search(words)
    return render_template(
        "help/help.html",
        title=gettext("Help"),
        books=shelf(wording),
        makes_pdf=can_make_pdf(),
        searched=words,
        best=BEST_FOUND,
        found=search_handbooks(words, wording) if words else [],
        **variables,
    )


def chapter_page(wording: str, book_key: str, chapter_key: str = "", **variables: Any) -> str | Response | None:
    """A chapter of a book, the first one by default; none where there is no such book or chapter."""
    from dosar.handbooks.shelf import find_book

    book = find_book(book_key, wording)
    chapter = book.chapter(chapter_key or book.chapters[0].key) if book else None
    if book is None or chapter is None:
        return None
    if chapter_key not in ("", chapter.key):
        return redirect(chapter.address, 301)
    before, after = book.neighbours(chapter)
    return render_template(
        "help/chapter.html",
        title=chapter.title,
        book=book,
        chapter=chapter,
        html=_drawn(chapter),
        makes_pdf=can_make_pdf(),
        before=before,
        after=after,
        **variables,
    )


def pdf_response(wording: str, book_key: str) -> Response | None:
    """The book as a PDF; none where there is no such book, or nothing that sets it."""
    from dosar.handbooks.book_pdf import book_pdf
    from dosar.handbooks.shelf import find_book

    book = find_book(book_key, wording)
    if book is None or not can_make_pdf():
        return None
    answer = Response(book_pdf(book.key, wording), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"dosar-{book.key}.pdf")
    return answer


def picture_response(language: str, name: str) -> Response | None:
    """The picture, where it was taken."""
    file = picture_file(f"{PICTURES_ADDRESS}{language}/{name}")
    return Response(file.read_bytes(), mimetype="image/png") if file else None


def _drawn(chapter: "Chapter") -> dict[str, Markup]:
    """Anchor → what stands in the section. It is made of the program's own Markdown, in which raw HTML is text."""
    return {section.anchor: Markup(section.html) for section in chapter.sections}  # noqa: S704  # nosec B704
