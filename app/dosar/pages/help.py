"""Help where it is needed: the cards of the first day, how to write, the keys."""

from flask import redirect, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.accounts.tours import dismiss_tour
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route, requires_page
from dosar.access.services import access_services


class HelpPages(PageView):
    """Pages that explain."""

    @page_route("/help", SIGNED_IN_ACCESS)
    def help(self) -> str:
        """How to write, and how nothing is lost: the same for everybody."""
        return render_template("help.html", title=gettext("Help"))

    @page_route("/help/lost", requires_page("organisation"))
    def lost(self) -> str:
        """What to do when a passphrase, a card or a computer is gone: for who looks after Dosar."""
        return render_template("help_lost.html", title=gettext("When something is lost"))

    @page_route("/help/cards", SIGNED_IN_ACCESS, methods=("POST",))
    def cards_read(self) -> Response:
        dismiss_tour(access_services(), current_worker().id)
        return redirect("/", 303)
