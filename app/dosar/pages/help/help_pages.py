"""Help where it is needed: the handbooks, the cards of the first day, how to write, the keys.

The handbooks are open to people who have not signed in, too: who cannot come in needs them most. They hold no secrets.
"""

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from dosar.access.accounts.tours import dismiss_tour
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, SIGNED_IN_ACCESS, current_worker, page_route
from dosar.access.i18n.languages import request_wording
from dosar.access.services import access_services
from dosar.pages.help.handbook_pages import chapter_page, handbooks_page, pdf_response, picture_response

KEYS_LOST = "/help/administrator/keys-lost"


class HelpPages(PageView):
    """Pages that explain."""

    @page_route("/help", PUBLIC_ACCESS)
    def help(self) -> str:
        """The books, how to write, and how nothing is lost: the same for everybody."""
        return handbooks_page(request_wording())

    @page_route("/help", PUBLIC_ACCESS, methods=("POST",))
    def search(self) -> str:
        """Posted, because what somebody looks for may be a name, and stands in no address then."""
        return handbooks_page(request_wording(), request.form.get("words", ""))

    @page_route("/help/<book>", PUBLIC_ACCESS)
    def book(self, book: str) -> str | Response:
        return chapter_page(request_wording(), book) or abort(404)

    @page_route("/help/<book>.pdf", PUBLIC_ACCESS)
    def pdf(self, book: str) -> Response:
        """The whole book on paper."""
        return pdf_response(request_wording(), book) or abort(404)

    @page_route("/help/<book>/<chapter>", PUBLIC_ACCESS)
    def chapter(self, book: str, chapter: str) -> str | Response:
        return chapter_page(request_wording(), book, chapter) or abort(404)

    @page_route("/help/pictures/<language>/<name>", PUBLIC_ACCESS)
    def picture(self, language: str, name: str) -> Response:
        return picture_response(language, name) or abort(404)

    @page_route("/help/lost", PUBLIC_ACCESS)
    def lost(self) -> Response:
        """What to do when a passphrase or a card is gone; it stood here before there were handbooks."""
        return redirect(KEYS_LOST, 301)

    @page_route("/help/cards", SIGNED_IN_ACCESS, methods=("POST",))
    def cards_read(self) -> Response:
        dismiss_tour(access_services(), current_worker().id)
        return redirect("/", 303)
